"""How far the making of a final model is, for those who watch it from another process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from automl.store import StudyFolder, write_text
from automl.tuning.owner import is_alive, this_process


@contextmanager
def published(folder: StudyFolder) -> Iterator[Callable[[float, int], None]]:
    """Take how many trainings are done, and of how many, for others to read inside the ``with``."""
    owner, file = this_process(), folder.final_progress

    def publish(done: float, total: int) -> None:
        write_text(file, json.dumps({"owner": owner, "done": done, "total": total}))

    file.parent.mkdir(exist_ok=True)
    try:
        yield publish
    finally:
        file.unlink(missing_ok=True)


def read_progress(folder: StudyFolder) -> tuple[float, int] | None:
    """How many trainings are done, and of how many; None while no process makes a final model."""
    try:
        found = json.loads(folder.final_progress.read_text(encoding="utf-8"))
        return (found["done"], found["total"]) if is_alive(found["owner"]) else None
    except (OSError, ValueError, KeyError):  # there is none, or a power cut left half of it
        return None
