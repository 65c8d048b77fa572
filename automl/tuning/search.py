"""The search: fill the workers, judge what is measured, tell Optuna what ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from automl.core.costs import NetworkProfile
from automl.core.executor import Executor, Finished, Measured
from automl.core.records import TrialRecord
from automl.core.trial import Config, Status, TrialResult, TrialSpec
from automl.store import StudyFolder
from automl.tuning.judge import Budget, Judge
from automl.tuning.notes import DashboardArtifacts, StudyNote, trial_note
from automl.tuning.proposals import MAX_WASTED, DrawableSpace, Proposal, Proposals
from automl.tuning.retries import RetryPolicy, TrialAttempt
from automl.tuning.scheduler import FirstComeScheduler, RoundScheduler
from automl.tuning.study import SharedStudy
from automl.tuning.study_state import StudyState
from automl.tuning.trial_records import note_end
from automl.tuning.watchdog import TimeLimits, TrialWatchdog
from automl.tuning.watcher import SearchInfo, SearchOutcome, Watcher

POLL_SECONDS = 0.2
# Number of best trials whose weights are kept.
KEPT_WEIGHTS = 3


@dataclass(frozen=True)
class SearchProblem:
    """What a search is about: everything about a study except its trials.

    Args:
        info: Facts that watchers are told when the search begins.
        space: Search space that configurations are drawn from.
        inspect: Function that profiles a configuration's network without a device; raises
            Infeasible.
        load: Function that gives the dataset a configuration asks for.
        seed: Seed that the trials' seeds are made from.
        pruner: Name of the pruner, for the reasons of pruned trials.
        limits: Time limits of a trial.
        deterministic: Whether the same seed gives the same trials with any number of workers.
        max_latency: Latency limit in milliseconds for one example, or None.
    """

    info: SearchInfo
    space: DrawableSpace
    inspect: Callable[[Config], NetworkProfile]
    load: Callable[[Config], Any]
    seed: int
    pruner: str
    limits: TimeLimits = field(default_factory=TimeLimits)
    deterministic: bool = False
    max_latency: float | None = None


class Search:
    """One run of a search over a study.

    Args:
        problem: Problem that is searched.
        study: Study that trials are asked of and told to.
        folder: Folder for the trials' files.
        executor: Executor that runs the trials.
        watcher: Watcher that follows the search.
        stop: Event that makes running trials pause and the search end once it is set.
    """

    def __init__(
        self,
        problem: SearchProblem,
        study: SharedStudy,
        folder: StudyFolder,
        executor: Executor,
        watcher: Watcher,
        stop: threading.Event,
    ) -> None:
        info = problem.info
        self._problem, self._study, self._folder = problem, study, folder
        self._executor, self._watcher, self._stop = executor, watcher, stop
        self._budget = Budget(info.timeout, limits_trials=not problem.deterministic)
        self._judge = Judge(
            info.metric, info.steps, problem.pruner, self._budget, problem.limits, stop
        )
        self._proposals = Proposals(
            study, problem.space, problem.inspect, self._budget, info.epochs, watcher.end
        )
        self._scheduler = (RoundScheduler if problem.deterministic else FirstComeScheduler)(
            study, self._ask
        )
        self._retries = RetryPolicy(study.claims.lose, executor.shares_memory)
        self._watchdog = TrialWatchdog(
            problem.limits, lambda number: folder.trial(number).heartbeat
        )
        self._retention = WeightsRetention(folder, study.state)
        self._artifacts = DashboardArtifacts(folder.dashboard_files)
        self._note = StudyNote(study, info)
        self._open: dict[int, Proposal] = {}  # asked for and not told yet
        self._running: dict[int, TrialAttempt] = {}
        self._exhausted = self._pausing_announced = False
        self._infeasible_in_a_row = 0

    def run(self) -> SearchOutcome:
        """Search until trials, time or space are exhausted, or the user stops it.

        Whatever ends it, no trial is left running: unfinished trials wait to be resumed.
        """
        self._watcher.begin(self._problem.info)
        try:
            self._fill()
            self._note.write()
            while self._running and not self._budget.overdue:
                self._handle_events()
                self._watch()
                self._fill()
        finally:
            self._study.claims.let_go(self._open)
        study = self._study.state.records()
        return SearchOutcome(study, self._reason(study.counted), self._budget.elapsed)

    def _fill(self) -> None:
        while len(self._running) < self._executor.slots and not self._stopping():
            proposal = self._scheduler.next()
            if proposal is None:
                return
            self._start(proposal)

    def _ask(self) -> Proposal | None:
        """The next trial, unless the study has all its trials; call it in the study's turn."""
        self._study.claims.take_over()
        if self._exhausted or self._study.state.claimed >= self._problem.info.trials:
            return None
        proposal = self._proposals.next()
        if proposal is None:
            self._exhausted = True
        else:
            self._open[proposal.number] = proposal
        return proposal

    def _start(self, proposal: Proposal) -> None:
        if proposal.ended is not None:  # its process died before it could tell Optuna
            self._arrange(Finished(TrialResult(proposal.number, proposal.ended)))
            return
        self._submit(TrialAttempt(self._spec(proposal)))
        self._watcher.start(self._study.state.record(proposal.number))

    def _spec(self, proposal: Proposal) -> TrialSpec:
        problem, number = self._problem, proposal.number
        return TrialSpec(
            number=number,
            config=proposal.config,
            seed=problem.seed + number,
            epochs=problem.info.epochs,
            metric=problem.info.metric,
            maximize=problem.info.maximize,
            folder=str(self._folder.trial(number).path.resolve()),
            resume=proposal.resumed,
            max_latency=problem.max_latency,
        )

    def _submit(self, attempt: TrialAttempt) -> None:
        files = self._folder.trial(attempt.number)
        files.begin(attempt.spec, self._open[attempt.number].profile)
        data = self._problem.load(attempt.spec.config)
        self._watchdog.begin(attempt.number)
        self._executor.submit(attempt.spec, data, alone=attempt.alone)
        self._running[attempt.number] = attempt

    def _handle_events(self) -> None:
        if self._stopping() and not self._pausing_announced:
            self._pausing_announced = True
            self._watcher.pausing("interrupted" if self._stop.is_set() else "time limit")
        events = self._executor.poll(POLL_SECONDS)
        ended = [event.result for event in events if isinstance(event, Finished)]
        for result in ended:
            self._end_attempt(result)
        gone = {result.number for result in ended}
        for event in events:
            # A trial whose worker died right after measuring measures this step again.
            if isinstance(event, Measured) and event.number not in gone:
                self._measure(event)
        if self._stopping():
            for held in self._scheduler.interrupt():
                self._answer(held)

    def _measure(self, event: Measured) -> None:
        self._watchdog.measure(event.number, event.measurement)
        self._watcher.measure(event.number, event.measurement)
        self._arrange(event)

    def _arrange(self, event: Measured | Finished) -> None:
        for due in self._scheduler.arrange(event):
            if isinstance(due, Measured):
                self._answer(due)
            else:
                self._tell(due.result)

    def _answer(self, event: Measured) -> None:
        decision = self._judge(self._open[event.number].trial, event.measurement)
        self._watchdog.go_on(event.number)
        self._executor.answer(event.number, decision)

    def _end_attempt(self, result: TrialResult) -> None:
        attempt = self._running.pop(result.number)
        self._watchdog.end(result.number)
        self._scheduler.drop(result.number)
        after = self._retries.after(attempt, result)
        if isinstance(after, TrialResult):
            self._end(after, attempt.spec)
        elif not self._stopping():  # else it waits to be resumed
            self._submit(after)

    def _end(self, result: TrialResult, spec: TrialSpec) -> None:
        proposal = self._open[result.number]
        files = self._folder.trial(result.number)
        files.end(result, spec, proposal.profile)
        log = files.log() if result.status is Status.FAILED else ""
        self._artifacts.attach(proposal.trial, files.artifacts())
        note = trial_note(proposal.profile, spec, result, log)
        note_end(proposal.trial, result, note)
        if result.measurements:
            last = result.measurements[-1]
            self._budget.learn(proposal.profile.flops, last.seconds, last.epoch)
        self._arrange(Finished(result))

    def _tell(self, result: TrialResult) -> None:
        record = self._study.tell(self._open.pop(result.number).trial)
        self._infeasible_in_a_row = (
            self._infeasible_in_a_row + 1 if record.status == "infeasible" else 0
        )
        self._exhausted = self._exhausted or self._infeasible_in_a_row >= MAX_WASTED
        self._retention.end(record)
        self._note.end(record)
        self._watcher.end(record)

    def _watch(self) -> None:
        """Cancel attempts that hang or whose time is up."""
        for number, attempt in list(self._running.items()):
            expired = self._watchdog.expires(number)
            reason = expired or self._watchdog.hangs(number)
            if reason:
                self._running[number] = replace(attempt, expired=expired)
                self._executor.cancel(number, reason)

    def _stopping(self) -> bool:
        return self._stop.is_set() or self._budget.over

    def _reason(self, counted: int) -> str:
        if self._stop.is_set():
            return "interrupted"
        if counted >= self._problem.info.trials:
            return "done"
        if self._exhausted:
            return "exhausted"
        return "time limit" if self._budget.over else "shared"


class WeightsRetention:
    """Keeps the weights of the best few trials and of the Pareto front; deletes the others.

    Args:
        folder: Folder of the study.
        state: The study's trials as they are now; other processes may end some of them.
    """

    def __init__(self, folder: StudyFolder, state: StudyState) -> None:
        self._folder, self._state = folder, state
        self._have = set(state.best_complete())
        self._drop_others()

    def end(self, trial: TrialRecord) -> None:
        """Delete the files that are superfluous now that ``trial`` has ended."""
        if trial.status == "paused":
            return
        self._folder.trial(trial.number).drop_state()
        if trial.status != "complete":
            self._folder.trial(trial.number).drop_weights()
            return
        self._have.add(trial.number)
        self._drop_others()

    def _drop_others(self) -> None:
        kept = {*self._state.best_complete(KEPT_WEIGHTS), *self._state.front()}
        for number in self._have - kept:
            self._folder.trial(number).drop_weights()
        self._have &= kept
