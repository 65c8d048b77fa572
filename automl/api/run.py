"""One run of a search, wired from its parts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from automl.api.changes import changes, identity, whereabouts
from automl.api.final_model import FinalModel, finished_final
from automl.api.models import make_bundle
from automl.api.parts import Datasets, simplest, storage_of
from automl.api.settling import check_task, choose_metric
from automl.api.warm_starting import warm_start
from automl.core.errors import StudyError, UserError
from automl.core.trial import Config
from automl.finalizing.finalists import pick_finalists
from automl.finalizing.record import read_final
from automl.store import Store, StudyFolder, writing
from automl.tuning.lock import locked
from automl.tuning.watch import Outcome, Setting, Watcher

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

    from automl.core.inspection import Inspection
    from automl.core.protocols import Executor
    from automl.core.records import StudyRecord, TrialRecord
    from automl.data.dataset import Dataset
    from automl.spaces.space import SearchSpace
    from automl.tuning.plan import Plan
    from automl.tuning.problem import Problem
    from automl.tuning.study import Study


@dataclass(frozen=True)
class Parts:
    """What a run works with once its data is read."""

    executor: Executor
    datasets: Datasets
    study: Study
    problem: Problem


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
        self._check_new()
        return self._work(Run._create, Run._search)

    def go_on(self) -> Outcome:
        """Go on with a study that was begun before; one that is done takes no worker."""
        from automl.tuning.reading import load_record

        self.store.prepare()
        study = load_record(storage_of(self.plan, self.store), self.plan.name)
        if study.counted < self.plan.trials or study.unfinished:
            return self._work(Run._load, Run._search)
        final = finished_final(study, self.folder, self.plan)
        if self.plan.finalize and final is None and pick_finalists(study, self.folder):
            return self._work(Run._load, Run._search)
        done = Outcome(study, "done", 0.0, final)
        if final is None and not self._has_bundle_of(study.best):  # its process died too early
            with writing(self.folder.path):
                self._keep_best(done, Datasets.of(self.plan, self.watcher))
        return done

    def finalize(self) -> Outcome:
        """Make the final model of a study as it stands; one that is there takes no worker.

        Raises:
            StudyError: if there is no trial to make it of.
        """
        from automl.tuning.reading import load_record

        self.store.prepare()
        study = load_record(storage_of(self.plan, self.store), self.plan.name)
        if final := finished_final(study, self.folder, self.plan):
            unchanged = Outcome(study, "unchanged", 0.0, final)
            self.watcher.finish(unchanged)
            return unchanged
        if not pick_finalists(study, self.folder):
            raise StudyError(
                f"study {study.name!r} has no complete trial to make a final model of; go on: "
                f"automl resume {study.name}"
            )
        return self._work(Run._load, Run._finalize_alone)

    def _check_new(self) -> None:
        name = self.plan.name
        if self.folder.exists():
            raise StudyError(
                f"a study {name!r} is there already; go on with it: automl resume {name}, "
                f"or give the new one another name: --name {name}-2"
            )

    def _work(
        self, take_up: Callable[[Run, Dataset], Study], act: Callable[[Run, Parts], Outcome]
    ) -> Outcome:
        with writing(self.folder.path):
            executor = self._start_workers()
            try:
                datasets = Datasets.of(self.plan, self.watcher)
                first = datasets(simplest(self.space))
                run = self._settled(first)
                study = take_up(run, first)
                problem = run._problem(executor, datasets, first, study.records())
                outcome = act(run, Parts(executor, datasets, study, problem))
            finally:
                executor.close()
        self.watcher.finish(outcome)
        return outcome

    def _search(self, parts: Parts) -> Outcome:
        from automl.finalizing.finalizer import NoFinalModel
        from automl.tuning.search import Search

        problem, study = parts.problem, parts.study
        search = Search(problem, study, self.folder, parts.executor, self.watcher, self.stop)
        outcome = search.run()
        if self.plan.finalize and outcome.reason in ("done", "exhausted"):
            try:
                outcome = self._finalize(parts, outcome)
            except NoFinalModel as error:  # the best trial's own model is there all the same
                self.watcher.announce(str(error))
        self._keep_best(outcome, parts.datasets)
        return outcome

    def _finalize_alone(self, parts: Parts) -> Outcome:
        self.watcher.begin(parts.problem.setting)
        return self._finalize(parts, Outcome(parts.study.records(), "done", 0.0))

    def _finalize(self, parts: Parts, outcome: Outcome) -> Outcome:
        """Make the final model in the time that ``outcome`` has left; its reason says if not."""
        from automl.tuning.notes import study_note

        study, setting, began = outcome.study, parts.problem.setting, time.monotonic()
        if not pick_finalists(study, self.folder):
            return outcome

        def over() -> bool:
            spent = outcome.seconds + time.monotonic() - began
            return setting.timeout is not None and spent >= setting.timeout

        final = FinalModel(
            plan=self.plan,
            folder=self.folder,
            setting=setting,
            executor=parts.executor,
            datasets=parts.datasets,
            watcher=self.watcher,
            stop=lambda: self.stop.is_set() or over(),
        ).make(study)
        seconds = outcome.seconds + time.monotonic() - began
        if final is None:
            reason = "interrupted" if self.stop.is_set() else "time limit"
            return replace(outcome, reason=reason, seconds=seconds)
        parts.study.write_note(
            study_note(replace(setting, final=final), study.best, study.baseline)
        )
        return replace(outcome, seconds=seconds, final=final)

    def _settled(self, data: Dataset) -> Run:
        """The same run, now that the data has said what the task is."""
        check_task(data, self.space)
        metric = choose_metric(self.plan.metric or self.space.objective.metric, data.task)
        return replace(self, plan=replace(self.plan, task=data.task, metric=metric))

    def _start_workers(self) -> Executor:
        """Workers come up in the background, while the data is read."""
        from automl.execution import EXECUTORS
        from automl.execution.resources import Resources
        from automl.trials import make_runner

        plan = self.plan
        # Sums over several threads are rounded in another order, so their number may not depend
        # on how many workers share the cores.
        fixed = 1 if plan.deterministic else None
        resources = Resources(
            workers=plan.workers,
            cpus_per_trial=plan.cpus_per_trial or fixed,
            gpus_per_trial=plan.gpus_per_trial,
            address=plan.ray_address,
        )
        runner = partial(make_runner, deterministic=plan.deterministic, whereabouts=whereabouts)
        return EXECUTORS[plan.executor](runner, resources)

    def _create(self, data: Dataset) -> Study:
        from automl.tuning.study import Study

        storage, lock = storage_of(self.plan, self.store), self.folder.lock
        lock.parent.mkdir(exist_ok=True)
        with locked(lock):  # of two that begin it at once, one finds it begun
            self._check_new()
            name, metric, maximize = self.plan.name, self._metric, self._maximize()
            sampler, pruner = self._sampling()
            study = Study.create(
                storage, name, metric, maximize, sampler, pruner, lock, self.plan.minimize
            )
            study.enqueue(self.space.baseline())
            self._take_over(study)
            self.folder.create(self._record(data))
        return study

    def _take_over(self, study: Study) -> None:
        """Have the best configurations of another study come next, where one was named."""
        if self.plan.init_from is None:
            return
        found = warm_start(self.plan, self.plan.init_from, self.space, self.store)
        self.watcher.announce(found.in_words())
        for start in found.starts:
            study.enqueue(start.values, origin=f"trial {start.trial} of {found.study}")

    def _load(self, data: Dataset) -> Study:
        from automl.tuning.study import Study

        record = self.folder.record()
        for change in changes(record, data):
            self.watcher.announce(change)
        # These are the study's from now on, not this run's alone.
        with locked(self.folder.lock):  # another process may count an opening of the test split
            plan = self.plan
            now = {"trials": plan.trials, "data": plan.data, "ensemble": plan.ensemble}
            self.folder.create({**self.folder.record(), **now})
        storage = storage_of(self.plan, self.store)
        return Study.load(storage, self.plan.name, *self._sampling(), self.folder.lock)

    def _sampling(self) -> tuple[BaseSampler, BasePruner]:
        from automl.tuning import PRUNERS, SAMPLERS
        from automl.tuning.samplers.per_trial import PerTrial

        make_sampler, make_pruner = SAMPLERS[self.plan.sampler], PRUNERS[self.plan.pruner]
        sampler = PerTrial(partial(make_sampler, self.space.parameters(), self.plan.seed))
        return sampler, make_pruner(self._steps())

    def _problem(
        self, executor: Executor, datasets: Datasets, first: Dataset, study: StudyRecord
    ) -> Problem:
        from automl.trials.inspector import inspect
        from automl.tuning.problem import Problem

        plan, space = self.plan, self.space

        def inspected(config: Config) -> Inspection:
            return inspect(config, datasets(config), space.objective.constraints)

        return Problem(
            setting=Setting(
                study=plan.name,
                space=plan.space,
                data=first.describe(),
                device=executor.device,
                trials=plan.trials,
                done=study.counted,
                best=study.best,
                baseline=study.baseline,
                final=read_final(self.folder),
                epochs=plan.epochs,
                steps=self._steps(),
                timeout=plan.timeout,
                metric=self._metric,
                maximize=self._maximize(),
                slots=executor.slots,
                minimize=plan.minimize,
            ),
            space=space,
            inspect=inspected,
            load=datasets,
            task=plan.task,
            data=plan.data,
            seed=plan.seed,
            pruner=plan.pruner,
            limits=plan.limits,
            deterministic=plan.deterministic,
            max_latency=space.objective.constraints.get("latency"),
        )

    def _has_bundle_of(self, best: TrialRecord | None) -> bool:
        from automl.export.bundle import Bundle

        try:
            kept = Bundle.load(self.folder.best).facts.origin
        except UserError:
            return best is None
        return best is not None and kept.trial == best.number

    def _keep_best(self, outcome: Outcome, datasets: Datasets) -> None:
        """Write the best trial's bundle, where there is no final model to be in its place."""
        best = outcome.study.best
        if read_final(self.folder) is not None:
            return
        if best is not None and self.folder.weights(best.number).is_file():
            data = datasets(Config(**self.folder.config(best.number)))
            make_bundle(self.folder, self.plan, best, data, self.folder.best)

    def _maximize(self) -> bool:
        from automl.tasks import TASKS

        return TASKS[self.plan.task].metrics[self._metric]

    @property
    def _metric(self) -> str:
        assert self.plan.metric is not None, "the run is not settled"
        return self.plan.metric

    def _steps(self) -> int:
        from automl.training.steps import reports_per_epoch

        return self.plan.epochs * reports_per_epoch(self.plan.epochs)

    def _record(self, data: Dataset) -> dict[str, Any]:
        """What study.yaml keeps: all that ``resume`` needs, and what a reader wants to know."""
        return {**self.plan.as_record(), **identity(data), "text": self.space.text}
