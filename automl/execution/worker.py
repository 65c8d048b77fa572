"""What lives in one Ray actor; imported on use, for it imports Ray."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import ray

from automl.core.protocols import Finished, MakeRunner, Measured
from automl.core.trial import Decision, TrialSpec
from automl.execution.seat import Site
from automl.execution.stepper import Stepper

_STANDARD_ERROR = Path("/proc/self/fd/2")


class Worker:
    """Runs one trial at a time, and keeps what trials share: the runner and the data.

    Args:
        make_runner: Makes the runner; PyTorch is imported there.
        threads: CPU threads to use.
        use_gpu: False hides the GPUs, which Ray leaves visible to those that asked for none.
    """

    def __init__(self, make_runner: MakeRunner, threads: int, use_gpu: bool) -> None:
        # Libraries read these once, when they are loaded: so before the runner is made.
        for library in ("OMP", "MKL", "OPENBLAS"):
            os.environ[f"{library}_NUM_THREADS"] = str(threads)
        if not use_gpu:
            os.environ["CUDA_VISIBLE_DEVICES"] = ""
        self._stepper = Stepper(make_runner(threads))
        self._datasets: dict[int, Any] = {}

    def site(self) -> Site:
        """Where this process is."""
        context = ray.get_runtime_context()
        device = (context.get_node_id(), *context.get_accelerator_ids()["GPU"])
        log = str(_STANDARD_ERROR.readlink()) if _STANDARD_ERROR.exists() else None
        return Site(device, log)

    def keep(self, key: int, data: Any) -> None:
        """Hold a dataset for every trial to come; its arrays stay in the object store."""
        self._datasets[key] = data

    def start(self, spec: TrialSpec, key: int) -> Measured | Finished:
        """Begin a trial on the dataset known as ``key``."""
        return self._stepper.start(spec, self._datasets[key])

    def advance(self, number: int, decision: Decision) -> Measured | Finished:
        """Answer trial ``number`` and run it to its next step."""
        return self._stepper.advance(number, decision)
