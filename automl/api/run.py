"""One run of a search, wired from its parts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.api.beginning import begin_study, check_new
from automl.api.best_bundle import is_best_kept, keep_best
from automl.api.final_model import finished_final, lacks_final
from automl.api.parts import Datasets, simplest, storage_of
from automl.api.problem import make_problem, make_setting
from automl.api.reopening import reopen_study
from automl.api.settling import Settled, settle
from automl.api.work import Work
from automl.api.workers import start_workers
from automl.core.errors import StudyError
from automl.finalizing.finalists import pick_finalists
from automl.finalizing.record import read_final
from automl.store import Store, StudyFolder, writing
from automl.tuning.watch import Outcome, Watcher

if TYPE_CHECKING:
    from automl.core.protocols import Executor
    from automl.core.records import StudyRecord
    from automl.spaces.space import SearchSpace
    from automl.tuning.plan import Plan
    from automl.tuning.study import Study

# Gives the study that a run is of.
TakeUp = Callable[[Settled, Store, Watcher], "Study"]


@dataclass(frozen=True)
class Run:
    """A plan and what carries it out.

    Args:
        plan: What the study is to do.
        space: What configurations are drawn from.
        store: The results folder.
        watcher: Follows the search.
        stop: Set to have running trials pause and the search end.
    """

    plan: Plan
    space: SearchSpace
    store: Store
    watcher: Watcher
    stop: threading.Event

    @property
    def folder(self) -> StudyFolder:
        """The study's folder."""
        return self.store.study(self.plan.name)

    def begin(self) -> Outcome:
        """Begin a study.

        Raises:
            UserError: if its name is taken, or its data or results folder is of no use.
        """
        self.store.prepare()
        check_new(self.folder)
        return self._work(begin_study, Work.search)

    def go_on(self) -> Outcome:
        """Go on with a study that was begun before; one that is done takes no worker."""
        self.store.prepare()
        study = self._read()
        if study.counted < self.plan.trials or study.unfinished:
            return self._work(reopen_study, Work.search)
        if lacks_final(study, self.folder, self.plan):
            return self._work(reopen_study, Work.search)
        final = finished_final(study, self.folder, self.plan)
        if final is None:
            self._mend_best(study)
        return Outcome(study, "done", 0.0, final)

    def finalize(self) -> Outcome:
        """Make the final model of a study as it stands; one that is there takes no worker.

        Raises:
            StudyError: if there is no trial to make it of.
        """
        self.store.prepare()
        study = self._read()
        if final := finished_final(study, self.folder, self.plan):
            unchanged = Outcome(study, "unchanged", 0.0, final)
            self.watcher.finish(unchanged)
            return unchanged
        if not pick_finalists(study, self.folder):
            raise StudyError(
                f"study {study.name!r} has no complete trial to make a final model of; go on: "
                f"automl resume {study.name}"
            )
        return self._work(reopen_study, Work.finalize)

    def _read(self) -> StudyRecord:
        from automl.tuning.reading import load_record

        return load_record(storage_of(self.plan, self.store), self.plan.name)

    def _mend_best(self, study: StudyRecord) -> None:
        """Write the best trial's bundle if the search's process died before it could."""
        if not is_best_kept(study.best, self.folder):
            with writing(self.folder.path):
                datasets = Datasets.of(self.plan, self.watcher)
                keep_best(study.best, self.folder, self.plan, datasets)

    def _work(self, take_up: TakeUp, act: Callable[[Work], Outcome]) -> Outcome:
        with writing(self.folder.path):
            executor = start_workers(self.plan)
            try:
                outcome = act(self._wire(executor, take_up))
            finally:
                executor.close()
        self.watcher.finish(outcome)
        return outcome

    def _wire(self, executor: Executor, take_up: TakeUp) -> Work:
        """Read the data, take the study up, and put everything together."""
        datasets = Datasets.of(self.plan, self.watcher)
        settled = settle(self.plan, self.space, datasets(simplest(self.space)))
        study = take_up(settled, self.store, self.watcher)
        final = read_final(self.folder)
        setting = make_setting(settled, executor, study.standing.records(), final)
        return Work(
            plan=settled.plan,
            folder=self.folder,
            study=study,
            problem=make_problem(settled, setting, datasets),
            executor=executor,
            datasets=datasets,
            watcher=self.watcher,
            stop=self.stop,
        )
