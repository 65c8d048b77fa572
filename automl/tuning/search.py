"""The search: fill the slots, judge what is measured, tell what ended."""

from __future__ import annotations

import threading
from dataclasses import replace

from automl.core.protocols import Executor, Finished, Measured
from automl.core.trial import Status, TrialResult, TrialSpec
from automl.store import StudyFolder
from automl.tuning.attempts import Attempt, Attempts
from automl.tuning.board import Board
from automl.tuning.budget import Budget
from automl.tuning.drafts import MAX_WASTED, Draft, Drafts
from automl.tuning.exhibits import Exhibits
from automl.tuning.judge import Judge
from automl.tuning.keeper import Keeper
from automl.tuning.notes import trial_note
from automl.tuning.order import AsTheyCome, InRounds
from automl.tuning.problem import Problem
from automl.tuning.study import Study
from automl.tuning.trial_facts import note_end
from automl.tuning.watch import Outcome, Watcher
from automl.tuning.watchdog import Watchdog

POLL_SECONDS = 0.2


class Search:
    """One run of a search over a study.

    Args:
        problem: What is searched for.
        study: Where trials are asked for and told.
        folder: Where trials' files go.
        executor: Where trials run.
        watcher: Follows the search.
        stop: Set it to have running trials pause and the search end.
    """

    def __init__(
        self,
        problem: Problem,
        study: Study,
        folder: StudyFolder,
        executor: Executor,
        watcher: Watcher,
        stop: threading.Event,
    ) -> None:
        setting = problem.setting
        self._problem, self._study, self._folder = problem, study, folder
        self._executor, self._watcher, self._stop = executor, watcher, stop
        self._budget = Budget(setting.timeout, weighs=not problem.deterministic)
        self._judge = Judge(
            setting.metric, setting.steps, problem.pruner, self._budget, problem.limits, stop
        )
        self._drafts = Drafts(
            study, problem.space, problem.inspect, self._budget, setting.epochs, watcher.end
        )
        self._order = (InRounds if problem.deterministic else AsTheyCome)(study, self._ask)
        self._attempts = Attempts(study.claims.lose, executor.shares_memory)
        self._watchdog = Watchdog(problem.limits, lambda number: folder.trial(number).pulse)
        self._keeper = Keeper(folder, study.standing)
        self._exhibits = Exhibits(folder.exhibits)
        self._board = Board(study, setting)
        self._open: dict[int, Draft] = {}  # asked for, and not told yet
        self._running: dict[int, Attempt] = {}
        self._exhausted = self._told = False
        self._in_vain = 0  # trials in a row that workers found infeasible

    def run(self) -> Outcome:
        """Search until the total, the time limit, the user or the space ends it.

        Whatever ends it, no trial is left running: those that were wait, to be gone on with.
        """
        self._watcher.begin(self._problem.setting)
        try:
            self._fill()
            while self._running and not self._budget.overdue:
                self._handle_events()
                self._watch()
                self._fill()
        finally:
            for number in self._open:
                self._study.claims.release(number)
        study = self._study.standing.records()
        return Outcome(study, self._reason(study.counted), self._budget.elapsed)

    def _fill(self) -> None:
        while len(self._running) < self._executor.slots and not self._stopping():
            draft = self._order.next()
            if draft is None:
                return
            self._start(draft)

    def _ask(self) -> Draft | None:
        """The next trial of the study, if its total has room for one; in the study's turn."""
        self._study.claims.take_over()
        if self._exhausted or self._study.standing.claimed >= self._problem.setting.trials:
            return None
        draft = self._drafts.next()
        if draft is None:
            self._exhausted = True
        else:
            self._open[draft.number] = draft
        return draft

    def _start(self, draft: Draft) -> None:
        if draft.ended is not None:  # all but told, when its process died
            self._arrange(Finished(TrialResult(draft.number, draft.ended)))
            return
        self._submit(Attempt(self._spec(draft)))
        self._watcher.start(self._study.standing.record(draft.number))

    def _spec(self, draft: Draft) -> TrialSpec:
        problem, number = self._problem, draft.number
        return TrialSpec(
            number=number,
            task=problem.task,
            data=problem.data,
            config=draft.config,
            seed=problem.seed + number,
            epochs=problem.setting.epochs,
            metric=problem.setting.metric,
            maximize=problem.setting.maximize,
            folder=str(self._folder.trial(number).path.resolve()),
            resume=draft.resumed,
            max_latency=problem.max_latency,
        )

    def _submit(self, attempt: Attempt) -> None:
        files = self._folder.trial(attempt.number)
        files.begin(attempt.spec, self._open[attempt.number].inspection)
        data = self._problem.load(attempt.spec.config)
        self._watchdog.begin(attempt.number)
        self._executor.submit(attempt.spec, data, alone=attempt.alone)
        self._running[attempt.number] = attempt

    def _handle_events(self) -> None:
        if self._stopping() and not self._told:
            self._told = True
            self._watcher.pausing()
        events = self._executor.poll(POLL_SECONDS)
        ended = [event.result for event in events if isinstance(event, Finished)]
        for result in ended:
            self._end_attempt(result)
        gone = {result.number for result in ended}
        for event in events:
            # Of a trial whose worker died right after: it is handed up again.
            if isinstance(event, Measured) and event.number not in gone:
                self._measure(event)
        if self._stopping():
            for held in self._order.interrupt():
                self._answer(held)

    def _measure(self, event: Measured) -> None:
        self._watchdog.measure(event.number, event.measurement)
        self._watcher.measure(event.number, event.measurement)
        self._arrange(event)

    def _arrange(self, event: Measured | Finished) -> None:
        for due in self._order.arrange(event):
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
        self._order.drop(result.number)
        after = self._attempts.after(attempt, result)
        if isinstance(after, TrialResult):
            self._end(after, attempt.spec)
        elif not self._stopping():  # else it waits for a resume, as it is
            self._submit(after)

    def _end(self, result: TrialResult, spec: TrialSpec) -> None:
        draft = self._open[result.number]
        files = self._folder.trial(result.number)
        files.end(result)
        log = files.log() if result.status is Status.FAILED else ""
        self._exhibits.attach(draft.trial, files.artifacts())
        note = trial_note(draft.inspection, spec, result, log)
        note_end(draft.trial, result, note)
        if result.measurements:
            last = result.measurements[-1]
            self._budget.learn(draft.inspection.flops, last.seconds, last.epoch)
        self._arrange(Finished(result))

    def _tell(self, result: TrialResult) -> None:
        record = self._study.ends.tell(self._open.pop(result.number).trial)
        self._in_vain = self._in_vain + 1 if record.status == "infeasible" else 0
        self._exhausted = self._exhausted or self._in_vain >= MAX_WASTED
        self._keeper.end(record)
        self._board.end(record)
        self._watcher.end(record)

    def _watch(self) -> None:
        """End the attempts that hang or whose time is up."""
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
        if counted >= self._problem.setting.trials:
            return "done"
        if self._exhausted:
            return "exhausted"
        return "time limit" if self._budget.over else "shared"
