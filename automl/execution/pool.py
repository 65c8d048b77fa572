"""Ray workers, one per slot; imported on use, for it imports Ray."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from automl.core.errors import UserError
from automl.core.protocols import Finished, MakeRunner, Measured
from automl.core.trial import Decision
from automl.execution import endings
from automl.execution.connection import Connection
from automl.execution.curve import Curve
from automl.execution.datasets import Datasets
from automl.execution.endings import Ending
from automl.execution.queue import Waiting
from automl.execution.seat import Seat
from automl.execution.slots import Slots
from automl.execution.worker import Worker


class Pool:
    """Workers that run trials, each one call of one worker per reporting step.

    Args:
        make_runner: Makes a worker's runner, in the worker.
        slots: How many workers, and what each may use.
        connection: The Ray to run them on.

    Attributes:
        slots: How many workers there are, and what each may use.
        seats: The workers, those that are not up yet too.
        find_death: As of the connection.
    """

    def __init__(self, make_runner: MakeRunner, slots: Slots, connection: Connection) -> None:
        self.slots = slots
        self.find_death = connection.find_death
        self.seats: list[Seat] = []
        # Ray would run a lost call again, which would report twice: retries are the search's.
        self._actor = ray.remote(Worker).options(
            num_cpus=connection.cpus, num_gpus=slots.gpus, max_restarts=0, max_task_retries=0
        )
        self._arguments = (make_runner, slots.threads, slots.gpus > 0)
        self._calls: dict[ray.ObjectRef[Any], Seat] = {}
        self._datasets = Datasets()
        self._refusal = ""
        for _ in range(slots.count):
            self._hire()

    def start(self, waiting: Waiting, seat: Seat) -> None:
        """Start a trial on a free worker."""
        seat.take(Curve(waiting.spec.number), waiting.alone)
        key = self._datasets.hand_over(waiting.data, self.seats)
        self._calls[seat.actor.start.remote(waiting.spec, key)] = seat

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` take its next step."""
        seat, _ = self._find(number)
        self._calls[seat.actor.advance.remote(number, decision)] = seat

    def cancel(self, number: int, ending: Ending) -> Finished:
        """End trial ``number``, and its worker, which may be past listening."""
        seat, trial = self._find(number)
        self._replace(seat)
        return trial.end(ending)

    def end_all(self, ending: Ending) -> list[Finished]:
        """Every running trial, ended."""
        return [seat.trial.end(ending) for seat in self.seats if seat.trial]

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """What happened, waiting up to ``timeout`` seconds for the first of it.

        Raises:
            UserError: no worker could start.
        """
        if not self.seats:
            raise UserError(f"no worker could start: {self._refusal}")
        events = [self._collect(call) for call in self._returned(timeout)]
        return [event for event in events if event]

    def close(self) -> None:
        """End the workers."""
        for seat in self.seats:
            ray.kill(seat.actor)
        self._calls.clear()

    def _find(self, number: int) -> tuple[Seat, Curve]:
        for seat in self.seats:
            if seat.trial and seat.trial.number == number:
                return seat, seat.trial
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
        seat = self._calls.pop(call)
        try:
            outcome = ray.get(call)
        except RayError as error:
            if seat.trial:
                return self._fail(seat, seat.trial, error)
            self._miss(seat, error)
            return None
        if not seat.trial:  # its first word: it is up
            seat.site = outcome
            return None
        event = seat.trial.note(outcome)
        if isinstance(event, Finished):
            seat.free()
        return event

    def _fail(self, seat: Seat, trial: Curve, error: RayError) -> Finished:
        if isinstance(error, RayTaskError):  # it came out of the trial; the worker lives on
            seat.free()
            return trial.end(endings.of_exception(error.cause))
        self._replace(seat)
        return trial.end(endings.of_death(str(error), seat.log))

    def _miss(self, seat: Seat, error: RayError) -> None:
        """Go on without a worker that cannot start, while there are others."""
        if endings.is_of_node(str(error)):  # it was sent to a node that was already gone
            self._replace(seat)
            return
        self._dismiss(seat)
        self.slots = replace(self.slots, count=len(self.seats))
        self._refusal = str(error).strip().splitlines()[-1]

    def _replace(self, seat: Seat) -> None:
        self._dismiss(seat)
        self._hire()

    def _dismiss(self, seat: Seat) -> None:
        self.seats.remove(seat)
        self._calls = {call: caller for call, caller in self._calls.items() if caller is not seat}
        ray.kill(seat.actor)  # one that is merely out of reach must not come back

    def _hire(self) -> None:
        seat = Seat(self._actor.remote(*self._arguments))
        self.seats.append(seat)
        self._calls[seat.actor.site.remote()] = seat
