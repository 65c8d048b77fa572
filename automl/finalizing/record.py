"""What study.yaml keeps of the final model, and of how often the test split was opened."""

from __future__ import annotations

from dataclasses import asdict

from automl.core.errors import StudyError
from automl.core.final import Final
from automl.store import StudyFolder

FINAL = "final"
TEST_OPENED = "test_opened"
# What is known of it in one place or at one time alone.
_NOT_KEPT = (TEST_OPENED, "outdated")


def read_final(folder: StudyFolder) -> Final | None:
    """How a study's final model was made; None while there is none.

    Raises:
        StudyError: if study.yaml is missing or damaged.
    """
    from pydantic import TypeAdapter, ValidationError

    record = folder.record()
    if FINAL not in record:
        return None
    try:
        known = {**record[FINAL], TEST_OPENED: record.get(TEST_OPENED, 0)}
        return TypeAdapter(Final).validate_python(known)
    except (TypeError, ValidationError) as error:
        raise StudyError(
            f"{folder.path / 'study.yaml'}: is damaged ({FINAL}: {type(error).__name__}); take "
            f"`{FINAL}` out of it, then: automl finalize {folder.name}"
        ) from error


def read_test_opened(folder: StudyFolder) -> int:
    """How many times the test split was looked at."""
    return int(folder.record().get(TEST_OPENED, 0))


def count_test_opening(folder: StudyFolder) -> None:
    """Count one more opening, before it happens: one that is cut short was an opening, too."""
    folder.create({**folder.record(), TEST_OPENED: read_test_opened(folder) + 1})


def keep_final(folder: StudyFolder, final: Final) -> None:
    """Write how the final model was made; the openings have a place of their own."""
    told = {key: each for key, each in asdict(final).items() if key not in _NOT_KEPT}
    folder.create({**folder.record(), FINAL: told})
