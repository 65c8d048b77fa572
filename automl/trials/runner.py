"""Runs trials on one worker: train, measure, obey decisions, and leave a folder to resume from.

A trial never raises: whatever happens becomes a ``TrialResult`` with its reason.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from automl.core.error_analysis import ErrorAnalysis, Mistake, SeriesExample
from automl.core.errors import AutomlError, Infeasible
from automl.core.text import epoch, epochs
from automl.core.trial import (
    LOSS,
    Decision,
    Measurement,
    Segment,
    Status,
    Trial,
    TrialResult,
    TrialSpec,
    Verdict,
    best_measurement,
)
from automl.data.dataset import Dataset
from automl.plots.trial import load_matplotlib
from automl.store import HEARTBEAT
from automl.tasks import TASKS
from automl.tasks.task import WrongAnswer
from automl.training.device import Tensors, give_back_memory
from automl.training.fit import Diverged, check_data, compute_outputs, fit
from automl.training.state import TrainingRun
from automl.trials import preparation
from automl.trials.files import (
    BEAT_SECONDS,
    TRAINING_PER_SAVING,
    Checkpoints,
    Heartbeat,
    TrialFiles,
    go_on,
)
from automl.trials.memory import shortage_behind

# Status of a training that was not allowed to finish.
_STOPPED = {
    Verdict.PAUSE: Status.PAUSED,
    Verdict.HOLD: Status.PRUNED,
    Verdict.STOP: Status.PRUNED,
}

# Results of an attempt after which the trial continues.
_CONTINUING = {Status.PAUSED, Status.OUT_OF_MEMORY, Status.LOST}

# Results after which no file of the trial is useful.
_OVER = {Status.PRUNED, Status.INFEASIBLE, Status.DIVERGED, Status.FAILED}


class TrialRunner:
    """Runs the trials of one worker, which share its device and the data on it.

    Args:
        threads: CPU threads a trial may use.
        deterministic: Whether to use only algorithms that give the same result every time.
        machine_facts: Fields of a ``Segment`` that describe this machine.
        beat_seconds: Seconds between two heartbeats of a trial.
        training_per_saving: Seconds of training for each second of saving checkpoints, at least.
    """

    def __init__(
        self,
        threads: int,
        deterministic: bool,
        machine_facts: Mapping[str, Any],
        beat_seconds: float = BEAT_SECONDS,
        training_per_saving: float = TRAINING_PER_SAVING,
    ) -> None:
        self._beat_seconds = beat_seconds
        self._training_per_saving = training_per_saving
        if deterministic:
            make_deterministic()
        torch.set_num_threads(threads)
        _import_early()
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._place = preparation.DeviceData(self.device)
        self._segment = Segment(0, threads, 1, str(self.device), **machine_facts)

    def __call__(self, spec: TrialSpec, data: Dataset) -> Trial:
        """Run a trial, one reporting step at a time.

        A resumed trial first repeats the measurements up to its checkpoint.
        """
        started = time.monotonic()
        files, curve = TrialFiles(Path(spec.folder)), list[Measurement]()
        try:
            outcome = yield from self._run(spec, data, files, curve)
            if curve and spec.shown and outcome.status not in _CONTINUING:
                with files.optional():
                    files.save_curve(curve, spec.metric)
        finally:  # also when the trial is closed early
            give_back_memory(self.device)
        best = best_measurement(curve, spec.metric, spec.maximize)
        return TrialResult(
            number=spec.number,
            status=outcome.status,
            measurements=tuple(curve),
            objective=best.metrics[spec.metric] if best else None,
            checkpoint=str(files.weights) if files.weights.is_file() else None,
            reason=outcome.reason,
            seconds=time.monotonic() - started,
            device=str(self.device),
            violation=outcome.violation,
            loss=best.metrics.get(LOSS) if best else None,
        )

    def _run(
        self, spec: TrialSpec, data: Dataset, files: TrialFiles, curve: list[Measurement]
    ) -> Generator[Measurement, Decision, TrialOutcome]:
        """Run a trial in a frame of its own, so that its memory is free when this returns."""
        try:
            with Heartbeat(files.folder / HEARTBEAT, self._beat_seconds) as heartbeat:
                run = TrialRun(
                    spec, files, heartbeat, self.device, self._segment, self._training_per_saving
                )
                outcome = yield from _judged(run, data, self._place, curve)
        except Exception as error:
            outcome = outcome_of(error, self.device)
            if outcome.status is Status.FAILED:
                files.log(traceback.format_exc())
        if outcome.status in _OVER and not outcome.held:
            files.clear()
        return outcome


def _judged(
    run: TrialRun, data: Dataset, place: preparation.DeviceData, curve: list[Measurement]
) -> Generator[Measurement, Decision, TrialOutcome]:
    for measurement in run.measurements(data, place):
        curve.append(measurement)
        decision = yield measurement
        held = decision.verdict is Verdict.HOLD
        if held or decision.verdict is Verdict.PAUSE:
            measured = run.pause()
            curve += measured[len(curve) :]
        if decision.verdict is not Verdict.CONTINUE:
            return TrialOutcome(_STOPPED[decision.verdict], decision.reason, held=held)
    return TrialOutcome(Status.COMPLETE, run.shortened)


def _import_early() -> None:
    """Import now, while the driver reads the data, what would delay the first trial by seconds."""
    load_matplotlib()
    torch.optim.SGD([torch.zeros(1, requires_grad=True)])  # imports PyTorch's compiler


class TrialRun:
    """One attempt at a trial, which continues where an earlier one stopped.

    Args:
        spec: Spec of the trial.
        files: Files of the trial.
        heartbeat: Heartbeat that shows its progress.
        device: Device that it trains on.
        segment: Description of this machine, kept with the trial.
        training_per_saving: As in ``TrialRunner``.
    """

    def __init__(
        self,
        spec: TrialSpec,
        files: TrialFiles,
        heartbeat: Heartbeat,
        device: torch.device,
        segment: Segment,
        training_per_saving: float,
    ) -> None:
        self._spec, self._files, self._device = spec, files, device
        self._training_per_saving = training_per_saving
        self._heartbeat = heartbeat
        self._segment = replace(segment, grad_accumulation=spec.grad_accumulation)
        self._run: TrainingRun | None = None

    def measurements(self, data: Dataset, place: preparation.DeviceData) -> Iterator[Measurement]:
        """The measurements that an earlier attempt saved, then those of this one.

        At the end the best weights and the learning curve are on disk.
        """
        self._files.clear_partial()
        if not self._spec.resume:
            self._files.clear()
        finished = self._files.finished(self._spec.metric)
        yield from finished or self._train(data, place)

    @property
    def shortened(self) -> str:
        """How much of the training there was time for, in words; "" for all of it."""
        run, full = self._run, self._spec.epochs
        if run is None or run.epochs >= full:
            return ""
        return f"{epoch(run.epochs)} of {epochs(full)}, to fit the time limit"

    def pause(self) -> tuple[Measurement, ...]:
        """Save a checkpoint to resume from; if the disk is full, an older one remains.

        Returns:
            All measurements, including those of an earlier attempt that were not repeated yet.
        """
        run = self._run
        if run is None:
            return ()
        Checkpoints(self._files.state, run).save()
        with suppress(OSError):
            self._files.save_weights(run.best_weights)
        return tuple(run.measurements)

    def _train(self, data: Dataset, place: preparation.DeviceData) -> Iterator[Measurement]:
        fresh = partial(preparation.prepare, self._spec, data, self._device)
        run = self._run = go_on(fresh, self._files.state)
        self._heartbeat.follow(run.model)
        splits = place(data)
        train, validation = (preparation.keep_fixed_features(run, each) for each in splits)
        if self._spec.max_seconds is not None and run.step == 0:
            check_data(run, train)
            run.epochs = preparation.affordable_epochs(
                fresh(), train, validation, self._spec.max_seconds
            )
        self._files.add_segment(replace(self._segment, begins=run.step, epochs=run.epochs))
        if run.latency is None:
            run.latency = preparation.measure_latency(run.model, splits[0])
        preparation.check_latency(run.latency, self._spec.max_latency)
        yield from tuple(run.measurements)
        checkpoints = Checkpoints(self._files.state, run, self._training_per_saving)
        for measurement in fit(run, train, validation):
            yield measurement
            checkpoints.save_if_due()
        if self._spec.shown:
            with self._files.optional():
                self._files.save_review(review_best(run, data, validation))
        self._files.finish(run.best_weights, run.measurements)


@dataclass(frozen=True)
class TrialOutcome:
    """How a trial ended: its result without the measurements.

    Args:
        status, reason, violation: As in ``TrialResult``.
        held: Whether it keeps its files, since it may go on later.
    """

    status: Status
    reason: str = ""
    violation: float = 0.0
    held: bool = False


def outcome_of(error: Exception, device: torch.device) -> TrialOutcome:
    """How a trial on ``device`` ended that raised ``error``; call it while handling the error."""
    if isinstance(error, Infeasible):
        return TrialOutcome(Status.INFEASIBLE, error.reason, error.violation)
    if isinstance(error, Diverged):
        return TrialOutcome(Status.DIVERGED, str(error))
    shortage = shortage_behind(error, device)
    if shortage is not None:
        return TrialOutcome(Status.OUT_OF_MEMORY, str(shortage), shortage.violation)
    if isinstance(error, OSError):  # its files: a full disk is not the trial's fault
        return TrialOutcome(Status.LOST, f"its files could not be read or written: {error}")
    return TrialOutcome(Status.FAILED, _explain(error))


def _explain(error: Exception) -> str:
    """Why a trial failed, in one line."""
    if isinstance(error, AutomlError):
        return str(error)
    first = str(error).splitlines()[0] if str(error) else ""
    return f"{type(error).__name__}: {first} (see log.txt in the trial's folder)"


def make_deterministic() -> None:
    """Have this process use only algorithms that give the same result every time.

    An operation without one raises a RuntimeError that names it. Call this before CUDA starts.

    Source: https://docs.pytorch.org/docs/stable/notes/randomness.html
    """
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # read once, when cuBLAS starts
    torch.use_deterministic_algorithms(True)
    # Nothing here reads uninitialised memory, and filling it takes time.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False


def review_best(run: TrainingRun, data: Dataset, validation: Tensors) -> ErrorAnalysis:
    """The model with its best weights, which it has from here on, on the validation split.

    Args:
        run: A training that came to its end.
        data: What it was trained on.
        validation: The split where it is trained.
    """
    run.model.load_state_dict(run.best_weights)
    outputs = compute_outputs(run, validation)
    return analyse_errors(outputs, validation.targets.to(run.device), data)


def analyse_errors(outputs: Tensor, targets: Tensor, data: Dataset) -> ErrorAnalysis:
    """What a model gets wrong on the validation split.

    Args:
        outputs: Its outputs for the split, (N, …).
        targets: The split's targets, on the same device.
        data: Data with the split.
    """
    found = TASKS[data.task](data.target).find_errors(outputs, targets)
    mistakes = tuple(_mistake(each, data) for each in found.worst)
    return ErrorAnalysis(len(targets), found.errors, mistakes)


def _mistake(finding: WrongAnswer, data: Dataset) -> Mistake:
    example = data.encoding.show(data.validation.inputs[finding.index])
    if isinstance(example, SeriesExample) and finding.ahead:
        past = len(data.validation.inputs[finding.index])
        ahead = (replace(each, start=past) for each in finding.ahead)
        example = SeriesExample((*example.lines, *ahead))
    return Mistake(example, finding.truth, finding.answer, finding.degree)
