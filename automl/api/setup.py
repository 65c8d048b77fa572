"""Create, join or resume a study in the storage and in its folder, and what it begins with."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from automl.api.stored_study import StoredStudy, storage_of
from automl.core.errors import StudyError, UserError
from automl.core.machine import locked
from automl.core.text import shell_word
from automl.report.machine import changes, environment_record
from automl.spaces import domain
from automl.store import Store, StudyFolder
from automl.tasks import TASKS
from automl.tuning.context import Watcher
from automl.tuning.plan import Plan, make_sampling
from automl.tuning.warm_start import MOST, Fitting, WarmStart

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

    from automl.data.dataset import Dataset
    from automl.spaces.space import SearchSpace
    from automl.tuning.study import SharedStudy


def check_new(folder: StudyFolder) -> None:
    """Check that a folder has no study.

    Raises:
        StudyError: if it has one.
    """
    if folder.exists():
        name = folder.name
        raise StudyError(
            f"a study {name!r} exists already; resume it: automl resume {shell_word(name)}, "
            f"or give the new one another name: --name {name}-2"
        )


@dataclass(frozen=True)
class StudySetup:
    """Creates the study of a plan, or opens it again.

    Args:
        plan: Plan of the study, with every default resolved.
        space: Search space that configurations are drawn from.
        data: Dataset with the options of the simplest configuration.
        store: Results folder.
        watcher: Watcher that is told what the study takes over, and what has changed since.
    """

    plan: Plan
    space: SearchSpace
    data: Dataset
    store: Store
    watcher: Watcher

    def begin(self) -> SharedStudy:
        """Create the study, or join another search that has just created it.

        Raises:
            StudyError: if its name is taken.
        """
        from automl.tuning.storage import turn_at
        from automl.tuning.study import agreement_of, note_begun

        name, folder, storage = self.plan.name, self._folder, storage_of(self.plan, self.store)
        folder.lock.parent.mkdir(exist_ok=True)
        with locked(folder.lock), turn_at(storage, name):
            begun = agreement_of(storage, name)
            if begun is not None and (folder.exists() or self.plan.storage is not None):
                return self._join(storage, begun)
            check_new(folder)
            study = self._create(storage)
            study.enqueue(self.space.baseline())
            self._enqueue_warm_start(study)
            folder.create(self._record())
            note_begun(study, self._agreement())
        return study

    def reopen(self) -> SharedStudy:
        """Open the study to resume it, and keep what its plan says from now on."""
        for change in changes(self._folder.record(), self.data):
            self.watcher.announce(change)
        self._keep_changes()
        return self._open(storage_of(self.plan, self.store))

    @property
    def _folder(self) -> StudyFolder:
        return self.store.study(self.plan.name)

    @property
    def _metric(self) -> str:
        assert self.plan.metric is not None, "the plan is not resolved"
        return self.plan.metric

    def _create(self, storage: BaseStorage) -> SharedStudy:
        from automl.tuning.study import create_study

        sampler, pruner = make_sampling(self.plan, self.space)
        return create_study(
            storage=storage,
            name=self.plan.name,
            metric=self._metric,
            maximize=TASKS[self.plan.task].metric(self._metric).maximize,
            sampler=sampler,
            pruner=pruner,
            lock=self._folder.lock,
            minimize=self.plan.minimize,
        )

    def _open(self, storage: BaseStorage) -> SharedStudy:
        from automl.tuning.study import open_study

        sampler, pruner = make_sampling(self.plan, self.space)
        return open_study(storage, self.plan.name, sampler, pruner, self._folder.lock)

    def _join(self, storage: BaseStorage, begun: dict[str, str]) -> SharedStudy:
        """Open a study that another search created, here or with another results folder.

        Raises:
            StudyError: if that is another study of the same name, or there is nothing left to do.
        """
        name, ours = self.plan.name, self._agreement()
        taken = f"the storage has a study {name!r} already"
        rename = f"give the new one another name: --name {name}-2"
        differ = [each for each in ours if begun.get(each) != ours[each]]
        if differ:
            raise StudyError(f"{taken}, with another {differ[0]}; {rename}")
        study = self._open(storage)
        if study.state.records().counted >= self.plan.trials:
            raise StudyError(f"{taken}, and its {self.plan.trials} trials are over; {rename}")
        if not self._folder.exists():
            self._folder.create(self._record())
        self.watcher.announce(f"joins the study {name!r}, which another search has begun")
        return study

    def _agreement(self) -> dict[str, str]:
        """What all searches of a study must agree on, each as text."""
        plan = self.plan
        space = repr((self.space.text, *plan.overrides.items()))
        return {
            "space": sha256(space.encode()).hexdigest(),
            "data set": self.data.fingerprint,
            "metric": ", ".join((self._metric, *plan.minimize)),
            "number of epochs": str(plan.epochs),
            "sampler": plan.sampler,
            "pruner": plan.pruner,
            "seed": str(plan.seed),
        }

    def _enqueue_warm_start(self, study: SharedStudy) -> None:
        """Enqueue the best configurations of another study, if the plan names one."""
        if self.plan.init_from is None:
            return
        found = warm_start(self.plan, self.plan.init_from, self.space, self.store)
        self.watcher.announce(found.in_words())
        for start in found.starts:
            study.enqueue(start.values, origin=f"trial {start.trial} of {found.study}")

    def _record(self) -> dict[str, Any]:
        """The content of study.yaml: all that ``resume`` needs, and what readers want to know."""
        plan = self.plan.as_record()
        return {**plan, **environment_record(self.data), "text": self.space.text}

    def _keep_changes(self) -> None:
        """Keep those changes of the plan that concern the study, not only this run."""
        plan = self.plan
        now = {
            "trials": plan.trials,
            "data": plan.data,
            "ensemble": plan.ensemble,
            "single": plan.single,
            "storage": plan.storage,
            "storage_env": plan.storage_env,
        }
        with locked(self._folder.lock):  # another process may count an opening of the test split
            self._folder.create({**self._folder.record(), **now})


def check_origin(plan: Plan, store: Store) -> None:
    """Check, before a search begins, that the study of ``--init-from`` exists and can be used.

    Raises:
        StudyError: if there is no such study; names the nearest.
        UserError: if the plan has one trial, which is the baseline.
    """
    if plan.init_from is None:
        return
    StoredStudy.in_store(store, plan.init_from)
    if plan.trials < 2:
        raise UserError(
            f"--init-from {plan.init_from}: one trial is the baseline, and there is room for no "
            f"other (--trials {plan.trials}); give it at least --trials 2"
        )


def warm_start(plan: Plan, other: str, space: SearchSpace, store: Store) -> WarmStart:
    """The configurations of another study that a new one tries first.

    Args:
        plan: Plan of the new study, whose total leaves room for the baseline and these.
        other: Name of the other study.
        space: Search space of the new study, which the configurations must fit.
        store: Results folder of both studies.

    Raises:
        StudyError: if there is no study ``other``; names the nearest.
    """
    source = StoredStudy.in_store(store, other)
    fitting = Fitting.between(source.space().parameters(), space.parameters(), domain.accept)
    return fitting.warm_start(source.record(), min(MOST, plan.trials - 1))
