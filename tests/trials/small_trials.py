"""Trials that take a fraction of a second, and how to run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from automl.core.trial import (
    CONTINUE,
    Config,
    Decision,
    Measurement,
    Trial,
    TrialResult,
    TrialSpec,
    Verdict,
)
from automl.training.settings import TrainingSettings

QUICK = {"batch_size": 32, "optimizer": {"adamw": {"lr": 0.01}}}
DIVERGING = {
    "sgd": {"lr": 1e38, "momentum": 0.9, "nesterov": False, "weight_decay": 0.0},
}


def network(units: int = 16) -> Any:
    """A dense layer and nothing else."""
    return (
        {"flatten": {}},
        {"dense": {"units": units, "bias": True}},
        {"activation": {"name": "relu"}},
    )


def make_spec(place: Path, layers: Any = None, epochs: int = 2, **training: Any) -> TrialSpec:
    settings = TrainingSettings(**(QUICK | training), epochs=epochs).model_dump(mode="json")
    return TrialSpec(
        number=3,
        config=Config(layers or network(), settings),
        seed=5,
        epochs=epochs,
        metric="accuracy",
        maximize=True,
        folder=str(place),
    )


def run(trial: Trial, decide: Any = lambda measurement: CONTINUE) -> TrialResult:
    """Advance a trial to its end."""
    decision = None
    while True:
        try:
            measurement: Measurement = trial.send(decision)  # type: ignore[arg-type]
        except StopIteration as end:
            return end.value
        decision = decide(measurement)


def stop_at(step: int, verdict: Verdict) -> Any:
    return lambda measured: Decision(verdict, "because") if measured.step == step else CONTINUE


def values(measurements: Any) -> list[dict[str, float]]:
    return [dict(each.metrics) for each in measurements]


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name
