"""One trial as data: what goes out to a worker, what comes back, and what is measured between."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Config:
    """A point of a search space, fully resolved: JSON values only, no distributions left.

    Args:
        network: The layers in order, each ``{name: options}`` with every option explicit:
            ``({"conv2d": {"filters": 32, "kernel_size": 3, …}}, {"flatten": {}})``. The task's
            output layer is not among them.
        training: Training settings by name; a value chosen from a family is ``{name: options}``:
            ``{"batch_size": 128, "optimizer": {"adamw": {"lr": 0.001, …}}}``.
        data: Options of the dataset that the space sets or draws.
    """

    network: tuple[Mapping[str, Any], ...]
    training: Mapping[str, Any]
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TrialSpec:
    """All that a worker needs to run a trial: names and numbers, so that it crosses processes.

    Args:
        number: The trial's number in its study, from 0.
        task: Name of the task.
        data: Name or path of the dataset.
        config: The resolved configuration.
        seed: Seed of weights, shuffling and augmentation.
        epochs: Full length of the training.
        metric: The objective's name: which of the measured metrics ranks trials.
        maximize: Whether a larger metric is better.
        folder: Where the trial's files go.
        resume: Go on from the checkpoint in ``folder``, where there is one that can be read.
        accumulate: Parts that each batch is cut into; their gradients add up to the batch's, so
            that the same step takes less memory.
        guide: The objective at each reporting step of an earlier training, up to its best one. This
            training repeats it on more data and has nothing of its own to measure the objective on:
            its schedule goes by the guide, and it ends after as many steps. None goes by its own.
        shown: Whether people look at it: what its model gets wrong is written, and pictures.
        max_latency: The most milliseconds that the network may take for one example, or None.
    """

    number: int
    task: str
    data: str
    config: Config
    seed: int
    epochs: int
    metric: str
    maximize: bool
    folder: str
    resume: bool = False
    accumulate: int = 1
    guide: tuple[float, ...] | None = None
    shown: bool = True
    max_latency: float | None = None


@dataclass(frozen=True)
class Measurement:
    """One reporting step of a trial.

    Args:
        step: Counts reporting steps from 1; a step is an epoch or an equal part of one.
        epoch: Epochs trained so far; a fraction inside an epoch.
        metrics: Metric name -> value, on the validation split unless named ``train_…``.
        seconds: Wall-clock seconds of training and validation so far.
        latency: Milliseconds that the network takes for one example, as it was measured before the
            first step; None if it was not.
    """

    step: int
    epoch: float
    metrics: Mapping[str, float]
    seconds: float
    latency: float | None = None


class Verdict(Enum):
    """What becomes of a trial after a measurement."""

    CONTINUE = "continue"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True)
class Decision:
    """A judge's answer to a measurement, with its reason in words when it is not CONTINUE."""

    verdict: Verdict
    reason: str = ""


CONTINUE = Decision(Verdict.CONTINUE)


class Status(Enum):
    """How a trial ended. A PAUSED trial has a checkpoint and goes on later.

    OUT_OF_MEMORY and LOST (its worker is gone) end an attempt, not the trial: the search tries
    again, and what it says in the end is one of the others.
    """

    COMPLETE = "complete"
    PRUNED = "pruned"
    INFEASIBLE = "infeasible"
    DIVERGED = "diverged"
    FAILED = "failed"
    PAUSED = "paused"
    OUT_OF_MEMORY = "out of memory"
    LOST = "lost"


@dataclass(frozen=True)
class TrialResult:
    """What comes back from a trial.

    Args:
        number: The trial's number in its study.
        status: How it ended.
        measurements: The whole curve, oldest first.
        value: The objective at its best measured step (whose weights the checkpoint holds), or
            None if nothing was measured.
        checkpoint: Path of the checkpoint, or None if none was written.
        reason: Why it ended so, in words; empty for COMPLETE.
        seconds: Wall-clock seconds the trial held its worker.
        device: The device it ran on: ``"cpu"``, ``"cuda:0"``.
        violation: How far over a limit it was, relative to it (> 0), where that is why it ended:
            0.5 is half as much memory again as there is.
    """

    number: int
    status: Status
    measurements: tuple[Measurement, ...] = ()
    value: float | None = None
    checkpoint: str | None = None
    reason: str = ""
    seconds: float = 0.0
    device: str = ""
    violation: float = 0.0


# A trial as a suspended computation: it hands up measurements, is sent decisions, and returns its
# result. Whoever advances it is the judge; not advancing it is a pause.
Trial = Generator[Measurement, Decision, TrialResult]
