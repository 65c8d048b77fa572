"""The files that a worker writes into a trial's folder: results, checkpoints and the heartbeat."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import rmtree
from types import TracebackType

from safetensors.torch import save
from torch import Tensor, nn

from automl.core.error_analysis import ErrorAnalysis
from automl.core.machine import remove_partial, whole_file
from automl.core.records import to_stored
from automl.core.trial import Measurement, Segment
from automl.plots.trial import write_curve, write_review
from automl.store import ARTIFACTS, FINISHED, LOG, REVIEW, SEGMENTS, STATE, WEIGHTS, holds_weights
from automl.training.state import TrainingRun, load_checkpoint, save_checkpoint
from automl.trials.memory import is_about_memory

# Seconds of training for each second of saving checkpoints, at least.
TRAINING_PER_SAVING = 20.0
# Assumed seconds to save a checkpoint, until one was saved.
FIRST_COST = 0.05
# Seconds between two heartbeats; a forward pass may take much less.
BEAT_SECONDS = 1.0


@dataclass(frozen=True)
class TrialFiles:
    """The files of one trial; each is there whole or not at all."""

    folder: Path

    @property
    def state(self) -> Path:
        """The last checkpoint."""
        return self.folder / STATE

    @property
    def weights(self) -> Path:
        """The best weights."""
        return self.folder / WEIGHTS

    def save_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Write the best weights.

        Raises:
            OSError: if they cannot be written; what was there stays.
        """
        self._keep_folder()
        with whole_file(self.weights) as partial:
            partial.write_bytes(save(dict(weights)))

    def finish(self, weights: Mapping[str, Tensor], curve: Sequence[Measurement]) -> None:
        """Write what is left of a trial that trained to its end: its best weights and its curve.

        Raises:
            OSError: if they cannot be written.
        """
        self.save_weights(weights)
        with whole_file(self.folder / FINISHED) as partial:
            partial.write_text(json.dumps([asdict(each) for each in curve]), encoding="utf-8")

    def add_segment(self, segment: Segment) -> None:
        """Note that a part of the trial begins, if it can be written."""
        with suppress(OSError), (self.folder / SEGMENTS).open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(to_stored(segment))}\n")

    def finished(self, metric: str) -> tuple[Measurement, ...]:
        """The curve of a trial that trained to its end; empty if it did not.

        A damaged one is as none, and so is one that lacks ``metric``, the objective.
        """
        if not holds_weights(self.weights):
            return ()
        try:
            rows = json.loads((self.folder / FINISHED).read_text(encoding="utf-8"))
            curve = tuple(Measurement(**row) for row in rows)
            return curve if all(metric in each.metrics for each in curve) else ()
        except (OSError, ValueError, TypeError):
            return ()

    def save_review(self, review: ErrorAnalysis) -> None:
        """Write what the best weights get wrong, as data and as pictures."""
        self._keep_folder()
        with whole_file(self.folder / REVIEW) as partial:
            partial.write_text(json.dumps(asdict(review)), encoding="utf-8")
        write_review(self.folder / ARTIFACTS, review)

    def save_curve(self, curve: Sequence[Measurement], metric: str) -> None:
        """Draw the learning curve."""
        write_curve(self.folder / ARTIFACTS, curve, metric)

    def clear(self) -> None:
        """Remove everything that a trial could go on from, be used by or be known by."""
        for name in (FINISHED, STATE, WEIGHTS, REVIEW):
            with suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)
        rmtree(self.folder / ARTIFACTS, ignore_errors=True)
        self.clear_partial()

    def clear_partial(self) -> None:
        """Remove what a worker that was killed while it wrote has left."""
        for name in (FINISHED, STATE, WEIGHTS, REVIEW):
            with suppress(OSError):
                remove_partial(self.folder / name)

    @contextmanager
    def optional(self) -> Iterator[None]:
        """Do what a trial is none the worse without; a failure is logged."""
        try:
            yield
        except OSError:
            pass  # a full disk is told of where it costs something
        except Exception:
            self.log(traceback.format_exc())

    def log(self, text: str) -> None:
        """Keep ``text`` for whoever asks what failed, if it can be written."""
        with suppress(OSError):
            (self.folder / LOG).write_text(text, encoding="utf-8")

    def _keep_folder(self) -> None:
        """Make the folder again if somebody has deleted it meanwhile."""
        self.folder.mkdir(exist_ok=True)


class Checkpoints:
    """Saves a run from time to time, so that a crash costs little of it.

    Args:
        path: The file; the older one stays until a newer is whole.
        run: What is trained, where it stands now.
        training_per_saving: Seconds of training for each second of saving, at least; with 0 every
            call of ``save_if_due`` saves.
    """

    def __init__(
        self, path: Path, run: TrainingRun, training_per_saving: float = TRAINING_PER_SAVING
    ) -> None:
        self._path, self._run = path, run
        self._training_per_saving = training_per_saving
        self._cost, self._saved_at = FIRST_COST, run.seconds

    def save_if_due(self) -> None:
        """Save the run if it was trained for long enough since the last time."""
        if self._run.seconds - self._saved_at >= self._training_per_saving * self._cost:
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


class Heartbeat:
    """Touches a file at forward passes of a model, so that others see the trial make progress.

    A trial that hangs has no heartbeat, though its process is alive.

    Args:
        path: File to touch, removed at the end; a full disk does not end the trial.
        interval: Seconds between two touches, at least.
    """

    def __init__(self, path: Path, interval: float = BEAT_SECONDS) -> None:
        self._path, self._interval = path, interval
        self._due = 0.0

    def __enter__(self) -> Heartbeat:
        self.beat()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def beat(self) -> None:
        """Touch the file, unless the last beat was less than ``interval`` seconds ago."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + self._interval
            with suppress(OSError):
                self._path.parent.mkdir(exist_ok=True)  # somebody may have deleted it meanwhile
                self._path.touch()

    def follow(self, model: nn.Module) -> None:
        """Beat at each forward pass of ``model``."""
        model.register_forward_hook(lambda *_: self.beat())
