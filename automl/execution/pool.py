"""Ray workers, one per slot; imported on use, for it imports Ray."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from automl.core.errors import UserError
from automl.core.protocols import Finished, MakeRunner, Measured
from automl.core.trial import Decision, TrialSpec
from automl.execution import reasons
from automl.execution.curve import Curve
from automl.execution.slots import Slots
from automl.execution.worker import Worker


@dataclass(eq=False)
class Seat:
    """A slot's worker, and what the driver knows of it."""

    actor: Any
    log: str | None = None
    holds: set[int] = field(default_factory=set)
    trial: Curve | None = None


class Pool:
    """Workers that run trials, each one call of one worker per reporting step.

    Args:
        make_runner: Makes a worker's runner, in the worker.
        slots: How many workers, and what each may use.
        cpus: What each worker claims of Ray's CPUs.
    """

    def __init__(self, make_runner: MakeRunner, slots: Slots, cpus: int) -> None:
        self.slots = slots
        # Ray would run a lost call again, which would report twice: retries are the search's.
        self._actor = ray.remote(Worker).options(
            num_cpus=cpus, num_gpus=slots.gpus, max_restarts=0, max_task_retries=0
        )
        self._arguments = (make_runner, slots.threads, slots.gpus > 0)
        self._seats: list[Seat] = []
        self._idle: list[Seat] = []
        self._calls: dict[ray.ObjectRef[Any], Seat] = {}
        self._shared: dict[int, tuple[Any, ray.ObjectRef[Any]]] = {}
        for _ in range(slots.count):
            self._hire()

    @property
    def has_room(self) -> bool:
        """Whether a worker is up and free."""
        return bool(self._idle)

    def start(self, spec: TrialSpec, data: Any) -> None:
        """Start a trial on a free worker."""
        seat = self._idle.pop()
        seat.trial = Curve(spec.number)
        key = self._hand_over(data, seat)
        self._calls[seat.actor.start.remote(spec, key)] = seat

    def answer(self, number: int, decision: Decision) -> None:
        """Let trial ``number`` take its next step."""
        seat = next(seat for seat in self._seats if seat.trial and seat.trial.number == number)
        self._calls[seat.actor.advance.remote(number, decision)] = seat

    def poll(self, timeout: float) -> list[Measured | Finished]:
        """What happened, waiting up to ``timeout`` seconds for the first of it.

        Raises:
            UserError: no worker could start.
        """
        events = [self._collect(call) for call in self._returned(timeout)]
        return [event for event in events if event]

    def close(self) -> None:
        """End the workers."""
        for seat in self._seats:
            ray.kill(seat.actor)
        self._calls.clear()

    def _hire(self) -> None:
        seat = Seat(self._actor.remote(*self._arguments))
        self._seats.append(seat)
        self._calls[seat.actor.log_file.remote()] = seat

    def _hand_over(self, data: Any, seat: Seat) -> int:
        """See that the worker holds ``data``; it crosses to each worker once."""
        key = id(data)
        if key not in self._shared:
            self._shared[key] = (data, ray.put(data))  # holding it keeps the id its own
        if key not in seat.holds:
            seat.actor.keep.remote(key, self._shared[key][1])
            seat.holds.add(key)
        return key

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
            return self._fail(seat, error)
        if seat.trial is None:  # its first word: it is up
            seat.log = outcome
            self._idle.append(seat)
            return None
        event = seat.trial.note(outcome)
        if isinstance(event, Finished):
            self._free(seat)
        return event

    def _fail(self, seat: Seat, error: RayError) -> Finished | None:
        trial = seat.trial
        if trial is None:
            self._lose(seat, error)
            return None
        if isinstance(error, RayTaskError):  # it came out of the trial; the worker lives on
            self._free(seat)
            return trial.failed(reasons.of_exception(error.cause))
        self._dismiss(seat)
        self._hire()
        return trial.failed(reasons.of_death(str(error), seat.log))

    def _free(self, seat: Seat) -> None:
        seat.trial = None
        self._idle.append(seat)

    def _dismiss(self, seat: Seat) -> None:
        self._seats.remove(seat)
        ray.kill(seat.actor)  # one that is merely out of reach must not come back

    def _lose(self, seat: Seat, error: RayError) -> None:
        """Go on without a worker that cannot start, while there are others."""
        self._dismiss(seat)
        self.slots = replace(self.slots, count=len(self._seats))
        if not self._seats:
            raise UserError(f"no worker could start: {str(error).strip().splitlines()[-1]}")
