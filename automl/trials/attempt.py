"""One go at a trial: from where an earlier one has left it, as far as it is let."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

import torch

from automl.core.leg import Leg
from automl.core.trial import Measurement, TrialSpec
from automl.data.dataset import Dataset
from automl.training.fit import fit
from automl.training.run import TrainingRun
from automl.trials.checkpoints import Checkpoints, go_on
from automl.trials.files import TrialFiles
from automl.trials.latency import check_latency, measure_latency
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
        leg: What is kept of that place.
    """

    def __init__(
        self, spec: TrialSpec, files: TrialFiles, pulse: Pulse, device: torch.device, leg: Leg
    ) -> None:
        self._spec, self._files, self._pulse, self._device = spec, files, pulse, device
        self._leg = replace(leg, accumulate=spec.accumulate)
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

    def pause(self) -> tuple[Measurement, ...]:
        """Save all that it takes to go on; where the disk is full, an older state has to do.

        Returns:
            All that was measured, that which was not handed up again yet included.
        """
        run = self._run
        if run is None:
            return ()
        Checkpoints(self._files.state, run).save()
        with suppress(OSError):
            self._files.save_weights(run.best_weights)
        return tuple(run.measurements)

    def _train(self, data: Dataset, place: Placement) -> Iterator[Measurement]:
        fresh = partial(prepare, self._spec, data, self._device)
        run = self._run = go_on(fresh, self._files.state)
        self._files.add_leg(replace(self._leg, begins=run.step))
        self._pulse.follow(run.model)
        train, validation = place(data)
        if run.latency is None:
            run.latency = measure_latency(run.model, train)
        check_latency(run.latency, self._spec.max_latency)
        yield from tuple(run.measurements)
        checkpoints = Checkpoints(self._files.state, run)
        for measurement in fit(run, train, validation):
            yield measurement
            checkpoints.save_if_due()
        if self._spec.shown:
            with self._files.optional():
                self._files.save_review(review_best(run, data, validation))
        self._files.finish(run.best_weights, run.measurements)
