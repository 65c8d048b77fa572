"""In which order trials are begun, judged and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from automl.core.protocols import Finished, Measured
from automl.core.trial import Status
from automl.tuning.drafts import Draft
from automl.tuning.study import Study

# Trials of a round. The sampler knows the rounds before, so a smaller one learns sooner and a
# larger one keeps more workers busy.
ROUND = 8

Event = Measured | Finished


class Order(Protocol):
    """Decides what is next. Whatever it is handed comes back once, sooner or later."""

    def next(self) -> Draft | None:
        """The next trial to begin, or None while there is none."""

    def arrange(self, event: Event) -> list[Event]:
        """The events that are due now that this one came, in order."""

    def interrupt(self) -> list[Measured]:
        """The measurements that are due now that the search is to stop."""

    def drop(self, number: int) -> None:
        """Forget a measurement of trial ``number`` that is held back: its worker is gone."""


class AsTheyCome:
    """First come, first served.

    Args:
        study: The study.
        ask: The next trial that the total has room for.
    """

    def __init__(self, study: Study, ask: Callable[[], Draft | None]) -> None:
        self._study, self._ask = study, ask

    def next(self) -> Draft | None:
        """A trial asked for now."""
        with self._study.turn():
            return self._ask()

    def arrange(self, event: Event) -> list[Event]:
        """The event itself."""
        return [event]

    def interrupt(self) -> list[Measured]:
        """Nothing is ever held back."""
        return []

    def drop(self, number: int) -> None:
        """Nothing is ever held back."""


class InRounds:
    """The same order however many workers there are, and however fast each of them is.

    The trials of a round are asked for together, before any of them begins. A measurement is judged
    when every trial of the round with a smaller number was judged at the same step, or has ended.
    Ends are told together, by number, when the last trial of the round has ended.

    Args:
        study: The study.
        ask: The next trial that the total has room for.
    """

    def __init__(self, study: Study, ask: Callable[[], Draft | None]) -> None:
        self._study, self._ask = study, ask
        self._waiting: list[Draft] = []
        self._judged: dict[int, int] = {}  # the step of each trial of the round
        self._held: dict[int, Measured] = {}
        self._ended: dict[int, Finished] = {}

    def next(self) -> Draft | None:
        """The round's next trial; a new round begins when the last has ended."""
        if not self._judged:
            self._open()
        return self._waiting.pop(0) if self._waiting else None

    def arrange(self, event: Event) -> list[Event]:
        """What of the round is due."""
        if isinstance(event, Measured):
            self._held[event.number] = event
        elif event.result.status is Status.PAUSED:
            return [event]  # its round is whole another time
        else:
            self._ended[event.result.number] = event
        due: list[Event] = [*self._due_measurements()]
        if len(self._ended) == len(self._judged):
            due += [self._ended[number] for number in sorted(self._ended)]
            self._ended, self._judged = {}, {}
        return due

    def interrupt(self) -> list[Measured]:
        """All measurements, for their trials to pause."""
        held, self._held = self._held, {}
        return [held[number] for number in sorted(held)]

    def drop(self, number: int) -> None:
        """Forget it: the trial hands it up again when it goes on."""
        self._held.pop(number, None)

    def _open(self) -> None:
        """Ask for a round: what waits of an interrupted one and, unless that is whole, new ones."""
        standing = self._study.standing
        with self._study.turn():
            while draft := self._ask():
                self._waiting.append(draft)
                if standing.begun % ROUND == 0 and not standing.has_waiting:
                    break
        self._judged = {draft.number: 0 for draft in self._waiting}

    def _due_measurements(self) -> list[Measured]:
        """The held measurements whose turn it is, once they are taken as judged."""
        due = []
        for number in sorted(self._judged):
            held = self._held.get(number)
            if held and self._all_before(number, held.measurement.step):
                # One that goes on from a checkpoint comes to steps again that were judged.
                self._judged[number] = max(self._judged[number], held.measurement.step)
                due.append(self._held.pop(number))
        return due

    def _all_before(self, number: int, step: int) -> bool:
        return all(
            judged >= step or earlier in self._ended
            for earlier, judged in self._judged.items()
            if earlier < number
        )
