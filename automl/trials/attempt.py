"""One go at a trial: from where an earlier one has left it, as far as it is let."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import torch

from automl.core.trial import Measurement, TrialSpec
from automl.data.dataset import Dataset
from automl.training.fit import fit
from automl.training.run import TrainingRun
from automl.trials.checkpoints import Checkpoints, go_on
from automl.trials.files import TrialFiles
from automl.trials.placement import Placement
from automl.trials.prepare import prepare
from automl.trials.pulse import Pulse
from automl.trials.review import review_best


class Attempt:
    """Trains a trial and keeps its folder such that the next attempt can go on from there.

    Args:
        spec: The trial.
        files: Its folder.
        pulse: Beats while it trains.
        device: Where it trains.
    """

    def __init__(
        self, spec: TrialSpec, files: TrialFiles, pulse: Pulse, device: torch.device
    ) -> None:
        self._spec, self._files, self._pulse, self._device = spec, files, pulse, device
        self._run: TrainingRun | None = None

    def measurements(self, data: Dataset, place: Placement) -> Iterator[Measurement]:
        """What an earlier attempt measured and saved, one by one, then what this one does.

        At the end the best weights and the curve are on disk.
        """
        self._files.clear_partial()
        if not self._spec.resume:
            self._files.clear()
        finished = self._files.finished(self._spec.metric)
        yield from finished or self._train(data, place)

    def pause(self) -> None:
        """Save all that it takes to go on; where the disk is full, an older state has to do."""
        if self._run is not None:
            Checkpoints(self._files.state, self._run).save()
            with suppress(OSError):
                self._files.save_weights(self._run.best_weights)

    def _train(self, data: Dataset, place: Placement) -> Iterator[Measurement]:
        fresh = partial(prepare, self._spec, data, self._device)
        run = self._run = go_on(fresh, self._files.state)
        self._pulse.follow(run.model)
        train, validation = place(data)
        yield from tuple(run.measurements)
        checkpoints = Checkpoints(self._files.state, run)
        for measurement in fit(run, train, validation):
            yield measurement
            checkpoints.save_if_due()
        with self._files.optional():
            self._files.save_review(review_best(run, data, validation))
        self._files.finish(run.best_weights, run.measurements)
