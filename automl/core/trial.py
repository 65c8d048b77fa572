"""One trial as data: what goes out to a worker, what comes back, and what is measured between."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
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
        config: The resolved configuration.
        seed: Seed of weights, shuffling and augmentation.
        epochs: Full length of the training; a fraction if there is time for no more.
        metric: The objective's name: which of the measured metrics ranks trials.
        maximize: Whether a larger metric is better.
        folder: Folder of the trial's files.
        resume: Whether to continue from the checkpoint in ``folder``, if one can be read.
        grad_accumulation: Number of parts that each batch is cut into. Their gradients add up to
            the batch's, so the same step takes less memory.
        guide: The objective at each reporting step of an earlier training, up to its best step, for
            a training that repeats it on more data and has no validation split of its own: its
            schedule follows these values, and it ends after as many steps. None for all others.
        shown: Whether to write plots and an error analysis for people.
        max_latency: Maximum latency of one example in milliseconds, or None for no limit.
        steps: Number of reporting steps; None derives it from ``epochs``.
        max_seconds: Seconds that the training may take, or None. What a batch takes is measured
            first, and the training then has as many epochs as there is time for.
    """

    number: int
    config: Config
    seed: int
    epochs: float
    metric: str
    maximize: bool
    folder: str
    resume: bool = False
    grad_accumulation: int = 1
    guide: tuple[float, ...] | None = None
    shown: bool = True
    max_latency: float | None = None
    steps: int | None = None
    max_seconds: float | None = None


@dataclass(frozen=True)
class Measurement:
    """One reporting step of a trial.

    Args:
        step: Number of the reporting step, from 1; a step is an epoch or an equal part of one.
        epoch: Epochs trained so far, with the fraction of the current one.
        metrics: Metric name -> value, on the validation split unless named ``train_…``.
        seconds: Wall-clock seconds of training and validation so far.
        latency: Milliseconds that the network takes for one example, measured before the first
            step; None if it was not measured.
        updates: Steps of the optimiser so far; 0 if unknown.
    """

    step: int
    epoch: float
    metrics: Mapping[str, float]
    seconds: float
    latency: float | None = None
    updates: int = 0


# Name of the validation loss among the metrics of every task.
LOSS = "loss"


def best_measurement(
    measurements: Sequence[Measurement], metric: str, maximize: bool
) -> Measurement | None:
    """The measurement whose weights are kept; None if nothing was measured.

    A coarse metric, such as the accuracy on few examples, ties often. Of equal values the one with
    the lowest validation loss is better, then the last, which has trained longest.

    Args:
        measurements: Learning curve, oldest first.
        metric: Name of the objective.
        maximize: Whether a larger objective is better.
    """
    sign = 1 if maximize else -1
    return max(
        measurements,
        key=lambda each: (sign * each.metrics[metric], -each.metrics.get(LOSS, 0.0), each.step),
        default=None,
    )


class Verdict(Enum):
    """What a trial does after a measurement.

    With HOLD it ends as with STOP, but keeps its checkpoint: it may go on later, once its place is
    free.
    """

    CONTINUE = "continue"
    PAUSE = "pause"
    HOLD = "hold"
    STOP = "stop"


@dataclass(frozen=True)
class Decision:
    """The answer to a measurement.

    Args:
        verdict: What the trial does next.
        reason: Why, in words; empty for CONTINUE.
    """

    verdict: Verdict
    reason: str = ""


CONTINUE = Decision(Verdict.CONTINUE)


class Status(Enum):
    """How a trial ended. A PAUSED trial has a checkpoint and goes on later.

    OUT_OF_MEMORY and LOST (the worker died) end one attempt, not the trial: the search tries again,
    and the trial ends with one of the other statuses.
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
        measurements: The whole learning curve, oldest first.
        objective: Value of the metric that ranks trials at its best measured step (whose weights
            the checkpoint holds), or None if nothing was measured.
        checkpoint: Path of the checkpoint, or None if none was written.
        reason: Why it ended so, in words; empty for COMPLETE.
        seconds: Wall-clock seconds the trial held its worker.
        device: The device it ran on: ``"cpu"``, ``"cuda:0"``.
        violation: Relative excess over a limit (> 0) if that ended the trial, else 0: 0.5 is half
            as much memory again as there is.
        loss: Validation loss at that best step, or None if nothing was measured.
    """

    number: int
    status: Status
    measurements: tuple[Measurement, ...] = ()
    objective: float | None = None
    checkpoint: str | None = None
    reason: str = ""
    seconds: float = 0.0
    device: str = ""
    violation: float = 0.0
    loss: float | None = None


# A running trial: it yields measurements, is sent decisions and returns its result. It pauses as
# long as nobody advances it.
Trial = Generator[Measurement, Decision, TrialResult]


@dataclass(frozen=True)
class Segment:
    """One uninterrupted stretch of training on one worker.

    It holds what affects a trial's numbers besides its spec and its data. A trial that was paused,
    or that lost its worker, has several.

    Args:
        begins: Reporting steps done before it: 0, or the step of the checkpoint it started from.
        threads: Number of CPU threads.
        grad_accumulation: Number of parts that each batch was cut into.
        device: Device it ran on: ``"cpu"``, ``"cuda:0"``; empty if unknown.
        hardware: The machine, in words; empty if unknown.
        versions: Package -> version.
        epochs: Full length of the training, which a time limit may have made shorter than the
            spec's; None if unknown.
    """

    begins: int
    threads: int
    grad_accumulation: int
    device: str = ""
    hardware: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    epochs: float | None = None


def surviving_segments(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The segments whose steps are in the final weights, oldest first.

    A trial that lost its worker continues from its last checkpoint, so a later segment replaces
    those that began at or after its own beginning.

    Args:
        segments: All segments of a trial, oldest first.
    """
    kept: list[Segment] = []
    for segment in segments:
        kept = [each for each in kept if each.begins < segment.begins]
        kept.append(segment)
    return tuple(kept)
