"""Schedulers: which trials begin, and in which order they are judged and told to Optuna.

A trial begins as a proposal of Optuna that is worth a worker. A configuration that cannot be built
or was trained before never reaches one: Optuna is told at once, and asked again.

Both schedulers have the same methods. A deterministic search uses rounds, so that neither the
number of workers nor their speed changes what the sampler and the pruner see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import optuna

from automl.core.distributions import Choices, Distribution, Range, Value
from automl.core.errors import Infeasible
from automl.core.executor import Finished, Measured
from automl.core.records import NetworkProfile, TrialRecord
from automl.core.trial import Config, Status
from automl.tuning.context import DrawableSpace
from automl.tuning.study import SharedStudy
from automl.tuning.trial_records import has_begun, note_begin

# Consecutive rejected proposals after which the space counts as exhausted.
MAX_WASTED = 200
# Trials in a round. The sampler knows all earlier rounds: small rounds teach it sooner, and large
# ones keep more workers busy.
ROUND = 8

Event = Measured | Finished


@dataclass(frozen=True)
class Proposal:
    """A trial that can go to a worker.

    Args:
        trial: The Optuna trial.
        config: Its configuration.
        profile: Size and cost of its network.
        resumed: Whether the trial began earlier and has waited since.
        promoted: Whether it was held at a rung and now goes on.
    """

    trial: optuna.Trial
    config: Config
    profile: NetworkProfile
    resumed: bool = False
    promoted: bool = False

    @property
    def number(self) -> int:
        """Number of the trial in its study."""
        return self.trial.number

    @property
    def ended(self) -> Status | None:
        """How the trial ended, if its process died before it could tell Optuna; else None."""
        facts = self.trial.user_attrs if self.resumed else {}
        noted = facts.get("status", Status.PAUSED.value)
        lacks_value = noted == Status.COMPLETE.value and "value" not in facts  # damaged journal
        return None if noted == Status.PAUSED.value or lacks_value else Status(noted)


class Proposals:
    """Asks Optuna for trials, and tells it at once of those that need no worker.

    The trials that were enqueued when the study was set up come first: the baseline, and the
    configurations of another study. Then come those of the space's portfolio, and then the
    sampler's. An entry of the portfolio is enqueued only when its trial is asked for, so that none
    is left over where a search ends before; a resumed search goes on with the next one.

    Args:
        study: Study that trials are asked of.
        space: Search space that configurations are drawn from.
        inspect: Function that profiles a configuration's network without a device; raises
            Infeasible.
        on_waste: Function that is given each trial that needed no worker.
    """

    def __init__(
        self,
        study: SharedStudy,
        space: DrawableSpace,
        inspect: Callable[[Config], NetworkProfile],
        on_waste: Callable[[TrialRecord], None],
    ) -> None:
        self._study, self._space, self._inspect = study, space, inspect
        self._on_waste = on_waste
        self._portfolio = tuple(space.portfolio())  # empty once all entries had their turns

    def next(self) -> Proposal | None:
        """The next proposal, noted as begun; None when the space is exhausted."""
        for _ in range(MAX_WASTED):
            self._enqueue_entry()
            trial = self._study.ask()
            proposed = self._propose(trial)
            if isinstance(proposed, Proposal):
                return proposed
            self._on_waste(proposed)
        return None

    def promote(self, number: int) -> Proposal | None:
        """A held trial, which goes on; None if it cannot be built any more."""
        proposed = self._propose(self._study.take_up(number))
        if isinstance(proposed, Proposal):
            return replace(proposed, promoted=True)
        self._on_waste(proposed)
        return None

    def _enqueue_entry(self) -> None:
        """Enqueue the entry of the portfolio that a new trial would have, if there is one."""
        if not self._portfolio or self._study.state.has_waiting:
            return
        entry = self._study.state.created - self._study.enqueued_first
        if entry < len(self._portfolio):
            origin = f"entry {entry + 1} of the portfolio"
            self._study.enqueue(self._portfolio[entry], origin)
        else:
            self._portfolio = ()

    def _propose(self, trial: optuna.Trial) -> Proposal | TrialRecord:
        try:
            config = self._space.sample(TrialSuggest(trial))
            profile = self._inspect(config)
        except Infeasible as error:
            return self._study.reject(trial, error.reason, error.violation)
        if has_begun(trial):
            return Proposal(trial, config, profile, resumed=True)
        twin = self._study.state.twin(trial.number, config)
        if twin is not None:
            return self._study.repeat(trial, twin)
        note_begin(trial, config, profile.num_parameters, profile.flops)
        return Proposal(trial, config, profile)


class TrialSuggest:
    """Draws values from an Optuna trial; a resumed trial keeps the values it has."""

    def __init__(self, trial: optuna.Trial) -> None:
        self._trial = trial

    def __call__(self, name: str, distribution: Distribution) -> Value:
        """The trial's value of one parameter."""
        trial = self._trial
        if isinstance(distribution, Choices):
            value: Value = trial.suggest_categorical(name, distribution.values)
            return value
        return _number(trial, name, distribution)


def _number(trial: optuna.Trial, name: str, drawn: Range) -> Value:
    if drawn.is_int:
        low, high, step = int(drawn.low), int(drawn.high), int(drawn.step or 1)
        return trial.suggest_int(name, low, high, step=step, log=drawn.log)
    return trial.suggest_float(name, drawn.low, drawn.high, step=drawn.step, log=drawn.log)


class FirstComeScheduler:
    """First come, first served.

    Args:
        study: Study that is searched.
        ask: Function that gives the next proposal, or None if the study has all its trials. It is
            told whether held trials may go on.
    """

    def __init__(self, study: SharedStudy, ask: Callable[[bool], Proposal | None]) -> None:
        self._study, self._ask = study, ask

    def next(self) -> Proposal | None:
        """The next proposal, asked for now."""
        with self._study.turn():
            return self._ask(not self._study.state.has_waiting)

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
        ask: Function that gives the next proposal, or None if the study has all its trials. It is
            told whether held trials may go on.
    """

    def __init__(self, study: SharedStudy, ask: Callable[[bool], Proposal | None]) -> None:
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
        """Ask for a round: the waiting trials of an interrupted one, or the held ones that go on.

        New trials then fill it.
        """
        state = self._study.state
        with self._study.turn():
            # An interrupted round has taken up what it could.
            is_new = not state.has_waiting
            while proposal := self._ask(is_new):
                self._waiting.append(proposal)
                if proposal.promoted:
                    continue
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
