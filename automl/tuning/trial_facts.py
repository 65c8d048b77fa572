"""What a trial's attributes keep of it, from when it goes to a worker to its end."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256

import optuna
from optuna.trial import FrozenTrial
from optuna_dashboard import save_note

from automl.core.trial import Config, Status, TrialResult
from automl.tuning.reading import FLOPS, LATENCY, SIZE

# Where a trial keeps its configuration's fingerprint, and whether it was in bounds.
CONFIG, FEASIBLE = "config", "feasible"
OUT_OF_BOUNDS = (Status.INFEASIBLE, Status.DIVERGED)
# The dashboard shows no constraints, so that attributes say the same.
_FEASIBLE = {
    Status.COMPLETE: True,
    Status.PRUNED: True,
    Status.INFEASIBLE: False,
    Status.DIVERGED: False,
}


def fingerprint(config: Config) -> str:
    """The same short text for the same configuration; every trial's is in the journal."""
    return sha256(json.dumps(asdict(config), sort_keys=True).encode()).hexdigest()


def has_begun(trial: FrozenTrial | optuna.Trial) -> bool:
    """Whether a trial ever went to a worker."""
    return CONFIG in trial.user_attrs


def note_begin(trial: optuna.Trial, config: Config, size: int, flops: int) -> None:
    """Note that a trial goes to a worker.

    Args:
        trial: The trial.
        config: What was drawn for it.
        size: Learned numbers of its network.
        flops: Floating-point operations of one example.
    """
    for key, value in {CONFIG: fingerprint(config), SIZE: size, FLOPS: flops}.items():
        trial.set_user_attr(key, value)


def note_end(trial: optuna.Trial, result: TrialResult, note: str) -> None:
    """Keep how a trial ended, which is its end whatever happens before Optuna is told.

    Args:
        trial: The trial.
        result: What came of it.
        note: What the dashboard says of it, in Markdown; empty if nothing.
    """
    if note:
        save_note(trial, note)
    known = trial.user_attrs
    for key, value in _facts(result, known.get(LATENCY)).items():
        # What is empty is not written, but it does take the place of what a pause left there.
        if value != known.get(key) and (value not in ("", None) or key in known):
            trial.set_user_attr(key, value)


def _facts(result: TrialResult, latency: float | None) -> dict[str, object]:
    """The attributes of a trial that ended.

    Args:
        result: What came of it.
        latency: What is noted of it already, should it have measured nothing.
    """
    last = result.measurements[-1] if result.measurements else None
    return {
        "reason": result.reason,
        "value": result.value,
        "seconds": round(result.seconds, 3),
        "device": result.device,
        "epoch": last.epoch if last else 0.0,
        LATENCY: last.latency if last else latency,
        "violation": result.violation or 1.0 if result.status in OUT_OF_BOUNDS else None,
        FEASIBLE: _FEASIBLE.get(result.status),
        "status": result.status.value,  # last: facts that have it are whole
    }
