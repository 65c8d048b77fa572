"""One run of a search: put workers, data and study together, search, and make the final model.

It stands in the API because it wires rooms that may not import each other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from automl.api.bundles import is_best_kept, keep_best
from automl.api.datasets import DatasetLoader
from automl.api.final_model import FinalModel, finished_final, lacks_final
from automl.api.setup import StudySetup, check_new
from automl.api.spaces import baseline_config, check_searchable
from automl.api.stored_study import StoredStudy, storage_of
from automl.api.watchers import default_watcher
from automl.core.defaults import RESULTS
from automl.core.errors import StudyError
from automl.core.executor import Executor, RunTrials
from automl.core.records import NetworkProfile, StudyRecord
from automl.core.text import shell_word
from automl.core.trial import Config
from automl.execution import EXECUTORS
from automl.execution.resources import Resources
from automl.finalizing.ranking import pick_finalists, pick_in_time
from automl.finalizing.record import read_final
from automl.report.machine import hardware_and_versions
from automl.store import Store, StudyFolder, writing
from automl.trials import make_runner
from automl.tuning.context import SearchContext, SearchOutcome, Watcher
from automl.tuning.plan import Plan, fitted_in_words
from automl.tuning.time_budget import WorkPace, most_closing

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.spaces.space import SearchSpace
    from automl.tuning.study import SharedStudy

# Seconds that one free CPU core takes to measure and write the final model and to end the workers,
# but for the references.
CLOSING_SECONDS = 7.0
# Creates or opens the study.
OpenStudy = Callable[[StudySetup], "SharedStudy"]
# Searches, or makes the final model.
Act = Callable[[SearchContext, "SharedStudy", "RunTrials"], SearchOutcome]


@dataclass(frozen=True)
class SearchSession:
    """One run of a plan: a new search, a resumed one, or the final model alone.

    Args:
        plan: Plan of the study.
        space: Search space that configurations are drawn from.
        store: Results folder.
        watcher: Watcher that follows the search.
        stop: Event that makes running trials pause and the search end once it is set.
        began: Time at which the run began, from which its time limit counts.
    """

    plan: Plan
    space: SearchSpace
    store: Store
    watcher: Watcher
    stop: threading.Event
    began: float = field(default_factory=time.monotonic)

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
        return self._run(StudySetup.begin, self._search)

    def resume(self) -> SearchOutcome:
        """Resume the study; if it is done, no worker is started."""
        self.store.prepare()
        study = self._read()
        if study.counted < self.plan.trials or study.unfinished:
            return self._run(StudySetup.reopen, self._search)
        if lacks_final(study, self.folder, self.plan):
            return self._run(StudySetup.reopen, self._search)
        final = finished_final(study, self.folder, self.plan)
        if final is None:
            self._restore_best(study)
        return SearchOutcome(study, "done", 0.0, final)

    def finalize(self) -> SearchOutcome:
        """Make the final model of the study as it is now, unless it exists already.

        Raises:
            StudyError: if no trial is complete, or no finalist could be trained again.
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
        return self._run(StudySetup.reopen, self._finalize)

    def _read(self) -> StudyRecord:
        from automl.tuning.trial_records import load_record

        return load_record(storage_of(self.plan, self.store), self.plan.name)

    def _restore_best(self, study: StudyRecord) -> None:
        """Write the bundle of the best trial if the process died before it could."""
        if not is_best_kept(study, self.folder):
            with writing(self.folder.path):
                datasets = DatasetLoader.of(self.plan, self.watcher)
                keep_best(study, self.folder, self.plan, datasets, self.watcher.announce)

    def _run(self, open_study: OpenStudy, act: Act) -> SearchOutcome:
        from automl.execution.trial_loop import run_trials
        from automl.tuning.storage import telling_of_storage

        with writing(self.folder.path), telling_of_storage(self.plan.storage or ""):
            with closing(start_workers(self.plan)) as executor:  # they start in the background
                context, study = self._open(open_study, executor)
                outcome = act(context, study, partial(run_trials, executor))
            self.folder.note_run(outcome.seconds)
        self.watcher.finish(outcome)
        return outcome

    def _open(self, open_study: OpenStudy, executor: Executor) -> tuple[SearchContext, SharedStudy]:
        """Read the data, resolve the plan for it, and open the study."""
        datasets = DatasetLoader.of(self.plan, self.watcher)
        data = datasets(baseline_config(self.space))
        plan = self.plan.resolved(self.space, data)
        space = replace(self.space, fitted=plan.fitted)
        pace = WorkPace()
        if not self.folder.exists():
            with pace:
                check_searchable(space, data, plan.data)
        if taken := fitted_in_words(self.plan, plan, len(data.train)):
            self.watcher.announce(taken)
        study = open_study(StudySetup(plan, space, data, self.store, self.watcher))
        with pace:
            self._compare_with_references(study, data)
        context = SearchContext(
            plan=plan,
            space=space,
            datasets=datasets,
            folder=self.folder,
            begun=study.state.records(),
            final=read_final(self.folder),
            data=data.describe(),
            device=executor.device,
            slots=executor.slots,
            began=self.began,
            closing=CLOSING_SECONDS * pace.slowdown + pace.last,
        )
        return context, study

    def _compare_with_references(self, study: SharedStudy, data: Dataset) -> None:
        """Say what costs nothing, and how good that is, before anything is trained."""
        from automl.trials.references import find_references

        known = study.state.records()
        if data.rare_classes and self.plan.metric is None and known.metric != "accuracy":
            self.watcher.announce(
                "some classes are rare, which accuracy does not see: models are ranked by "
                f"{known.metric} (--metric names another)"
            )
        if not known.references:
            study.note_references(find_references(data, known.metric))
        if compared := study.state.records().compared():
            self.watcher.announce(f"to compare with, on validation: {compared}")

    def _search(
        self, context: SearchContext, study: SharedStudy, run_trials: RunTrials
    ) -> SearchOutcome:
        """Search, make the final model if the search is complete, and write the best bundle."""
        from automl.finalizing.finalizer import NoFinalModel
        from automl.trials.preparation import inspect
        from automl.tuning.search import Search

        def profile(config: Config) -> NetworkProfile:
            return inspect(config, context.datasets(config), self.space.objective.constraints)

        search = Search(context, study, profile, run_trials, self.watcher, self.stop)
        outcome = search.run()
        if context.plan.finalize and outcome.reason in ("done", "exhausted", "time limit"):
            try:
                outcome = self._add_final(outcome, context, study, run_trials)
            except NoFinalModel as error:  # the model of the best trial exists all the same
                self.watcher.announce(str(error))
        tell = self.watcher.announce
        keep_best(outcome.study, context.folder, context.plan, context.datasets, tell)
        return outcome

    def _finalize(
        self, context: SearchContext, study: SharedStudy, run_trials: RunTrials
    ) -> SearchOutcome:
        """Make the final model of the study as it is now."""
        self.watcher.begin(context)
        outcome = SearchOutcome(study.state.records(), "done", 0.0)
        return self._add_final(outcome, context, study, run_trials)

    def _add_final(
        self,
        outcome: SearchOutcome,
        context: SearchContext,
        study: SharedStudy,
        run_trials: RunTrials,
    ) -> SearchOutcome:
        """Make the final model in the remaining time; if that ends first, the reason says so."""
        from automl.tuning.dashboard import note_final

        if not pick_in_time(outcome.study, context.folder):
            return outcome
        limits = self.space.objective.constraints
        left = partial(self._seconds_left, context.closing)
        making = FinalModel(context, limits, run_trials, self.watcher, self.stop.is_set, left)
        final = making.make(outcome.study)
        seconds = time.monotonic() - self.began
        if final is None:
            reason = "interrupted" if self.stop.is_set() else "time limit"
            return replace(outcome, reason=reason, seconds=seconds)
        outcome = replace(outcome, seconds=seconds, final=final)
        note_final(study, context, outcome)
        return outcome

    def _seconds_left(self, closing: float) -> float:
        """Seconds until the final model has to be made of the refits that have ended."""
        timeout = self.plan.timeout
        if timeout is None:
            return inf
        return self.began + timeout - most_closing(closing, timeout) - time.monotonic()


