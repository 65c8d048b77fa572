"""Schedulers: the order in which trials begin, are judged and are told to Optuna.

Both have the same methods. A deterministic search uses rounds, so that neither the number of
workers nor their speed changes what the sampler and the pruner see.
"""

from __future__ import annotations

from collections.abc import Callable

from automl.core.executor import Finished, Measured
from automl.core.trial import Status
from automl.tuning.proposals import Proposal
from automl.tuning.study import SharedStudy

# Trials in a round. The sampler knows all earlier rounds: small rounds teach it sooner, and large
# ones keep more workers busy.
ROUND = 8

Event = Measured | Finished


class FirstComeScheduler:
    """First come, first served.

    Args:
        study: Study that is searched.
        ask: Function that gives the next proposal, or None if the study has all its trials.
    """

    def __init__(self, study: SharedStudy, ask: Callable[[], Proposal | None]) -> None:
        self._study, self._ask = study, ask

    def next(self) -> Proposal | None:
        """The next proposal, asked for now."""
        with self._study.turn():
            return self._ask()

    def arrange(self, event: Event) -> list[Event]:
        """The event itself, due at once."""
        return [event]

    def interrupt(self) -> list[Measured]:
        """No measurements: none is ever held back."""
        return []

    def drop(self, number: int) -> None:
        """Do nothing: no measurement is ever held back."""


class RoundScheduler:
    """The same order for any number of workers, however fast each of them is.

    The trials of a round are asked for together, before any of them begins. A measurement is held
    back until every trial of the round with a smaller number has been judged at the same step or
    has ended. Results are told together, by number, once the last trial of the round has ended.

    Args:
        study: Study that is searched.
        ask: Function that gives the next proposal, or None if the study has all its trials.
    """

    def __init__(self, study: SharedStudy, ask: Callable[[], Proposal | None]) -> None:
        self._study, self._ask = study, ask
        self._waiting: list[Proposal] = []
        self._judged: dict[int, int] = {}  # the step of each trial of the round
        self._held: dict[int, Measured] = {}
        self._ended: dict[int, Finished] = {}

    def next(self) -> Proposal | None:
        """The round's next proposal; a new round begins when the last one has ended."""
        if not self._judged:
            self._open()
        return self._waiting.pop(0) if self._waiting else None

    def arrange(self, event: Event) -> list[Event]:
        """The events of the round that are due now."""
        if isinstance(event, Measured):
            self._held[event.number] = event
        elif event.result.status is Status.PAUSED:
            return [event]  # its round ends in another run
        else:
            self._ended[event.result.number] = event
        due: list[Event] = [*self._due_measurements()]
        if len(self._ended) == len(self._judged):
            due += [self._ended[number] for number in sorted(self._ended)]
            self._ended, self._judged = {}, {}
        return due

    def interrupt(self) -> list[Measured]:
        """All measurements that are held back, so that their trials can pause."""
        held, self._held = self._held, {}
        return [held[number] for number in sorted(held)]

    def drop(self, number: int) -> None:
        """Forget a trial's measurement that is held back: it is measured again on resuming."""
        self._held.pop(number, None)

    def _open(self) -> None:
        """Ask for a round: the waiting trials of an interrupted one, then new trials to fill it."""
        state = self._study.state
        with self._study.turn():
            while proposal := self._ask():
                self._waiting.append(proposal)
                if state.begun % ROUND == 0 and not state.has_waiting:
                    break
        self._judged = {proposal.number: 0 for proposal in self._waiting}

    def _due_measurements(self) -> list[Measured]:
        """The held measurements that are due, which count as judged from here on."""
        due = []
        for number in sorted(self._judged):
            held = self._held.get(number)
            if held and self._all_before(number, held.measurement.step):
                # A trial resumed from a checkpoint comes to steps again that were judged.
                self._judged[number] = max(self._judged[number], held.measurement.step)
                due.append(self._held.pop(number))
        return due

    def _all_before(self, number: int, step: int) -> bool:
        return all(
            judged >= step or earlier in self._ended
            for earlier, judged in self._judged.items()
            if earlier < number
        )
