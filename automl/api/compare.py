"""Compare studies side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl.api.stored_study import StoredStudy
from automl.core.defaults import RESULTS
from automl.core.delivered import DeliveredModel, delivered_model
from automl.core.errors import UserError
from automl.core.records import StudyRecord
from automl.finalizing.record import read_final
from automl.store import StudyFolder
from automl.tasks import TASKS


@dataclass(frozen=True)
class ComparedStudy:
    """A study beside others: its trials and what its numbers depend on.

    Args:
        study: The study with its trials.
        task: Name of the task.
        data: Description of the data.
        fingerprint: SHA-256 of the data.
        columns: Options of the reader, such as the names of columns.
        seed: Random seed of the splits and the search.
        delivered: Model that the study delivers; None while it has none.
        searched: Validation metrics of the best trial at its best step.
    """

    study: StudyRecord
    task: str
    data: str
    fingerprint: str
    columns: Mapping[str, str | bool | int]
    seed: int
    delivered: DeliveredModel | None
    searched: Mapping[str, float]

    def metrics(self, split: str) -> Mapping[str, float]:
        """The metrics of the delivered model on a split, as far as they were measured there."""
        if self.delivered is None:
            return {}
        if split == self.delivered.split:
            scores = self.delivered.scores
        else:
            scores = (self.delivered.validation,) if split == "validation" else ()
        measured = {each.metric: each.value for each in scores}
        return self.searched if self.delivered.final is None and measured else measured

    @property
    def gain(self) -> float | None:
        """How much better the best trial is than the baseline; None if one has no value."""
        best, baseline = self.study.best, self.study.baseline
        if best is None or baseline is None or baseline.status != "complete":
            return None
        if best.objective is None or baseline.objective is None:
            return None
        return (best.objective - baseline.objective) * (1 if self.study.maximize else -1)


@dataclass(frozen=True)
class StudyComparison:
    """Several studies, and what makes their values incomparable.

    Args:
        studies: Studies in the order they were named.
        differences: Reasons why the comparison may be unfair, one sentence each.
        split: Split on which all delivered models were measured: ``"test"`` if all are final
            models, else ``"validation"``.
        metrics: Metrics that all delivered models have on it -> whether larger is better;
            objectives of the studies come first.
    """

    studies: tuple[ComparedStudy, ...]
    differences: tuple[str, ...]
    split: str
    metrics: Mapping[str, bool]

    def values(self, metric: str) -> dict[str, float]:
        """The name of each study -> the value of its delivered model in one of ``metrics``."""
        return {each.study.name: each.metrics(self.split)[metric] for each in self.studies}

    def ahead(self, metric: str) -> tuple[str, ...]:
        """The names of the studies whose delivered model is the best in one of ``metrics``."""
        values = self.values(metric)
        top = max(values.values()) if self.metrics[metric] else min(values.values())
        return tuple(name for name, each in values.items() if each == top)


def compare(names: list[str], results: str = RESULTS) -> StudyComparison:
    """Compare studies of a results folder.

    Args:
        names: Names of two or more studies.
        results: Results folder that they are in.

    Raises:
        StudyError: if there is no such study; names the nearest.
        UserError: if fewer than two studies are named, or one twice.
    """
    if len(names) < 2 or len(set(names)) < len(names):
        raise UserError(
            f"compare {' '.join(names)}: name two or more studies, each once (see: automl studies)"
        )
    studies = tuple(_read(name, results) for name in names)
    models = [each.delivered for each in studies if each.delivered is not None]
    split = "test" if all(each.split == "test" for each in models) else "validation"
    metrics = _shared_metrics(studies, split)
    differences = tuple(filter(None, _differences(studies, metrics)))
    return StudyComparison(studies, differences, split, metrics)


def _read(name: str, results: str) -> ComparedStudy:
    stored = StoredStudy.find(name, results)
    plan, record, study = stored.plan, stored.folder.record(), stored.record()
    return ComparedStudy(
        study=study,
        task=plan.task,
        data=str(record.get("data_is", plan.data)),
        fingerprint=str(record.get("data_sha256", "")),
        columns=plan.options,
        seed=plan.seed,
        delivered=delivered_model(study, read_final(stored.folder)),
        searched=_measured(study, stored.folder),
    )


def _measured(study: StudyRecord, folder: StudyFolder) -> Mapping[str, float]:
    best = study.best
    if best is None or best.objective is None:
        return {}
    curve = [each.metrics for each in folder.trial(best.number).curve()]
    at_best = next((each for each in curve if each.get(study.metric) == best.objective), {})
    found = {name: value for name, value in at_best.items() if not name.startswith("train_")}
    return {study.metric: best.objective, **found}


def _shared_metrics(studies: tuple[ComparedStudy, ...], split: str) -> Mapping[str, bool]:
    if len({each.task for each in studies}) > 1:
        return {}
    larger = {each.name: each.maximize for each in TASKS[studies[0].task].metrics}
    names = dict.fromkeys([*(each.study.metric for each in studies), *larger])
    shared = [name for name in names if all(name in each.metrics(split) for each in studies)]
    return {name: larger[name] for name in shared if name in larger}


def _differences(
    studies: tuple[ComparedStudy, ...], metrics: Mapping[str, bool]
) -> tuple[str, ...]:
    names = [each.study.name for each in studies]
    columns = [
        ", ".join(f"{what} {name!r}" for what, name in sorted(each.columns.items())) or "none"
        for each in studies
    ]
    ranked_by = [each.study.metric for each in studies]
    fingerprints = [f"{each.fingerprint[:12]}…" for each in studies]
    return (
        _difference("they solve different tasks", names, [each.task for each in studies]),
        "" if metrics else _difference("they measured no metric in common", names, ranked_by),
        _difference("their data differs (SHA-256)", names, fingerprints),
        _difference("different columns were named", names, columns),
        _difference(
            "their splits were drawn by different seeds", names, [str(e.seed) for e in studies]
        ),
    )


def _difference(what: str, names: list[str], values: list[str]) -> str:
    """``what``, with the value of each study; "" if all are the same."""
    if len(set(values)) == 1:
        return ""
    told = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
    return f"{what}: {told}"
