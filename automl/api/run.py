"""One run of a search, wired from its parts."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from automl import __version__
from automl.api.models import make_bundle
from automl.api.parts import Datasets, simplest, storage_of
from automl.api.settling import check_task, choose_metric
from automl.core.errors import StudyError
from automl.core.trial import Config
from automl.search.watch import Outcome, Setting, Watcher
from automl.store import Store, StudyFolder

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

    from automl.core.inspection import Inspection
    from automl.core.protocols import Executor
    from automl.data.dataset import Dataset
    from automl.search.plan import Plan
    from automl.search.records import StudyRecord
    from automl.search.search import Problem
    from automl.search.study import Study
    from automl.spaces.space import SearchSpace

# Whose versions a study remembers.
PACKAGES = ("torch", "optuna", "ray")


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
        name = self.plan.name
        self.store.prepare()
        if self.folder.exists():
            raise StudyError(
                f"a study {name!r} is there already; go on with it: automl resume {name}, "
                f"or give the new one another name: --name {name}-2"
            )
        return self._search(Run._create)

    def go_on(self) -> Outcome:
        """Go on with a study that was begun before; one that is done takes no worker."""
        from automl.search.reading import load_record

        study = load_record(storage_of(self.plan, self.store), self.plan.name)
        if study.counted >= self.plan.trials and not study.unfinished:
            return Outcome(study, "done", 0.0)
        return self._search(Run._load)

    def _search(self, take_up: Callable[[Run, Dataset], Study]) -> Outcome:
        executor = self._start_workers()
        try:
            from automl.search.search import Search  # takes seconds, as the workers do

            datasets = Datasets.of(self.plan, self.watcher)
            first = datasets(simplest(self.space))
            run = self._settled(first)
            study = take_up(run, first)
            problem = run._problem(executor, datasets, first, study.records())
            outcome = Search(problem, study, self.folder, executor, self.watcher, self.stop).run()
        finally:
            executor.close()
        run._keep_best(outcome, datasets)
        self.watcher.finish(outcome)
        return outcome

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
        resources = Resources(
            workers=plan.workers,
            cpus_per_trial=plan.cpus_per_trial,
            gpus_per_trial=plan.gpus_per_trial,
            address=plan.ray_address,
        )
        return EXECUTORS[plan.executor](make_runner, resources)

    def _create(self, data: Dataset) -> Study:
        from automl.search.study import Study

        study = Study.create(
            storage_of(self.plan, self.store),
            self.plan.name,
            self._metric,
            self._maximize(),
            *self._sampling(begun=0),
        )
        self.folder.create(self._record(data))
        study.enqueue(self.space.baseline())
        return study

    def _load(self, data: Dataset) -> Study:
        from automl.search.reading import load_record
        from automl.search.study import Study

        storage, name = storage_of(self.plan, self.store), self.plan.name
        begun = len(load_record(storage, name).trials)
        return Study.load(storage, name, *self._sampling(begun))

    def _sampling(self, begun: int) -> tuple[BaseSampler, BasePruner]:
        from automl.search import PRUNERS, SAMPLERS

        make_sampler, make_pruner = SAMPLERS[self.plan.sampler], PRUNERS[self.plan.pruner]
        sampler = make_sampler(self.space.parameters(), self.plan.seed, begun)
        return sampler, make_pruner(self._steps())

    def _problem(
        self, executor: Executor, datasets: Datasets, first: Dataset, study: StudyRecord
    ) -> Problem:
        from automl.search.search import Problem
        from automl.trials.inspector import inspect

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
                epochs=plan.epochs,
                steps=self._steps(),
                timeout=plan.timeout,
                metric=self._metric,
                maximize=self._maximize(),
                slots=executor.slots,
            ),
            space=space,
            inspect=inspected,
            load=datasets,
            task=plan.task,
            data=plan.data,
            seed=plan.seed,
            pruner=plan.pruner,
        )

    def _keep_best(self, outcome: Outcome, datasets: Datasets) -> None:
        best = outcome.study.best
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
        ours = {"automl": __version__, "python": platform.python_version()}
        return {
            **self.plan.as_record(),
            "data_sha256": data.fingerprint,
            "versions": ours | {package: version(package) for package in PACKAGES},
            "text": self.space.text,
        }