def start_workers(plan: Plan) -> Executor:
    """The executor of a plan, whose workers start in the background."""
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


def finalize(
    name: str,
    *,
    ensemble: int | None = None,
    single: bool | None = None,
    results: str = RESULTS,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> SearchOutcome:
    """Make the final model of a study as it stands, or continue making it.

    The best few trials are trained again with new seeds, those that can win with several. The
    average of the refits of the best is the final model. It is measured on the test split, which
    counts as an opening of it. A search does so at its end, unless ``finalize`` is False.

    Args:
        name: Name of the study.
        ensemble: Largest number of models in an ensemble, which is chosen by its score on
            validation; None keeps the study's.
        single: Whether the final model is one training on train and validation, and not the average
            of its refits; None keeps the study's.
        results: Results folder that the study is in.
        watcher: Watcher of the trainings; None is the view in a notebook, and silence elsewhere.
        stop: Event that, when set, pauses the trainings; the next call continues them.

    Returns:
        The study with its final model. The reason is "done"; "unchanged" if the model existed and
        nothing had to be done; "interrupted" after ``stop``.

    Raises:
        StudyError: if there is no such study, no complete trial in it, or none of the best could be
            trained again.
    """
    stored = StoredStudy.find(name, results)
    followed, stop = watcher or default_watcher(), stop or threading.Event()
    # The study's time limit is for searching; a final model that is asked for is made whole.
    plan = replace(
        stored.plan,
        timeout=None,
        ensemble=ensemble or stored.plan.ensemble,
        single=stored.plan.single if single is None else single,
    )
    return SearchSession(plan, stored.space(), stored.store, followed, stop).finalize()
