"""Trials inside a worker: suspended between reporting steps, advanced one step at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from automl.core.executor import Finished, MakeRunner, Measured, Runner
from automl.core.trial import Decision, Trial, TrialSpec
from automl.execution.queue import WorkerInfo

_STANDARD_ERROR = Path("/proc/self/fd/2")


class Stepper:
    """Advances trials from one reporting step to the next, in whatever process it is.

    Args:
        runner: Runner of the trials.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._trials: dict[int, Trial] = {}

    def start(self, spec: TrialSpec, data: Any) -> Measured | Finished:
        """Start a trial and run it to its first measurement or its end."""
        return self._resume(spec.number, self._runner(spec, data), None)

    def advance(self, number: int, decision: Decision) -> Measured | Finished:
        """Send trial ``number`` the decision it waits for, and run it to its next step."""
        return self._resume(number, self._trials.pop(number), decision)

    def drop(self, number: int) -> None:
        """Close trial ``number`` where it is suspended; raises what its clean-up raises."""
        self._trials.pop(number).close()

    def _resume(self, number: int, trial: Trial, decision: Decision | None) -> Measured | Finished:
        try:
            measurement = next(trial) if decision is None else trial.send(decision)
        except StopIteration as end:
            return Finished(end.value)
        self._trials[number] = trial
        return Measured(number, measurement)


class Worker:
    """The Ray actor: runs one trial at a time, and keeps the runner and the data between trials.

    Args:
        make_runner: Function that makes the runner, and imports PyTorch.
        threads: CPU threads to use.
        use_gpu: Whether it may use GPUs; Ray leaves them visible even if none was asked for.
    """

    def __init__(self, make_runner: MakeRunner, threads: int, use_gpu: bool) -> None:
        # Libraries read these once, when they are imported: before the runner is made.
        for library in ("OMP", "MKL", "OPENBLAS"):
            os.environ[f"{library}_NUM_THREADS"] = str(threads)
        if not use_gpu:
            os.environ["CUDA_VISIBLE_DEVICES"] = ""
        self._stepper = Stepper(make_runner(threads))
        self._datasets: dict[int, Any] = {}

    def info(self) -> WorkerInfo:
        """The device and log file of this process."""
        import ray

        context = ray.get_runtime_context()
        device = (context.get_node_id(), *context.get_accelerator_ids()["GPU"])
        log = str(_STANDARD_ERROR.readlink()) if _STANDARD_ERROR.exists() else None
        return WorkerInfo(device, log)

    def keep(self, key: int, data: Any) -> None:
        """Keep a dataset for all coming trials; its arrays stay in the object store."""
        self._datasets[key] = data

    def start(self, spec: TrialSpec, key: int) -> Measured | Finished:
        """Start a trial on the dataset with this key."""
        return self._stepper.start(spec, self._datasets[key])

    def advance(self, number: int, decision: Decision) -> Measured | Finished:
        """Send trial ``number`` a decision, and run it to its next step."""
        return self._stepper.advance(number, decision)
