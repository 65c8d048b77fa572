"""Runs trials on one worker."""

from __future__ import annotations

import time
import traceback
import warnings
from collections.abc import Generator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from automl.core.errors import AutomlError, Infeasible
from automl.core.shape import Tokens
from automl.core.target import Classes
from automl.core.trial import Decision, Measurement, Status, Trial, TrialResult, TrialSpec, Verdict
from automl.data.dataset import Dataset, Split
from automl.models.network import build_model
from automl.models.preprocessing.make import make_preprocess
from automl.store import STATE, WEIGHTS
from automl.tasks import TASKS
from automl.training.checkpoint import load_checkpoint, save_checkpoint
from automl.training.fit import fit
from automl.training.run import TrainingRun
from automl.training.settings import TrainingSettings
from automl.training.tensors import Tensors

# Data that would take more than this share of a GPU's free memory stays on the host.
ON_DEVICE = 0.25

# How a training that was not let to its end is called.
_STOPPED = {Verdict.PAUSE: Status.PAUSED, Verdict.STOP: Status.PRUNED}


class TrialRunner:
    """Holds what the trials of one worker share: the device, and the data on it.

    Args:
        threads: CPU threads a trial may use.
    """

    def __init__(self, threads: int) -> None:
        torch.set_num_threads(threads)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._placed: tuple[Dataset, Tensors, Tensors] | None = None

    def __call__(self, spec: TrialSpec, data: Dataset) -> Trial:
        """Run a trial, one reporting step at a time. Never raises: failures are results."""
        started = time.monotonic()
        curve: list[Measurement] = []
        try:
            status, reason, value = yield from self._train(spec, data, curve)
        except Infeasible as error:
            status, reason, value = Status.INFEASIBLE, error.reason, None
        except Exception as error:
            status, reason, value = Status.FAILED, explain(error), None
            (Path(spec.folder) / "log.txt").write_text(traceback.format_exc(), encoding="utf-8")
        weights = Path(spec.folder) / WEIGHTS
        return TrialResult(
            number=spec.number,
            status=status,
            measurements=tuple(curve),
            value=value,
            checkpoint=str(weights) if weights.is_file() else None,
            reason=reason,
            seconds=time.monotonic() - started,
            device=str(self.device),
        )

    def _train(
        self, spec: TrialSpec, data: Dataset, curve: list[Measurement]
    ) -> Generator[Measurement, Decision, tuple[Status, str, float | None]]:
        run = self._prepare(spec, data)
        curve.extend(run.measurements)  # what was measured before a pause
        train, validation = self._place(data)
        folder = Path(spec.folder)
        for measurement in fit(run, train, validation):
            curve.append(measurement)
            decision = yield measurement
            if decision.verdict is Verdict.PAUSE:
                save_checkpoint(run, folder / STATE)
                save_file(run.best_weights, folder / WEIGHTS)
            if decision.verdict is not Verdict.CONTINUE:
                return _STOPPED[decision.verdict], decision.reason, run.best_value
        save_file(run.best_weights, folder / WEIGHTS)
        return Status.COMPLETE, "", run.best_value

    def _prepare(self, spec: TrialSpec, data: Dataset) -> TrainingRun:
        torch.manual_seed(spec.seed)
        task = TASKS[data.task](data.target)
        with self.device:
            preprocess = make_preprocess(data.encoding.preprocessing)
            model = build_model(spec.config.network, data.encoding.shape, preprocess, task.head)
        run = TrainingRun(
            model,
            loss=task.loss,
            measure=task.measure,
            settings=TrainingSettings(**spec.config.training),
            epochs=spec.epochs,
            seed=spec.seed,
            metric=spec.metric,
            maximize=spec.maximize,
            classes=len(data.target.labels) if isinstance(data.target, Classes) else None,
        )
        state = Path(spec.folder) / STATE
        if spec.resume and state.is_file():
            load_checkpoint(run, state)
        return run

    def _place(self, data: Dataset) -> tuple[Tensors, Tensors]:
        """The data where it is trained on, put there once for all trials that use it."""
        if self._placed is None or self._placed[0] is not data:
            self._placed = None  # what was there before makes room first
            are_texts = isinstance(data.encoding.shape, Tokens)
            halves = [as_tensors(split, are_texts) for split in (data.train, data.validation)]
            if self._fits(data):
                halves = [half.to(self.device) for half in halves]
            self._placed = data, halves[0], halves[1]
        return self._placed[1:]

    def _fits(self, data: Dataset) -> bool:
        if self.device.type == "cpu":
            return True
        free, _ = torch.cuda.mem_get_info(self.device)
        return data.train.inputs.nbytes + data.validation.inputs.nbytes < ON_DEVICE * free


def as_tensors(split: Split, are_texts: bool) -> Tensors:
    """A split's arrays as tensors over the same memory."""
    inputs, targets = shared(split.inputs), shared(split.targets)
    return Tensors.of_texts(inputs, targets) if are_texts else Tensors(inputs, targets)


def explain(error: Exception) -> str:
    """Why a trial failed, in one line."""
    if isinstance(error, torch.cuda.OutOfMemoryError):
        return "out of device memory; a smaller batch_size or network would fit"
    if isinstance(error, AutomlError):
        return str(error)
    first = str(error).splitlines()[0] if str(error) else ""
    return f"{type(error).__name__}: {first} (see log.txt in the trial's folder)"


def shared(array: np.ndarray) -> torch.Tensor:
    """A tensor over an array's own memory; the array may be read-only, and is never written."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)
