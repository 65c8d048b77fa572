"""A worker without Ray, which runs the first trials while Ray and its workers start.

Ray and PyTorch in its workers take several seconds to come up. This process imports PyTorch alone,
at the same time as the driver reads the data, so that a small study has its first result by then.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from automl.core.executor import Finished, MakeRunner, Measured
from automl.core.machine import count_cores
from automl.core.trial import Decision
from automl.execution.queue import RunningTrial, WaitingTrial
from automl.execution.resources import Resources, Slots, has_gpu_driver, plan_slots
from automl.execution.worker import Stepper, WorkerFailure

_UP = "up"


class FirstWorker:
    """A process that runs one trial at a time until it is dismissed; it ends with this process.

    Args:
        make_runner: Function that makes its runner, called there.
        slots: Slots of Ray's workers; it uses as many threads as one of them.
        largest_data: Bytes of data above which a trial waits for Ray, as two copies of the data are
            in memory for a while.

    Attributes:
        slots: Slots of Ray's workers.
        gone: Whether the process has ended.
    """

    def __init__(
        self, make_runner: MakeRunner, slots: Slots, largest_data: int = 256 * 2**20
    ) -> None:
        self.slots, self.gone = slots, False
        self._largest_data = largest_data
        self._trial: RunningTrial | None = None
        self._up = self._log_is_told = False
        self._data: Any = None
        with tempfile.NamedTemporaryFile(prefix="automl-worker-", delete=False) as log:
            self._log = Path(log.name)
            here, there = socket.socketpair()
            with there:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", __name__, str(there.fileno()), str(slots.threads)],
                    pass_fds=[there.fileno()],
                    env=_environment(slots.threads),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
        self._connection = Connection(here.detach())
        self._send(make_runner)

    @property
    def free(self) -> bool:
        """Whether it can start a trial now."""
        return self._up and not self.gone and self._trial is None

    @property
    def busy(self) -> bool:
        """Whether it runs a trial."""
        return self._trial is not None

    def runs(self, number: int) -> bool:
        """Whether it runs trial ``number``."""
        return self._trial is not None and self._trial.number == number

    def start(self, waiting: WaitingTrial) -> bool:
        """Start a trial; False if its data is too large to copy."""
        if waiting.data is not self._data and not self._hand_over(waiting.data):
            return False
        self._trial = RunningTrial(waiting.spec.number)
        self._send(("start", waiting.spec))
        return True

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` take its next step."""
        self._send(("advance", number, decision))

    def cancel(self, ending: WorkerFailure) -> Finished:
        """End its trial and the process, which may no longer respond."""
        trial, self._trial = self._trial, None
        self.close()
        if trial is None:
            raise RuntimeError("no trial is running")
        return trial.end(ending)

    def wait_until_up(self, seconds: float) -> None:
        """Wait until it has started or ended, at most ``seconds``; for another thread to call."""
        deadline = time.monotonic() + seconds
        while not (self._up or self.gone) and time.monotonic() < deadline:
            with suppress(OSError, ValueError):  # closed meanwhile
                if wait([self._connection], 0.1):
                    return

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """The next event, waiting up to ``timeout`` seconds for it."""
        if self.gone:
            time.sleep(timeout)
            return []
        try:
            if not self._connection.poll(timeout):
                return []
            outcome = pickle.loads(self._connection.recv_bytes())
        except (EOFError, OSError):
            return self._die()
        if outcome == _UP:
            self._up = True
            return []
        return [self._note(outcome)]

    def close(self) -> None:
        """End the process, whatever it does."""
        self.gone = True
        self._connection.close()
        self._process.kill()
        self._process.wait()
        if not self._log_is_told:
            self._log.unlink(missing_ok=True)

    def _hand_over(self, data: Any) -> bool:
        """Send a dataset, without copying its arrays in this process."""
        buffers: list[pickle.PickleBuffer] = []
        packed = pickle.dumps(data, protocol=5, buffer_callback=buffers.append)
        arrays = [buffer.raw() for buffer in buffers]
        if len(packed) + sum(array.nbytes for array in arrays) > self._largest_data:
            return False
        self._data = data
        self._send(("keep", packed, len(arrays)))
        for array in arrays:
            self._send_bytes(array)
        return True

    def _send(self, message: Any) -> None:
        self._send_bytes(pickle.dumps(message))

    def _send_bytes(self, message: Any) -> None:
        with suppress(OSError):  # that it is gone is found out by the next poll
            self._connection.send_bytes(message)

    def _note(self, outcome: Measured | Finished | WorkerFailure) -> Measured | Finished:
        trial = self._trial
        if trial is None:
            raise RuntimeError(f"no trial is running, but this came: {outcome!r}")
        event = trial.end(outcome) if isinstance(outcome, WorkerFailure) else trial.note(outcome)
        if isinstance(event, Finished):
            self._trial = None
        return event

    def _die(self) -> list[Measured | Finished]:
        self.gone = True
        trial, self._trial = self._trial, None
        code = self._process.wait()
        if trial is None:  # Ray's workers will tell what is wrong, if anything
            return []
        self._log_is_told = True
        return [trial.end(WorkerFailure.of_exit(code, str(self._log)))]


def hire_first_worker(make_runner: MakeRunner, resources: Resources) -> FirstWorker | None:
    """A first worker, if trials run on this machine's CPUs and Ray has not started; else None."""
    # The thread of an earlier search may still import Ray, which then has not started.
    is_started = getattr(sys.modules.get("ray"), "is_initialized", None)
    gpus = resources.gpus_per_trial != 0 and has_gpu_driver()
    if os.name != "posix" or resources.address or gpus or resources.gpus_per_trial:
        return None
    if is_started is not None and is_started():
        return None
    return FirstWorker(make_runner, plan_slots(resources, count_cores(), gpus=0))


def _environment(threads: int) -> dict[str, str]:
    """Variables that libraries read when they are imported, and where modules are found here."""
    libraries = {f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "MKL", "OPENBLAS")}
    path = os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)
    return {**os.environ, **libraries, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": path}


def main() -> None:
    """Run trials for the driver until it is gone."""
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the driver
    connection = Connection(int(sys.argv[1]))
    messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, messages), daemon=True).start()
    stepper = Stepper(pickle.loads(messages.get())(int(sys.argv[2])))
    connection.send_bytes(pickle.dumps(_UP))
    data: Any = None
    while True:
        verb, *details = pickle.loads(messages.get())
        if verb == "keep":
            packed, count = details
            data = pickle.loads(packed, buffers=[messages.get() for _ in range(count)])
        else:
            arguments = [*details, data] if verb == "start" else details
            connection.send_bytes(_outcome(getattr(stepper, verb), arguments))


def _receive(connection: Connection, messages: queue.SimpleQueue[bytes]) -> None:
    """Receive messages, also while a trial runs; end with the driver."""
    with suppress(EOFError, OSError):
        while True:
            messages.put(connection.recv_bytes())
    os._exit(0)


def _outcome(step: Any, arguments: list[Any]) -> bytes:
    try:
        return pickle.dumps(step(*arguments))
    except Exception as error:
        return pickle.dumps(WorkerFailure.of_exception(error))


if __name__ == "__main__":
    main()
