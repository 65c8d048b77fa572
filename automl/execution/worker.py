"""A worker: the trials inside it, advanced one reporting step at a time, and how it can fail."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl.core.executor import Finished, MakeRunner, Measured, Runner
from automl.core.trial import Decision, Status, Trial, TrialSpec

# Written by Python's fault handler, which Ray enables in its workers, before a crash.
_CRASH = re.compile(r"^Fatal Python error: (.+)$", re.MULTILINE)

# Written by Ray when it kills a worker to save the others; "used" is in newer versions only.
_OUT_OF_MEMORY = re.compile(r"was ([\d.]+)(\w*)(?: used)? / ([\d.]+)(\w*)")

_EXIT_CODE = re.compile(r"exit code (\d+)")

# Ray kills a worker just before memory is full: how much more the trial needed is not known.
_LEAST_VIOLATION = 0.01

_STANDARD_ERROR = Path("/proc/self/fd/2")


@dataclass(frozen=True)
class WorkerInfo:
    """A worker's device and log file; sent by the worker once it has started.

    Args:
        device: Device whose memory its trials use: its node, and its GPUs there if it has any.
        log: File of its standard error, or None if that is not known.
    """

    device: tuple[str, ...]
    log: str | None = None


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


@dataclass(frozen=True)
class WorkerFailure:
    """Why an attempt failed, as its result will say it.

    Args:
        status: FAILED, LOST or OUT_OF_MEMORY.
        reason: Reason in words.
        violation: Violation as in ``TrialResult``.
    """

    status: Status
    reason: str
    violation: float = 0.0

    @classmethod
    def lost(cls, reason: str) -> WorkerFailure:
        """The worker is gone, or was dismissed."""
        return cls(Status.LOST, reason)

    @classmethod
    def of_exception(cls, error: BaseException) -> WorkerFailure:
        """The trial raised an exception: ``"ValueError: boo"``."""
        return cls(Status.FAILED, f"{type(error).__name__}: {error}")

    @classmethod
    def of_death(cls, message: str, log: str | None) -> WorkerFailure:
        """A Ray worker's process died.

        Args:
            message: Message of Ray about it.
            log: File of the worker's standard error on this machine, or None.
        """
        if memory := _OUT_OF_MEMORY.search(message):
            used, limit = float(memory[1]), float(memory[3])
            reason = (
                "worker died: ended because memory ran low "
                f"({memory[1]}{memory[2]} of {memory[3]}{memory[4]} used)"
            )
            return cls(Status.OUT_OF_MEMORY, reason, max(used / limit - 1, _LEAST_VIOLATION))
        return cls.lost(f"worker died: {_cause(message, log)}")

    @classmethod
    def of_exit(cls, code: int, log: str) -> WorkerFailure:
        """A process of this machine ended.

        Args:
            code: Exit code; the negative number of the signal that killed it, if one did.
            log: File of its standard error.
        """
        if code == -signal.SIGTERM:
            return cls.lost("worker died: ended by signal 15 (SIGTERM)")
        return cls.lost(f"worker died: {_cause(f'exit code {code}' if code >= 0 else '', log)}")


def lost_node(message: str) -> bool:
    """Whether a message of Ray says that a worker's whole machine is gone or unreachable."""
    return "is unavailable" in message or "node has died" in message


def _cause(message: str, log: str | None) -> str:
    if crash := _CRASH.search(_read(log)):
        return f"crashed with {crash[1]!r}; its last words are in {log}"
    if "SIGTERM" in message:
        return "ended by signal 15 (SIGTERM)"
    if code := _EXIT_CODE.search(message):
        return f"exited with code {code[1]}"
    if lost_node(message):
        return "out of reach, as when its machine is gone"
    # Only SIGKILL leaves no trace at all.
    return "killed by signal 9 (SIGKILL), most often because memory ran out"


def _read(log: str | None) -> str:
    try:
        return Path(log).read_text(errors="replace") if log else ""
    except OSError:
        return ""  # the worker was on another machine
