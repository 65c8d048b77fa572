"""What a study is to do, as it was decided when it began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from automl.core.errors import StudyError
from automl.tuning.watchdog import STALL_SECONDS, Limits


@dataclass(frozen=True)
class Plan:
    """A study's settings, all decided: what study.yaml keeps so that ``resume`` needs no flag.

    Args:
        name: The study's name.
        space: The space as the user named it.
        task: Name of the task; of a space's several the one that the data calls for.
        data: Name or absolute path of the dataset.
        trials: The study's total.
        timeout: Seconds one run may take, or None.
        epochs: Full length of a trial.
        sampler: Name of the sampler.
        pruner: Name of the pruner.
        metric: The objective; None until the data has said what the task is.
        seed: Of everything that is drawn.
        storage: An Optuna URL, or None for the journal in the results folder.
        executor: Where trials run: ``"ray"`` or ``"local"``.
        workers: Trials at once, or None for what the machine has.
        cpus_per_trial: CPU threads a trial, or None.
        gpus_per_trial: GPUs a trial, a fraction to share one, or None.
        ray_address: A running cluster, or None.
        options: What was set of the dataset beside the space: column names.
        deterministic: Whether the same seed gives the same trials with any number of workers.
        trial_timeout: Seconds a trial may train, or None.
        stall_timeout: Seconds a trial may be without a sign of life.
        track: Names of the trackers that measurements also go to.
        minimize: What is to be small beside the metric, of ``COSTS``.
        finalize: Whether a search that has come to its end makes the final model.
        ensemble: How many times a model is chosen for an ensemble beside the final model, or None.
        init_from: Name of the study whose best configurations it began with, or None.
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
    options: Mapping[str, str] = field(default_factory=dict)
    deterministic: bool = False
    trial_timeout: float | None = None
    stall_timeout: float = STALL_SECONDS
    track: tuple[str, ...] = ()
    minimize: tuple[str, ...] = ()
    finalize: bool = True
    ensemble: int | None = None
    init_from: str | None = None

    @property
    def limits(self) -> Limits:
        """How long a trial may take."""
        return Limits(self.trial_timeout, self.stall_timeout)

    def as_record(self) -> dict[str, Any]:
        """For study.yaml."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Plan:
        """From study.yaml.

        Raises:
            StudyError: if a setting is missing there, or is no such thing.
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
        """The same plan with another total, time limit, place of the data or number of workers."""
        return replace(
            self,
            trials=self.trials if trials is None else trials,
            timeout=self.timeout if timeout is None else timeout,
            data=self.data if data is None else data,
            workers=self.workers if workers is None else workers,
        )
