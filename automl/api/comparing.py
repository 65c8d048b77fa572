"""Studies side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl.api.parts import find_study
from automl.api.studies import show
from automl.core.defaults import RESULTS
from automl.core.errors import UserError
from automl.store import Store

if TYPE_CHECKING:
    from automl.core.records import StudyRecord


@dataclass(frozen=True)
class Compared:
    """A study and what its numbers depend on.

    Args:
        study: The study with its trials.
        task: Name of the task.
        data: The data in words.
        fingerprint: SHA-256 of the data.
        columns: Which columns of the data were named for what.
        seed: Of the splits, and of all that is drawn.
    """

    study: StudyRecord
    task: str
    data: str
    fingerprint: str
    columns: Mapping[str, str]
    seed: int

    @property
    def gain(self) -> float | None:
        """By how much the best trial is better than the baseline; None where one has no value."""
        best, baseline = self.study.best, self.study.baseline
        if best is None or baseline is None or baseline.status != "complete":
            return None
        if best.value is None or baseline.value is None:
            return None
        return (best.value - baseline.value) * (1 if self.study.maximize else -1)


@dataclass(frozen=True)
class Comparison:
    """Several studies, and why their values mean different things, if they do.

    Args:
        studies: In the order they were named.
        differences: What stands against comparing them, a sentence each.
    """

    studies: tuple[Compared, ...]
    differences: tuple[str, ...]


def compare(names: list[str], results: str = RESULTS) -> Comparison:
    """Put studies of a results folder side by side.

    Args:
        names: Two or more studies.
        results: Folder that they are in.

    Raises:
        StudyError: if there is no such study; says the nearest.
        UserError: if fewer than two studies are named, or one twice.
    """
    if len(names) < 2 or len(set(names)) < len(names):
        raise UserError(
            f"compare {' '.join(names)}: name two or more studies, each once (see: automl studies)"
        )
    studies = tuple(_read(name, results) for name in names)
    return Comparison(studies, tuple(filter(None, _differences(studies))))


def _read(name: str, results: str) -> Compared:
    folder, plan = find_study(Store(Path(results)), name)
    record = folder.record()
    return Compared(
        study=show(name, results),
        task=plan.task,
        data=str(record.get("data_is", plan.data)),
        fingerprint=str(record.get("data_sha256", "")),
        columns=plan.options,
        seed=plan.seed,
    )


def _differences(studies: tuple[Compared, ...]) -> tuple[str, ...]:
    names = [each.study.name for each in studies]
    columns = [
        ", ".join(f"{what} {name!r}" for what, name in sorted(each.columns.items())) or "none"
        for each in studies
    ]
    fingerprints = [f"{each.fingerprint[:12]}…" for each in studies]
    return (
        _difference("they solve different tasks", names, [each.task for each in studies]),
        _difference("they rank by different metrics", names, [e.study.metric for e in studies]),
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
