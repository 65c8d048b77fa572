"""Where studies are kept: a journal file in results/, or any Optuna URL."""

from __future__ import annotations

from pathlib import Path

import optuna
from optuna.storages import BaseStorage, JournalStorage

from automl.core.errors import StudyError
from automl.tuning.journal import JournalFile


def open_storage(where: Path | str) -> BaseStorage:
    """Open a journal file (a Path, made if missing) or a database (an Optuna URL).

    Raises:
        StudyError: if it cannot be opened.
    """
    try:
        if isinstance(where, Path):
            return JournalStorage(JournalFile(where))
        return optuna.storages.get_storage(where)
    except StudyError:
        raise
    except Exception as error:  # each database driver raises its own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise StudyError(f"cannot open the study storage {where}: {reason}") from error
