"""Runs trials on one worker."""

from __future__ import annotations

import time
import traceback
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import torch

from automl.core.leg import Leg
from automl.core.trial import Decision, Measurement, Status, Trial, TrialResult, TrialSpec, Verdict
from automl.data.dataset import Dataset
from automl.store import PULSE
from automl.training.memory import give_back_memory
from automl.trials.attempt import Attempt
from automl.trials.deterministic import make_deterministic
from automl.trials.files import TrialFiles
from automl.trials.outcome import Outcome, outcome_of
from automl.trials.placement import Placement
from automl.trials.pulse import Pulse

# How a training that was not let to its end is called.
_STOPPED = {Verdict.PAUSE: Status.PAUSED, Verdict.STOP: Status.PRUNED}

# Ends of an attempt after which another goes on.
_GOING_ON = {Status.PAUSED, Status.OUT_OF_MEMORY, Status.LOST}

# Ends after which no file of the trial is of any use.
_OVER = {Status.PRUNED, Status.INFEASIBLE, Status.DIVERGED, Status.FAILED}


class TrialRunner:
    """Holds what the trials of one worker share: the device, and the data on it.

    Args:
        threads: CPU threads a trial may use.
        deterministic: Use no algorithm whose result depends on chance or timing.
        whereabouts: What a ``Leg`` keeps of this place.
    """

    def __init__(self, threads: int, deterministic: bool, whereabouts: Mapping[str, Any]) -> None:
        if deterministic:
            make_deterministic()
        torch.set_num_threads(threads)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._place = Placement(self.device)
        self._leg = Leg(0, threads, 1, str(self.device), **whereabouts)

    def __call__(self, spec: TrialSpec, data: Dataset) -> Trial:
        """Run a trial, one reporting step at a time. Never raises: failures are results.

        A resumed trial first hands up again what was measured up to its checkpoint.
        """
        started = time.monotonic()
        files, curve = TrialFiles(Path(spec.folder)), list[Measurement]()
        try:
            outcome = yield from self._run(spec, data, files, curve)
            if curve and spec.shown and outcome.status not in _GOING_ON:
                with files.optional():
                    files.save_curve(curve, spec.metric)
        finally:  # also when it is dropped half way
            give_back_memory(self.device)
        values = [each.metrics[spec.metric] for each in curve]
        return TrialResult(
            number=spec.number,
            status=outcome.status,
            measurements=tuple(curve),
            value=(max if spec.maximize else min)(values, default=None),
            checkpoint=str(files.weights) if files.weights.is_file() else None,
            reason=outcome.reason,
            seconds=time.monotonic() - started,
            device=str(self.device),
            violation=outcome.violation,
        )

    def _run(
        self, spec: TrialSpec, data: Dataset, files: TrialFiles, curve: list[Measurement]
    ) -> Generator[Measurement, Decision, Outcome]:
        """Run a trial in a frame of its own, so that nothing of it is held when this returns."""
        try:
            with Pulse(files.folder / PULSE) as pulse:
                attempt = Attempt(spec, files, pulse, self.device, self._leg)
                outcome = yield from _judged(attempt, data, self._place, curve)
        except Exception as error:
            outcome = outcome_of(error, self.device)
            if outcome.status is Status.FAILED:
                files.log(traceback.format_exc())
        if outcome.status in _OVER:
            files.clear()
        return outcome


def _judged(
    attempt: Attempt, data: Dataset, place: Placement, curve: list[Measurement]
) -> Generator[Measurement, Decision, Outcome]:
    for measurement in attempt.measurements(data, place):
        curve.append(measurement)
        decision = yield measurement
        if decision.verdict is Verdict.PAUSE:
            measured = attempt.pause()
            curve += measured[len(curve) :]
        if decision.verdict is not Verdict.CONTINUE:
            return Outcome(_STOPPED[decision.verdict], decision.reason)
    return Outcome(Status.COMPLETE)
