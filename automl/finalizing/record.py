"""What study.yaml keeps of the final model, and how often the test split was opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.core.errors import StudyError
from automl.core.final import Finalist, FinalRecord
from automl.core.records import restored, to_stored
from automl.core.text import shell_word
from automl.store import Openings, StudyFolder

FINAL = "final"
TEST_OPENED = "test_opened"
# Fields that are computed when the record is read.
_NOT_KEPT = (TEST_OPENED, "outdated")


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
