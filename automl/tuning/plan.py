"""The plan of a study: its settings as study.yaml keeps them, checks of them, and their defaults.

Some defaults only the data can give: the task, where a space allows several, and so the metric.
``Plan.resolved`` fills them in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from automl.core.distributions import Choices
from automl.core.errors import DataError, StudyError, UserError
from automl.core.executor import STALL_SECONDS, TimeLimits
from automl.core.records import COSTS
from automl.core.registry import Registry, nearest
from automl.core.storage_url import StorageUrl
from automl.core.text import either, epochs
from automl.spaces.domain import FixedSuggest
from automl.tasks import TASKS
from automl.training.settings import (
    BALANCE,
    balance_for,
    batch_size_for,
    epochs_for,
    reporting_steps,
)
from automl.tuning import PRUNERS, SAMPLERS

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

    from automl.data.dataset import Dataset
    from automl.spaces.space import SearchSpace
    from automl.tuning.pruners import Pruner
    from automl.tuning.samplers import Sampler


@dataclass(frozen=True)
class Plan:
    """A study's settings, kept in study.yaml so that ``resume`` needs no flag.

    Args:
        name: Name of the study.
        space: Search space as the user named it.
        task: Name of the task; of several in a space, the one that fits the data.
        data: Name or absolute path of the dataset.
        trials: Total number of trials.
        timeout: Seconds that one run may take, or None.
        epochs: Epochs of a full trial; 0 until the data that decides them is known.
        sampler: Name of the sampler.
        pruner: Name of the pruner.
        metric: Name of the metric that ranks trials; None until the task is known.
        seed: Seed of everything random.
        storage: Address of a database without its secrets, or None for the journal in the results
            folder.
        executor: Name of the executor: ``"ray"`` or ``"local"``.
        workers: Number of trials at once, or None for as many as the machine has room for.
        cpus_per_trial: CPU threads per trial, or None.
        gpus_per_trial: GPUs per trial, a fraction to share one, or None.
        ray_address: Address of a running Ray cluster, or None.
        options: Options of the dataset that were set on the command line: columns and their types.
        deterministic: Whether the same seed gives the same trials with any number of workers.
        trial_timeout: Seconds a trial may train, or None.
        stall_timeout: Seconds a trial may go without a heartbeat.
        track: Names of the trackers that measurements also go to.
        minimize: Further objectives, of ``COSTS``; smaller is better in all of them.
        finalize: Whether the search makes the final model when all trials are done.
        ensemble: Number of times a model is chosen for an ensemble beside the final model, or None.
        single: Whether the final model is one training, and not the average of its refits.
        overrides: Values that replace those of the space, by their paths, as YAML text.
        init_from: Name of the study whose best configurations are tried first, or None.
        storage_env: Environment variable that holds the database's password or its whole address;
            None if nothing of it is secret.
        batch_size: Batch size that the data gave; None where the space says it, and until then.
        updates: Steps of the optimiser in a full training with the baseline's batch size, in which
            the rungs of a pruner are counted; None until the data is known.
        draws_balance: Whether `sampling` and `class_weights` are drawn, since classes of the data
            are rare; None where the space says them, and until then.
    """

    name: str
    space: str
    task: str
    data: str
    trials: int
    timeout: float | None
    epochs: int
    sampler: str
    pruner: str
    metric: str | None
    seed: int
    storage: str | None
    executor: str
    workers: int | None
    cpus_per_trial: int | None
    gpus_per_trial: float | None
    ray_address: str | None
    options: Mapping[str, str | bool | int] = field(default_factory=dict)
    deterministic: bool = False
    trial_timeout: float | None = None
    stall_timeout: float = STALL_SECONDS
    track: tuple[str, ...] = ()
    minimize: tuple[str, ...] = ()
    finalize: bool = True
    ensemble: int | None = None
    single: bool = False
    init_from: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    storage_env: str | None = None
    batch_size: int | None = None
    draws_balance: bool | None = None
    updates: int | None = None

    @property
    def address(self) -> StorageUrl | None:
        """The database's address, or None for the journal in the results folder."""
        return None if self.storage is None else StorageUrl(self.storage, self.storage_env)

    def without_secrets(self) -> Plan:
        """The same plan, without a secret that an older version left in its address."""
        address = StorageUrl.given(self.storage, self.storage_env)
        if address is None:
            return self
        return replace(self, storage=address.url, storage_env=address.variable)

    @property
    def limits(self) -> TimeLimits:
        """Time limits of a trial."""
        return TimeLimits(self.trial_timeout, self.stall_timeout)

    @property
    def steps(self) -> int:
        """Reporting steps of a full trial."""
        return reporting_steps(self.epochs)

    def resolved(self, space: SearchSpace, data: Dataset) -> Plan:
        """The plan with the task that the data is for, its metric, and what the space leaves open.

        Raises:
            DataError: if the data is for another task than the space.
            UserError: if the task does not measure the metric.
        """
        check_task(data, space)
        named = self.metric or space.objective.metric
        rare = bool(data.rare_classes)
        usual = TASKS[data.task](data.target).usual_metric(rare)
        metric = choose_metric(named or usual, data.task)
        plan = replace(self, task=data.task, metric=metric)
        return plan.fitted_to(len(data.train), rare, space)

    def fitted_to(self, examples: int, rare: bool, space: SearchSpace) -> Plan:
        """The plan with the settings that a space leaves to the data.

        Args:
            examples: Number of training examples.
            rare: Whether a class is rare.
            space: The search space.
        """
        draws_balance = self.draws_balance
        if draws_balance is None and any(map(space.leaves_to_data, BALANCE)):
            draws_balance = rare
        batch_size = self.batch_size
        if batch_size is None and space.leaves_to_data("batch_size"):
            batch_size = batch_size_for(examples, TASKS[self.task].data == "text")
        known = replace(space, fitted={"batch_size": batch_size} if batch_size else {})
        usual = int(known.sample(FixedSuggest(space.baseline())).training["batch_size"])
        full = self.epochs or epochs_for(examples, usual)
        return replace(
            self,
            epochs=full,
            batch_size=batch_size,
            draws_balance=draws_balance,
            updates=self.updates or full * ceil(examples / usual),
        )

    @property
    def fitted(self) -> dict[str, int | str | Choices]:
        """Training settings for a space that leaves them to the data."""
        batch_size = {} if self.batch_size is None else {"batch_size": self.batch_size}
        balance = {} if self.draws_balance is None else balance_for(self.draws_balance)
        return {"epochs": self.epochs, **batch_size, **balance}

    def as_record(self) -> dict[str, Any]:
        """The plan as study.yaml keeps it."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Plan:
        """The plan in study.yaml.

        Raises:
            StudyError: if a setting is missing there, or of the wrong type.
        """
        known = {each.name: record[each.name] for each in fields(cls) if each.name in record}
        try:
            return TypeAdapter(cls).validate_python(known)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise StudyError(f"study.yaml is damaged: {where}: {first['msg']}") from error

    def changed(
        self,
        trials: int | None = None,
        timeout: float | None = None,
        data: str | None = None,
        workers: int | None = None,
    ) -> Plan:
        """The same plan with other trials, time limit, path of the data or number of workers."""
        return replace(
            self,
            trials=self.trials if trials is None else trials,
            timeout=self.timeout if timeout is None else timeout,
            data=self.data if data is None else data,
            workers=self.workers if workers is None else workers,
        )


def fitted_in_words(given: Plan, resolved: Plan, examples: int) -> str:
    """The settings that the data decided, in a line; "" if it decided none.

    Args:
        given: Plan as the user gave it.
        resolved: The same plan with every default resolved.
        examples: Number of training examples.
    """
    taken = []
    if not given.epochs:
        taken.append(f"up to {epochs(resolved.epochs)} a trial")
    if resolved.batch_size != given.batch_size:
        taken.append(f"batches of {resolved.batch_size}")
    told = [f"for {examples:,} training examples: {' in '.join(taken)}"] if taken else []
    if resolved.draws_balance and not given.draws_balance:
        told.append("sampling and class_weights are drawn, since some classes are rare")
    return "; ".join(told)


def check_objectives(plan: Plan, limited: Collection[str]) -> None:
    """Check that a plan can be carried out with its objectives.

    Args:
        plan: Plan of the study.
        limited: Costs that its space limits.

    Raises:
        UserError: if an objective is unknown, or the sampler or pruner handles only one objective.
    """
    for name in plan.minimize:
        _check_cost(name)
    if plan.deterministic and "latency" in {*plan.minimize, *limited}:
        raise UserError(
            "--deterministic: latency is measured, and no two measurements are the same; do not "
            "minimize or limit it, or search without --deterministic"
        )
    if plan.minimize:
        _check_several(SAMPLERS, plan.sampler)
        _check_several(PRUNERS, plan.pruner)


def _check_cost(name: str) -> None:
    if name not in COSTS:
        guess = nearest(name, COSTS)
        hint = f"did you mean {guess!r}?" if guess else f"there are: {', '.join(COSTS)}"
        raise UserError(f"--minimize {name!r}: no such cost; {hint}")


def _check_several(family: Registry[type[Sampler]] | Registry[type[Pruner]], name: str) -> None:
    if not family[name].several_objectives:
        fitting = tuple(each for each in family if family[each].several_objectives)
        raise UserError(
            f"--{family.kind} {name}: handles one objective only, and there are several; "
            f"choose {either(fitting)}"
        )


def check_task(data: Dataset, space: SearchSpace) -> None:
    """Check that a space fits the data.

    Raises:
        DataError: if the data is for another task.
    """
    if data.task not in space.tasks:
        raise DataError(
            f"{data.name} is for {data.task} ({data.target}), and {space.source} is for "
            f"{' or '.join(space.tasks)}; choose another space (see: automl spaces) or target, or "
            "say what the target is: --task classification or regression"
        )


def choose_metric(name: str | None, *tasks: str) -> str:
    """The metric that ranks trials: ``name``, or the default of the first task.

    Raises:
        UserError: if no task measures it.
    """
    if name is None:
        return TASKS[tasks[0]].default_metric
    metrics = tuple(dict.fromkeys(each.name for task in tasks for each in TASKS[task].metrics))
    if name not in metrics:
        guess = nearest(name, metrics)
        hint = f"did you mean {guess!r}?" if guess else f"there are: {', '.join(metrics)}"
        raise UserError(f"--metric {name!r}: {' or '.join(tasks)} does not measure it; {hint}")
    return name


def make_sampling(plan: Plan, space: SearchSpace) -> tuple[BaseSampler, BasePruner]:
    """The sampler and the pruner that a plan names."""
    from automl.tuning.samplers import PerTrial

    sampler = SAMPLERS[plan.sampler](space.parameters(), plan.seed)
    return PerTrial(sampler), PRUNERS[plan.pruner](plan.steps)
