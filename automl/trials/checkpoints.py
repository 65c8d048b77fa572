"""When a trial is worth saving, and going on from what was saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from automl.training.checkpoint import load_checkpoint, save_checkpoint
from automl.training.run import TrainingRun
from automl.trials.memory import is_about_memory

# Training takes at least so many times as long as the checkpoints of it.
WORTH = 20
# Seconds that a checkpoint is taken to cost before one was written.
FIRST_COST = 0.05


class Checkpoints:
    """Saves a run from time to time, so that a crash costs little of it.

    Args:
        path: The file; the older one stays until a newer is whole.
        run: What is trained, where it stands now.
    """

    def __init__(self, path: Path, run: TrainingRun) -> None:
        self._path, self._run = path, run
        self._cost, self._saved_at = FIRST_COST, run.seconds

    def save_if_due(self) -> None:
        """Save the run if it was trained for long enough since the last time."""
        if self._run.seconds - self._saved_at >= WORTH * self._cost:
            self.save()

    def save(self) -> None:
        """Save the run; where it cannot be written, the older checkpoint has to do."""
        started = time.perf_counter()
        with suppress(OSError):
            save_checkpoint(self._run, self._path)
        self._cost = time.perf_counter() - started
        self._saved_at = self._run.seconds


def go_on(prepare: Callable[[], TrainingRun], path: Path) -> TrainingRun:
    """The run as the checkpoint at ``path`` has it; from its beginning if that cannot be read.

    Args:
        prepare: Makes the run as it is at its beginning.
        path: The checkpoint, there or not.
    """
    run = prepare()
    if not path.is_file():
        return run
    try:
        load_checkpoint(run, path)
    except Exception as error:  # each way in which a file is damaged has an error of its own
        if is_about_memory(error):
            raise
        return prepare()
    return run
