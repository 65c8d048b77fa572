"""Training a trial again as it was trained, in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from automl.core.leg import Leg
from automl.core.trial import Decision, Measurement, TrialResult, TrialSpec, Verdict

if TYPE_CHECKING:
    from automl.core.protocols import Executor
    from automl.data.dataset import Dataset
    from automl.execution.resources import Resources
    from automl.tuning.plan import Plan

_PAUSE = Decision(Verdict.PAUSE, "the next part goes on from here")
_STOP = Decision(Verdict.STOP, "there were no more steps")


@dataclass(frozen=True)
class Replay:
    """A trial that is to be trained again.

    Args:
        plan: Its study's.
        spec: What its worker was given, with a folder to write to.
        legs: The parts that it was trained in.
        last: The reporting step after which it is stopped, if it has not ended by then.
        data: What it is trained on.
    """

    plan: Plan
    spec: TrialSpec
    legs: Sequence[Leg]
    last: int
    data: Dataset

    def run(self, on_step: Callable[[int], None]) -> TrialResult:
        """Train each part with as many threads, from the checkpoint that the one before it leaves.

        Args:
            on_step: Hears of each reporting step.
        """
        ends = [leg.begins for leg in self.legs[1:]]
        for leg, end in zip(self.legs, ends, strict=False):
            paused = self._train(leg, end, _PAUSE, on_step)
            if len(paused.measurements) < end:  # it ended before it came there
                return paused
        return self._train(self.legs[-1], self.last, _STOP, on_step)

    def _train(
        self, leg: Leg, last: int, then: Decision, on_step: Callable[[int], None]
    ) -> TrialResult:
        from automl.execution.replay import run_until

        spec = replace(self.spec, resume=leg.begins > 0, accumulate=leg.accumulate)

        def hear(measurement: Measurement) -> None:
            if measurement.step > leg.begins:  # what the checkpoint holds is handed up again
                on_step(measurement.step)

        executor = self._executor(leg)
        try:
            return run_until(executor, spec, self.data, last, then, hear)
        finally:
            executor.close()

    def _executor(self, leg: Leg) -> Executor:
        from automl.execution import EXECUTORS
        from automl.trials import make_runner

        runner = partial(make_runner, deterministic=self.plan.deterministic)
        return EXECUTORS[self.plan.executor](runner, self._resources(leg))

    def _resources(self, leg: Leg) -> Resources:
        """One worker of this machine, like the one that there was."""
        from automl.execution.resources import Resources

        if self.plan.executor == "local":
            return Resources(cpus_per_trial=leg.threads)
        gpus = 0 if leg.device == "cpu" else None
        return Resources(workers=1, cpus_per_trial=leg.threads, gpus_per_trial=gpus)
