"""What a run does once its workers, its data and its study are there."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from automl.api.best_bundle import keep_best
from automl.api.final_model import FinalModel
from automl.api.parts import Datasets
from automl.core.final import Final
from automl.finalizing.finalists import pick_finalists
from automl.store import StudyFolder
from automl.tuning.watch import Outcome, Watcher

if TYPE_CHECKING:
    from automl.core.protocols import Executor
    from automl.tuning.plan import Plan
    from automl.tuning.problem import Problem
    from automl.tuning.study import Study


@dataclass(frozen=True)
class Work:
    """Searches a study and makes its final model.

    Args:
        plan: What the study is to do, settled.
        folder: Its folder.
        study: Where trials are asked for and told.
        problem: What is searched for.
        executor: Where trials and refits run.
        datasets: The study's data.
        watcher: Follows the search.
        stop: Set to have running trials pause and the search end.
    """

    plan: Plan
    folder: StudyFolder
    study: Study
    problem: Problem
    executor: Executor
    datasets: Datasets
    watcher: Watcher
    stop: threading.Event

    def search(self) -> Outcome:
        """Search, make the final model where that came to its end, and keep the best."""
        from automl.tuning.search import Search

        search = Search(
            self.problem, self.study, self.folder, self.executor, self.watcher, self.stop
        )
        outcome = search.run()
        if self.plan.finalize and outcome.reason in ("done", "exhausted"):
            outcome = self._try_to_finalize(outcome)
        keep_best(outcome.study.best, self.folder, self.plan, self.datasets)
        return outcome

    def finalize(self) -> Outcome:
        """Make the final model of the study as it stands.

        Raises:
            NoFinalModel: if no finalist could be trained anew.
        """
        self.watcher.begin(self.problem.setting)
        return self._finalize(Outcome(self.study.standing.records(), "done", 0.0))

    def _try_to_finalize(self, outcome: Outcome) -> Outcome:
        from automl.finalizing.finalizer import NoFinalModel

        try:
            return self._finalize(outcome)
        except NoFinalModel as error:  # the best trial's own model is there all the same
            self.watcher.announce(str(error))
            return outcome

    def _finalize(self, outcome: Outcome) -> Outcome:
        """Make the final model in the time that ``outcome`` has left; its reason says if not."""
        if not pick_finalists(outcome.study, self.folder):
            return outcome
        began = time.monotonic() - outcome.seconds
        final = self._make_final(outcome, began)
        seconds = time.monotonic() - began
        if final is None:
            reason = "interrupted" if self.stop.is_set() else "time limit"
            return replace(outcome, reason=reason, seconds=seconds)
        self._write_note(outcome, final)
        return replace(outcome, seconds=seconds, final=final)

    def _make_final(self, outcome: Outcome, began: float) -> Final | None:
        setting = self.problem.setting

        def over() -> bool:
            return setting.timeout is not None and time.monotonic() - began >= setting.timeout

        return FinalModel(
            plan=self.plan,
            folder=self.folder,
            setting=setting,
            executor=self.executor,
            datasets=self.datasets,
            watcher=self.watcher,
            stop=lambda: self.stop.is_set() or over(),
        ).make(outcome.study)

    def _write_note(self, outcome: Outcome, final: Final) -> None:
        """Have the dashboard tell of the final model."""
        from automl.tuning.notes import study_note

        setting, study = replace(self.problem.setting, final=final), outcome.study
        self.study.write_note(study_note(setting, study.best, study.baseline))
