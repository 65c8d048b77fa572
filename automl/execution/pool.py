"""Ray workers, one per slot, and the data they share. Importing this imports Ray."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from automl.core.errors import UserError
from automl.core.executor import Finished, MakeRunner, Measured
from automl.core.trial import Decision
from automl.execution import failures
from automl.execution.cluster import RayConnection
from automl.execution.failures import WorkerFailure
from automl.execution.queue import RunningTrial, WaitingTrial, WorkerHandle
from automl.execution.resources import Slots
from automl.execution.worker import Worker


class Pool:
    """Workers that run trials; each reporting step is one call of a worker.

    Args:
        make_runner: Function that makes a worker's runner, called in the worker.
        slots: Number of workers, and what each may use.
        connection: Ray that they run on.

    Attributes:
        slots: Number of workers that there are now, and what each may use.
        workers: The workers, including those that have not started yet.
        find_death: Function of the connection that tells what of Ray has died.
    """

    def __init__(self, make_runner: MakeRunner, slots: Slots, connection: RayConnection) -> None:
        self.slots = slots
        self.find_death = connection.find_death
        self.workers: list[WorkerHandle] = []
        # Ray would repeat a lost call, which would report twice: the search itself retries.
        self._actor = ray.remote(Worker).options(
            num_cpus=connection.cpus, num_gpus=slots.gpus, max_restarts=0, max_task_retries=0
        )
        self._arguments = (make_runner, slots.threads, slots.gpus > 0)
        self._calls: dict[ray.ObjectRef[Any], WorkerHandle] = {}
        self._datasets = SharedDatasets()
        self._refusal = ""
        for _ in range(slots.count):
            self._hire()

    def start(self, waiting: WaitingTrial, worker: WorkerHandle) -> None:
        """Start a trial on a free worker."""
        worker.take(RunningTrial(waiting.spec.number), waiting.alone)
        key = self._datasets.hand_over(waiting.data, self.workers)
        self._calls[worker.actor.start.remote(waiting.spec, key)] = worker

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` take its next step."""
        worker, _ = self._find(number)
        self._calls[worker.actor.advance.remote(number, decision)] = worker

    def cancel(self, number: int, failure: WorkerFailure) -> Finished:
        """End trial ``number`` and its worker, which may no longer respond."""
        worker, trial = self._find(number)
        self._replace(worker)
        return trial.end(failure)

    def end_all(self, failure: WorkerFailure) -> list[Finished]:
        """End all running trials."""
        return [worker.trial.end(failure) for worker in self.workers if worker.trial]

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """The next events, waiting up to ``timeout`` seconds for the first of them.

        Raises:
            UserError: no worker could start.
        """
        if not self.workers:
            raise UserError(f"no worker could start: {self._refusal}")
        events = [self._collect(call) for call in self._returned(timeout)]
        return [event for event in events if event]

    def close(self) -> None:
        """End the workers."""
        for worker in self.workers:
            ray.kill(worker.actor)
        self._calls.clear()

    def _find(self, number: int) -> tuple[WorkerHandle, RunningTrial]:
        for worker in self.workers:
            if worker.trial and worker.trial.number == number:
                return worker, worker.trial
        raise KeyError(f"no trial {number} is waiting or running")

    def _returned(self, timeout: float) -> list[ray.ObjectRef[Any]]:
        if not self._calls:
            return []
        first, others = ray.wait(list(self._calls), num_returns=1, timeout=timeout)
        if not first or not others:
            return first
        also, _ = ray.wait(others, num_returns=len(others), timeout=0)
        return first + also

    def _collect(self, call: ray.ObjectRef[Any]) -> Measured | Finished | None:
        worker = self._calls.pop(call)
        try:
            outcome = ray.get(call)
        except RayError as error:
            if worker.trial:
                return self._fail(worker, worker.trial, error)
            self._miss(worker, error)
            return None
        if not worker.trial:  # it has started
            worker.info = outcome
            return None
        event = worker.trial.note(outcome)
        if isinstance(event, Finished):
            worker.free()
        return event

    def _fail(self, worker: WorkerHandle, trial: RunningTrial, error: RayError) -> Finished:
        if isinstance(error, RayTaskError):  # it came out of the trial; the worker lives on
            worker.free()
            return trial.end(failures.of_exception(error.cause))
        self._replace(worker)
        return trial.end(failures.of_death(str(error), worker.log))

    def _miss(self, worker: WorkerHandle, error: RayError) -> None:
        """Continue without a worker that cannot start, as long as there are others."""
        if failures.is_of_node(str(error)):  # it was sent to a node that was already gone
            self._replace(worker)
            return
        self._dismiss(worker)
        self.slots = replace(self.slots, count=len(self.workers))
        self._refusal = str(error).strip().splitlines()[-1]

    def _replace(self, worker: WorkerHandle) -> None:
        self._dismiss(worker)
        self._hire()

    def _dismiss(self, worker: WorkerHandle) -> None:
        self.workers.remove(worker)
        self._calls = {call: caller for call, caller in self._calls.items() if caller is not worker}
        ray.kill(worker.actor)  # one that is merely out of reach must not come back

    def _hire(self) -> None:
        worker = WorkerHandle(self._actor.remote(*self._arguments))
        self.workers.append(worker)
        self._calls[worker.actor.info.remote()] = worker


class SharedDatasets:
    """Hands what trials were submitted with to every worker, by way of Ray's object store.

    The one copy there is the workers', whose arrays lie in it. This process lets go of it once it
    is sent: of what is held here Ray tries a rescue when its own processes end, and as that must
    fail without them it ends this process too.
    """

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}  # holding the data keeps the id its own

    def hand_over(self, data: Any, workers: Sequence[WorkerHandle]) -> int:
        """See that each worker holds ``data``, and tell the key that they know it by."""
        key = id(data)
        self._known[key] = data
        if not all(key in worker.holds for worker in workers):
            stored = ray.put(data)
            for worker in workers:
                worker.actor.keep.remote(key, stored)
                worker.holds.add(key)
        return key
