"""One run of a search: put workers, data and study together, search, and make the final model.

It stands in the API because it wires rooms that may not import each other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from automl.api.bundles import is_best_kept, keep_best
from automl.api.datasets import DatasetLoader
from automl.api.final_model import FinalModel, finished_final, lacks_final
from automl.api.setup import begin_study, check_new, make_problem, make_search_info, reopen_study
from automl.api.spaces import baseline_config
from automl.api.stored_study import storage_of
from automl.core.errors import StudyError
from automl.core.final import FinalRecord
from automl.core.text import shell_word
from automl.finalizing.ranking import pick_finalists
from automl.finalizing.record import read_final
from automl.report.changes import hardware_and_versions
from automl.store import Store, StudyFolder, writing
from automl.tuning.plan import ResolvedPlan, resolve
from automl.tuning.watcher import SearchOutcome, Watcher

if TYPE_CHECKING:
    from automl.core.executor import Executor
    from automl.core.records import StudyRecord
    from automl.spaces.space import SearchSpace
    from automl.tuning.plan import Plan
    from automl.tuning.search import SearchProblem
    from automl.tuning.study import SharedStudy

# Creates or opens the study of a run.
OpenStudy = Callable[[ResolvedPlan, Store, Watcher], "SharedStudy"]


@dataclass(frozen=True)
class SearchRun:
    """One run of a plan: a new search, a resumed one, or the final model alone.

    Args:
        plan: Plan of the study.
        space: Search space that configurations are drawn from.
        store: Results folder.
        watcher: Watcher that follows the search.
        stop: Event that makes running trials pause and the search end once it is set.
    """

    plan: Plan
    space: SearchSpace
    store: Store
    watcher: Watcher
    stop: threading.Event

    @property
    def folder(self) -> StudyFolder:
        """Folder of the study."""
        return self.store.study(self.plan.name)

    def begin(self) -> SearchOutcome:
        """Create the study and search it.

        Raises:
            UserError: if its name is taken, or its data or results folder cannot be used.
        """
        self.store.prepare()
        check_new(self.folder)
        return self._run(begin_study, SearchSession.search)

    def resume(self) -> SearchOutcome:
        """Resume the study; if it is done, no worker is started."""
        self.store.prepare()
        study = self._read()
        if study.counted < self.plan.trials or study.unfinished:
            return self._run(reopen_study, SearchSession.search)
        if lacks_final(study, self.folder, self.plan):
            return self._run(reopen_study, SearchSession.search)
        final = finished_final(study, self.folder, self.plan)
        if final is None:
            self._restore_best(study)
        return SearchOutcome(study, "done", 0.0, final)

    def finalize(self) -> SearchOutcome:
        """Make the final model of the study as it is now, unless it exists already.

        Raises:
            StudyError: if no trial is complete.
        """
        self.store.prepare()
        study = self._read()
        if final := finished_final(study, self.folder, self.plan):
            unchanged = SearchOutcome(study, "unchanged", 0.0, final)
            self.watcher.finish(unchanged)
            return unchanged
        if not pick_finalists(study, self.folder):
            raise StudyError(
                f"study {study.name!r} has no complete trial to make a final model of; resume it: "
                f"automl resume {shell_word(study.name)}"
            )
        return self._run(reopen_study, SearchSession.finalize)

    def _read(self) -> StudyRecord:
        from automl.tuning.trial_records import load_record

        return load_record(storage_of(self.plan, self.store), self.plan.name)

    def _restore_best(self, study: StudyRecord) -> None:
        """Write the bundle of the best trial if the process died before it could."""
        if not is_best_kept(study, self.folder):
            with writing(self.folder.path):
                datasets = DatasetLoader.of(self.plan, self.watcher)
                keep_best(study, self.folder, self.plan, datasets, self.watcher.announce)

    def _run(
        self, open_study: OpenStudy, act: Callable[[SearchSession], SearchOutcome]
    ) -> SearchOutcome:
        from automl.tuning.storage import telling_of_storage

        with writing(self.folder.path), telling_of_storage(self.plan.storage or ""):
            executor = start_workers(self.plan)
            try:
                outcome = act(self._session(executor, open_study))
            finally:
                executor.close()
            self.folder.note_run(outcome.seconds)
        self.watcher.finish(outcome)
        return outcome

    def _session(self, executor: Executor, open_study: OpenStudy) -> SearchSession:
        """Read the data, open the study, and put everything together."""
        datasets = DatasetLoader.of(self.plan, self.watcher)
        resolved = resolve(self.plan, self.space, datasets(baseline_config(self.space)))
        study = open_study(resolved, self.store, self.watcher)
        final = read_final(self.folder)
        info = make_search_info(resolved, executor, study.state.records(), final)
        return SearchSession(
            plan=resolved.plan,
            folder=self.folder,
            study=study,
            problem=make_problem(resolved, info, datasets),
            executor=executor,
            datasets=datasets,
            watcher=self.watcher,
            stop=self.stop,
        )


@dataclass(frozen=True)
class SearchSession:
    """A study with everything to search it and to make its final model.

    Args:
        plan: Plan of the study, with every default resolved.
        folder: Folder of the study.
        study: Study that trials are asked of and told to.
        problem: Problem that is searched.
        executor: Executor of trials and refits.
        datasets: Loader of the study's data.
        watcher: Watcher that follows the search.
        stop: Event that makes running trials pause and the search end once it is set.
    """

    plan: Plan
    folder: StudyFolder
    study: SharedStudy
    problem: SearchProblem
    executor: Executor
    datasets: DatasetLoader
    watcher: Watcher
    stop: threading.Event

    def search(self) -> SearchOutcome:
        """Search, make the final model if the search is complete, and write the best bundle."""
        from automl.tuning.search import Search

        search = Search(
            self.problem, self.study, self.folder, self.executor, self.watcher, self.stop
        )
        outcome = search.run()
        if self.plan.finalize and outcome.reason in ("done", "exhausted"):
            outcome = self._try_to_finalize(outcome)
        tell = self.watcher.announce
        keep_best(outcome.study, self.folder, self.plan, self.datasets, tell)
        return outcome

    def finalize(self) -> SearchOutcome:
        """Make the final model of the study as it is now.

        Raises:
            NoFinalModel: if no finalist could be trained again.
        """
        self.watcher.begin(self.problem.info)
        return self._finalize(SearchOutcome(self.study.state.records(), "done", 0.0))

    def _try_to_finalize(self, outcome: SearchOutcome) -> SearchOutcome:
        from automl.finalizing.finalizer import NoFinalModel

        try:
            return self._finalize(outcome)
        except NoFinalModel as error:  # the model of the best trial exists all the same
            self.watcher.announce(str(error))
            return outcome

    def _finalize(self, outcome: SearchOutcome) -> SearchOutcome:
        """Make the final model in the remaining time; if that ends first, the reason says so."""
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

    def _make_final(self, outcome: SearchOutcome, began: float) -> FinalRecord | None:
        info = self.problem.info

        def over() -> bool:
            return info.timeout is not None and time.monotonic() - began >= info.timeout

        return FinalModel(
            plan=self.plan,
            folder=self.folder,
            info=info,
            executor=self.executor,
            datasets=self.datasets,
            watcher=self.watcher,
            stop=lambda: self.stop.is_set() or over(),
        ).make(outcome.study)

    def _write_note(self, outcome: SearchOutcome, final: FinalRecord) -> None:
        """Add the final model to the study's note."""
        from automl.tuning.notes import study_note

        info, study = replace(self.problem.info, final=final), outcome.study
        self.study.write_note(study_note(info, study.best, study.baseline))


def start_workers(plan: Plan) -> Executor:
    """The executor of a plan, whose workers start in the background."""
    from automl.execution import EXECUTORS
    from automl.execution.resources import Resources
    from automl.trials import make_runner

    # The number of threads changes how sums are rounded, so in a deterministic search it may not
    # depend on how many workers share the cores.
    fixed = 1 if plan.deterministic else None
    resources = Resources(
        workers=plan.workers,
        cpus_per_trial=plan.cpus_per_trial or fixed,
        gpus_per_trial=plan.gpus_per_trial,
        address=plan.ray_address,
    )
    runner = partial(
        make_runner, deterministic=plan.deterministic, machine_facts=hardware_and_versions
    )
    return EXECUTORS[plan.executor](runner, resources)
