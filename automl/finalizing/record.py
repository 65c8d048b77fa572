"""What a study keeps of its final model: its record, its refits, openings of test, and doubts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from automl.core.errors import StudyError
from automl.core.final import NO_REFIT, Estimate, Finalist, FinalRecord
from automl.core.records import Reference, restored, to_stored
from automl.core.text import count, shell_word, value
from automl.core.trial import Measurement, Status, TrialResult
from automl.store import WEIGHTS, Openings, StudyFolder

FINAL = "final"
TEST_OPENED = "test_opened"
# File with the result of a training.
ENDED = "result.json"
# Fields that are computed when the record is read.
_NOT_KEPT = (TEST_OPENED, "outdated")
# Optimiser steps below which a training counts as short.
FEW_UPDATES = 300


def read_final(folder: StudyFolder) -> FinalRecord | None:
    """How a study's final model was made; None while there is none.

    Raises:
        StudyError: if study.yaml is missing or damaged.
    """
    from pydantic import TypeAdapter, ValidationError

    record = folder.record()
    if FINAL not in record:
        return None
    try:
        finalists = [restored(Finalist, each) for each in record[FINAL]["finalists"]]
        opened = read_test_opened(folder)
        known = {**record[FINAL], "finalists": finalists, TEST_OPENED: opened}
        return TypeAdapter(FinalRecord).validate_python(known)
    except (TypeError, KeyError, ValidationError) as error:
        raise StudyError(
            f"{folder.path / 'study.yaml'}: is damaged ({FINAL}: {type(error).__name__}); take "
            f"`{FINAL}` out of it, then: automl finalize {shell_word(folder.name)}"
        ) from error


def read_test_opened(folder: StudyFolder) -> int:
    """How many times the test split was opened, by all studies and evaluations of its data.

    In another results folder, only the openings by the study itself are known.
    """
    record = folder.record()
    known = Openings(folder.path.parent).count(*_split_of(record))
    return max(known, int(record.get(TEST_OPENED, 0)))


def count_test_opening(folder: StudyFolder, by: str) -> None:
    """Count an opening before it happens, so that an interrupted one counts as well.

    Args:
        folder: Folder of the study.
        by: Name of what opens it: ``"final model"``.

    Raises:
        StudyError: if it cannot be written.
    """
    record = folder.record()
    Openings(folder.path.parent).note(*_split_of(record), f"{by} of {folder.name}")
    folder.create({**record, TEST_OPENED: int(record.get(TEST_OPENED, 0)) + 1})


def _split_of(record: Mapping[str, Any]) -> tuple[str, str]:
    """The hashes of the data and of its test split when the study began."""
    return str(record.get("data_sha256", "")), str(record.get("test_split", ""))


def keep_final(folder: StudyFolder, final: FinalRecord) -> None:
    """Write the record of the final model to study.yaml; openings are kept elsewhere."""
    told = {key: each for key, each in to_stored(final).items() if key not in _NOT_KEPT}
    folder.create({**folder.record(), FINAL: told})


def find_doubts(
    final: FinalRecord, references: Sequence[Reference], maximize: bool, updates: float
) -> tuple[str, ...]:
    """Sentences that say what speaks against a final model; none if nothing does.

    Args:
        final: The final model, with its scores.
        references: Models that cost nothing, measured on the test split, the constant one first.
        maximize: Whether larger values of the objective are better.
        updates: Optimiser steps of its training.
    """
    found = [*_below_references(final.test[0], references, maximize)]
    found += _below_validation(final.score, final.test[0], maximize)
    if found and updates < FEW_UPDATES:
        steps = count(round(updates), "optimiser step")
        found.append(f"It was trained for {steps}: more --epochs or a longer --timeout may help.")
    return tuple(found)


def _below_references(
    test: Estimate, references: Sequence[Reference], maximize: bool
) -> Iterator[str]:
    sign = 1 if maximize else -1
    for at, each in enumerate(references):
        free = each.metrics.get(test.metric)
        if free is None:
            continue
        # A model that is as good as a linear one may be good; as a constant answer, it is not.
        gain = sign * (test.value - free)
        if gain < 0 or (at == 0 and gain == 0):
            yield (
                f"On the test split it is no better than what costs nothing: {test.metric} "
                f"{value(test.value)}, and {each.name} has {value(free)}."
            )


def _below_validation(score: Estimate, test: Estimate, maximize: bool) -> Iterator[str]:
    """A test score whose interval lies on the worse side of that on validation."""
    ends = (score.low, score.high, test.low, test.high)
    if score.metric != test.metric or any(each is None for each in ends):
        return
    low, high, test_low, test_high = ends
    if (test_high < low) if maximize else (test_low > high):  # type: ignore[operator]
        yield (
            f"On the test split it is far worse than on validation: {test.metric} "
            f"{value(test.value)} against {value(score.value)}. The examples of the splits may "
            "differ, such as by their time or their source, or rows of one may repeat in another."
        )


def read_file(file: Path) -> str:
    """The text of a file; empty if there is none."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def read_result(folder: Path) -> TrialResult | None:
    """The result in the folder of a training; None if there is none, or it is damaged."""
    from pydantic import TypeAdapter

    try:
        stored = restored(TrialResult, json.loads(read_file(folder / ENDED)))
        return TypeAdapter(TrialResult).validate_python(stored)
    except (ValueError, TypeError):  # pydantic's ValidationError is a ValueError
        return None


@dataclass(frozen=True)
class EndedRefit:
    """A refit of the chosen trial, as the folder of the study keeps it.

    Args:
        trial: Number of the trial.
        seed: Seed of the refit.
        result: Result of the refit, which is complete.
        weights: File with its weights, which may be missing.
    """

    trial: int
    seed: int
    result: TrialResult
    weights: Path


def kept_refits(folder: StudyFolder, final: FinalRecord) -> tuple[EndedRefit, ...]:
    """The refits of the chosen trial, in the order of the seeds; of an average, its members.

    Args:
        folder: Folder of the study, from which files may be missing.
        final: Record of the final model.
    """
    places = {seed: folder.refit(final.trial, seed) for seed in final.seeds}
    found = {seed: read_result(place) for seed, place in places.items()}
    ended = [
        EndedRefit(final.trial, seed, result, places[seed] / WEIGHTS)
        for seed, result in found.items()
        if result is not None and result.status is Status.COMPLETE
    ]
    return tuple(ended[: final.members or None])


def kept_curves(folder: StudyFolder, final: FinalRecord) -> dict[str, tuple[Measurement, ...]]:
    """The learning curves of the trainings behind a final model, by the name of the training.

    Those are its members; of a single model, the refits that chose it and its own training.

    Args:
        folder: Folder of the study, from which files may be missing.
        final: Record of the final model.
    """
    if final.single_because == NO_REFIT:
        curves = {f"trial {final.trial}": folder.trial(final.trial).curve()}
    else:
        refits = kept_refits(folder, final)
        curves = {f"seed {each.seed}": each.result.measurements for each in refits}
    if not final.members:
        last = read_result(folder.last_fit(final.trial))
        # It was trained on what its metrics were measured on.
        curves["train + validation"] = tuple(map(_train_loss, last.measurements if last else ()))
    return {name: curve for name, curve in curves.items() if curve}


def _train_loss(measurement: Measurement) -> Measurement:
    """A measurement without its metrics on validation."""
    metrics = {name: each for name, each in measurement.metrics.items() if name == "train_loss"}
    return replace(measurement, metrics=metrics)
