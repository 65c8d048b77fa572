"""What a trial's worker writes into the trial's folder."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import rmtree

from safetensors.torch import save
from torch import Tensor

from automl.core.leg import Leg
from automl.core.review import Review
from automl.core.trial import Measurement
from automl.pictures.artifacts import write_curve, write_review
from automl.store import ARTIFACTS, FINISHED, LEGS, LOG, REVIEW, STATE, WEIGHTS
from automl.training.whole_file import partial_of, whole_file


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

    def add_leg(self, leg: Leg) -> None:
        """Note that a part of the trial begins, if it can be written."""
        with suppress(OSError), (self.folder / LEGS).open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(asdict(leg))}\n")

    def finished(self, metric: str) -> tuple[Measurement, ...]:
        """The curve of a trial that trained to its end; empty if it did not.

        A damaged one is as none, and so is one that lacks ``metric``, the objective.
        """
        if not self.weights.is_file():
            return ()
        try:
            rows = json.loads((self.folder / FINISHED).read_text(encoding="utf-8"))
            curve = tuple(Measurement(**row) for row in rows)
            return curve if all(metric in each.metrics for each in curve) else ()
        except (OSError, ValueError, TypeError):
            return ()

    def save_review(self, review: Review) -> None:
        """Write what the best weights get wrong, as data and as pictures."""
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
                partial_of(self.folder / name).unlink(missing_ok=True)

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
