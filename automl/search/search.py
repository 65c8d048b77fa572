"""The search: fill the slots, judge what is measured, tell what ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from automl.core.inspection import Inspection
from automl.core.protocols import Executor, Finished, Measured
from automl.core.trial import Config, TrialSpec
from automl.search.budget import Budget
from automl.search.drafts import Draft, Drafts, Space
from automl.search.judge import Judge
from automl.search.keeper import Keeper
from automl.search.notes import trial_note
from automl.search.records import COUNTED
from automl.search.study import Study
from automl.search.watch import Outcome, Setting, Watcher
from automl.store import StudyFolder

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Problem:
    """What is searched for: everything about a study but its trials.

    Args:
        setting: What is told when the search begins.
        space: What configurations are drawn from.
        inspect: Builds a network without a device; raises Infeasible.
        load: The dataset that a configuration asks for.
        task: Name of the task.
        data: Name or path of the dataset.
        seed: Trials' seeds are made from it.
        pruner: The pruner's name, for reasons.
    """

    setting: Setting
    space: Space
    inspect: Callable[[Config], Inspection]
    load: Callable[[Config], Any]
    task: str
    data: str
    seed: int
    pruner: str


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
        self._budget = Budget(setting.timeout)
        self._judge = Judge(setting.metric, setting.steps, problem.pruner, self._budget, stop)
        self._drafts = Drafts(
            study, problem.space, problem.inspect, self._budget, setting.epochs, watcher.end
        )
        self._keeper = Keeper(folder, study.records())
        self._running: dict[int, Draft] = {}
        self._ended = setting.done
        self._exhausted = self._told = False

    def run(self) -> Outcome:
        """Search until the total, the time limit, the user or the space ends it.

        Whatever ends it, no trial is left running: those that were wait, to be gone on with.
        """
        self._watcher.begin(self._problem.setting)
        try:
            self._fill()
            while self._running and not self._budget.overdue:
                self._handle_events()
                self._fill()
        finally:
            for number in self._running:
                self._study.release(number)
        return Outcome(self._study.records(), self._reason(), self._budget.elapsed)

    def _fill(self) -> None:
        total = self._problem.setting.trials
        while (
            len(self._running) < self._executor.slots
            and self._ended + len(self._running) < total
            and not (self._stopping() or self._exhausted)
        ):
            draft = self._drafts.next()
            if draft is None:
                self._exhausted = True
            else:
                self._start(draft)

    def _start(self, draft: Draft) -> None:
        problem, number = self._problem, draft.trial.number
        spec = TrialSpec(
            number=number,
            task=problem.task,
            data=problem.data,
            config=draft.config,
            seed=problem.seed + number,
            epochs=problem.setting.epochs,
            metric=problem.setting.metric,
            maximize=problem.setting.maximize,
            folder=str(self._folder.trial(number).resolve()),
            resume=self._folder.state(number).is_file(),
        )
        self._folder.begin_trial(spec, draft.inspection)
        self._study.begin(draft.trial, draft.config, draft.inspection.size, draft.inspection.flops)
        self._executor.submit(spec, problem.load(draft.config))
        self._running[number] = draft
        self._watcher.start(number)

    def _handle_events(self) -> None:
        if self._stopping() and not self._told:
            self._told = True
            self._watcher.pausing()
        for event in self._executor.poll(POLL_SECONDS):
            if isinstance(event, Measured):
                self._answer(event)
            else:
                self._end(event)

    def _answer(self, event: Measured) -> None:
        self._watcher.measure(event.number, event.measurement)
        decision = self._judge(self._running[event.number].trial, event.measurement)
        self._executor.answer(event.number, decision)

    def _end(self, event: Finished) -> None:
        result = event.result
        draft = self._running[result.number]
        self._folder.end_trial(result)
        record = self._study.end(draft.trial, result, trial_note(draft.inspection, result))
        del self._running[result.number]
        self._ended += record.status in COUNTED
        if result.measurements:
            last = result.measurements[-1]
            self._budget.learn(draft.inspection.flops, last.seconds, last.epoch)
        self._keeper.end(record)
        self._watcher.end(record)

    def _stopping(self) -> bool:
        return self._stop.is_set() or self._budget.over

    def _reason(self) -> str:
        if self._stop.is_set():
            return "interrupted"
        if self._ended >= self._problem.setting.trials:
            return "done"
        return "exhausted" if self._exhausted else "time limit"
