"""The search: gives trials to the loop that runs them, judges them, and tells Optuna their ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from automl.core.executor import Finished, Measured, RunTrials
from automl.core.final import FINALISTS
from automl.core.records import NetworkProfile, TrialRecord
from automl.core.trial import Config, Decision, Status, TrialResult, TrialSpec
from automl.store import StudyFolder
from automl.tuning import scheduler
from automl.tuning.context import SearchContext, SearchOutcome, Watcher
from automl.tuning.dashboard import DashboardArtifacts, StudyNote, trial_note
from automl.tuning.judge import Judge
from automl.tuning.rungs import FEWEST_COMPLETE
from automl.tuning.study import SharedStudy, is_held_back
from automl.tuning.study_state import StudyState
from automl.tuning.time_budget import TimeBudget
from automl.tuning.trial_records import note_end

# Number of best trials whose weights are kept.
KEPT_WEIGHTS = 3


class Search:
    """One run of a search over a study; it is the source of the trials that a loop runs.

    Args:
        context: Context of the search.
        study: Study that trials are asked of and told to.
        inspect: Function that profiles a configuration's network without a device; raises
            Infeasible.
        run_trials: Loop that runs the trials.
        watcher: Watcher that follows the search.
        stop: Event that makes running trials pause and the search end once it is set.
    """

    def __init__(
        self,
        context: SearchContext,
        study: SharedStudy,
        inspect: Callable[[Config], NetworkProfile],
        run_trials: RunTrials,
        watcher: Watcher,
        stop: threading.Event,
    ) -> None:
        plan, folder = context.plan, context.folder
        self._context, self._study, self._run_trials = context, study, run_trials
        self._watcher, self._stop = watcher, stop
        self._budget = TimeBudget(
            plan.timeout,
            finalize=plan.finalize,
            slots=context.slots,
            grants=not plan.deterministic,
            began=context.began,
            closing=context.closing,
        )
        self._judge = Judge(context.metric, plan, self._budget, stop)
        self._proposals = scheduler.Proposals(study, context.space, inspect, watcher.end)
        self._scheduler = (
            scheduler.RoundScheduler if plan.deterministic else scheduler.FirstComeScheduler
        )(study, self._ask)
        self._retention = WeightsRetention(folder, study.state)
        self._artifacts = DashboardArtifacts(folder.dashboard_files)
        self._note = StudyNote(study, context)
        self._open: dict[int, scheduler.Proposal] = {}  # asked for and not told yet
        self._unannounced: set[int] = set()  # of them, those that watchers were not told of
        self._decided: list[tuple[int, Decision]] = []
        self._exhausted = self._pausing_announced = False
        self._infeasible_in_a_row = 0

    def run(self) -> SearchOutcome:
        """Search until trials, time or space are exhausted, or the user stops it.

        Whatever ends it, no trial is left running: unfinished trials wait to be resumed.
        """
        self._watcher.begin(self._context)
        self._learn()
        if kept := self._budget.in_words():
            self._watcher.announce(kept)
        self._note.write()
        try:
            self._run_trials(self, self._context.plan.limits)
        finally:
            self._study.claims.let_go(self._open)
        if not self._stop.is_set():
            self._give_up_held()
        study = self._study.state.records()
        return SearchOutcome(study, self._reason(study.counted), self._budget.elapsed)

    @property
    def stopping(self) -> bool:
        """Whether the user stopped the search, or its time is over."""
        return self._stop.is_set() or self._budget.over

    @property
    def overdue(self) -> bool:
        """Whether running trials had their extra time to reach the next report."""
        return self._budget.overdue

    def next(self) -> TrialSpec | None:
        """The next trial that Optuna suggests."""
        while proposal := self._scheduler.next():
            if proposal.ended is None:
                self._unannounced.add(proposal.number)
                return self._spec(proposal)
            # Its process died before it could tell Optuna.
            self._arrange(Finished(TrialResult(proposal.number, proposal.ended)))
        return None

    def _ask(self, may_promote: bool) -> scheduler.Proposal | None:
        """The next trial, unless the study has all its trials; call it in the study's turn.

        A held trial that belongs to the better ones by now comes before a new one.

        Args:
            may_promote: Whether held trials may go on now.
        """
        self._study.claims.take_over()
        if not self._budget.has_room:
            return None
        has_all = self._study.state.claimed >= self._context.plan.trials or self._exhausted
        proposal = self._promote(has_all) if may_promote else None
        if proposal is None and not has_all:
            proposal = self._proposals.next()
            self._exhausted = proposal is None
        if proposal is not None:
            self._open[proposal.number] = proposal
        return proposal

    def _promote(self, has_all: bool) -> scheduler.Proposal | None:
        """A held trial that goes on, if there is one; those that never will are given up.

        Args:
            has_all: Whether no new trial begins any more. Held trials then go on, however weak they
                are, until the study has its fewest complete ones.
        """
        held = self._study.held(self._context.plan.trials)
        number = held.promotable
        if number is None and has_all and self._study.state.may_complete < FEWEST_COMPLETE:
            number = held.first
        if number is not None:
            return self._proposals.promote(number)
        for superfluous in held.superfluous:
            self._give_up(superfluous)
        return None

    def _give_up(self, number: int) -> None:
        """Have a held trial be pruned for good; call it in the study's turn."""
        trial = self._study.claim_held(number)
        self._artifacts.attach(trial, self._context.folder.trial(number).artifacts())
        self._retention.end(self._study.give_up(trial))

    def _give_up_held(self) -> None:
        """Have all held trials be pruned for good, unless others still search the study."""
        with self._study.turn():
            if not self._study.state.running():
                for trial in self._study.state.held():
                    self._give_up(trial.number)

    def _spec(self, proposal: scheduler.Proposal) -> TrialSpec:
        context, number = self._context, proposal.number
        return TrialSpec(
            number=number,
            config=proposal.config,
            seed=context.plan.seed + number,
            epochs=context.plan.epochs,
            metric=context.metric,
            maximize=context.maximize,
            folder=str(context.folder.trial(number).path.resolve()),
            resume=proposal.resumed,
            max_latency=context.space.max_latency,
            steps=context.plan.steps,
            max_seconds=self._budget.grant,
        )

    def begin(self, spec: TrialSpec) -> object:
        """Write the files that a trial begins with, and load its dataset."""
        self._scheduler.drop(spec.number)
        self._context.folder.trial(spec.number).begin(spec, self._open[spec.number].profile)
        if spec.number in self._unannounced:  # trackers write into the folder, so it comes first
            self._unannounced.remove(spec.number)
            self._watcher.start(self._study.state.record(spec.number))
        return self._context.datasets(spec.config)

    def measure(self, event: Measured) -> None:
        """Show the measurement, and judge it when it is due."""
        self._budget.learn_of_weights()
        self._watcher.measure(event.number, event.measurement)
        self._arrange(event)

    def decisions(self) -> Iterator[tuple[int, Decision]]:
        """The decisions that are due; once the search stops, nothing is held back."""
        if self.stopping:
            if not self._pausing_announced:
                self._pausing_announced = True
                self._watcher.pausing("interrupted" if self._stop.is_set() else "time limit")
            for held in self._scheduler.interrupt():
                self._decide(held)
        while self._decided:
            yield self._decided.pop(0)

    def lose(self, number: int) -> int:
        """Count that a trial was lost, in the study: other processes may take it over."""
        return self._study.claims.lose(number).count

    def heartbeat(self, number: int) -> float | None:
        """Time of the trial's last heartbeat."""
        return self._context.folder.trial(number).heartbeat

    def _arrange(self, event: scheduler.Event) -> None:
        for due in self._scheduler.arrange(event):
            if isinstance(due, Measured):
                self._decide(due)
            else:
                self._tell(due.result)

    def _decide(self, event: Measured) -> None:
        decision = self._judge(self._open[event.number].trial, event.measurement)
        self._decided.append((event.number, decision))

    def end(self, spec: TrialSpec, result: TrialResult) -> None:
        """Keep the result of a trial, and tell Optuna when it is due."""
        proposal = self._open[result.number]
        files = self._context.folder.trial(result.number)
        self._scheduler.drop(result.number)
        files.end(result, spec, proposal.profile)
        log = files.log() if result.status is Status.FAILED else ""
        if not is_held_back(proposal.trial, result.status):  # else its curve may become longer
            self._artifacts.attach(proposal.trial, files.artifacts())
        note = trial_note(proposal.profile, spec, result, log)
        note_end(proposal.trial, result, note)
        self._arrange(Finished(result))

    def _tell(self, result: TrialResult) -> None:
        trial = self._open.pop(result.number).trial
        record = self._study.tell(trial)
        self._infeasible_in_a_row = (
            self._infeasible_in_a_row + 1 if record.status == "infeasible" else 0
        )
        self._exhausted = self._exhausted or self._infeasible_in_a_row >= scheduler.MAX_WASTED
        if not is_held_back(trial, result.status):
            self._retention.end(record)
        self._note.end(record)
        if record.status == "complete":
            self._learn()
        self._watcher.end(record)

    def _learn(self) -> None:
        """Tell the budget what the best trials took."""
        state = self._study.state
        self._budget.learn([state.record(number) for number in state.best_complete(FINALISTS)])

    def _reason(self, counted: int) -> str:
        if self._stop.is_set():
            return "interrupted"
        if counted >= self._context.plan.trials:
            return "done"
        if self._exhausted:
            return "exhausted"
        return "shared" if self._budget.has_room else "time limit"


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
