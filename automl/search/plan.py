"""What a study is to do, as it was decided when it began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from typing import Any

from automl.core.errors import StudyError


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

    def as_record(self) -> dict[str, Any]:
        """For study.yaml."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Plan:
        """From study.yaml.

        Raises:
            StudyError: if a setting is missing there.
        """
        needed = [each.name for each in fields(cls) if each.default_factory is MISSING]
        missing = [name for name in needed if name not in record]
        if missing:
            raise StudyError(f"study.yaml is damaged: it lacks {', '.join(missing)}")
        return cls(**{each.name: record[each.name] for each in fields(cls) if each.name in record})

    def changed(self, trials: int | None, timeout: float | None) -> Plan:
        """The same plan with another total or time limit, where given."""
        return replace(
            self,
            trials=self.trials if trials is None else trials,
            timeout=self.timeout if timeout is None else timeout,
        )
