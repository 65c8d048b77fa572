"""What stops a training: inputs that do not fit its settings, numbers that are not finite."""

from __future__ import annotations

import math
from collections.abc import Mapping

from automl.core.errors import UserError
from automl.training.diverged import Diverged
from automl.training.run import TrainingRun
from automl.training.settings import TrainingSettings
from automl.training.tensors import Tensors


def check_data(run: TrainingRun, train: Tensors) -> None:
    """Check that the data is what the settings need.

    Raises:
        UserError: if anything but images is to be augmented, ids are to be blended, or classes are
            to be changed where there are none.
    """
    settings, inputs = run.settings, train.inputs
    if settings.augment and inputs.ndim != 4:
        names = ", ".join(name for each in settings.augment for name in each)
        raise UserError(
            f"`augment` (={names}) needs images (N, C, H, W), but the inputs have the shape "
            f"{tuple(inputs.shape)}; leave `augment` out"
        )
    if settings.mixup and train.lengths is not None:
        raise UserError(
            f"`mixup` (={settings.mixup:g}) blends numbers, but the inputs are ids "
            f"({inputs.dtype}); set `mixup: 0`"
        )
    if run.classes is None:
        _check_without_classes(settings)


def _check_without_classes(settings: TrainingSettings) -> None:
    """Settings about classes must be at their defaults where numbers are predicted."""
    for name in ("label_smoothing", "mixup", "sampling", "class_weights"):
        value, default = getattr(settings, name), type(settings).model_fields[name].default
        if value != default:
            raise UserError(
                f"`{name}` (={value}) is about classes, but the target is a number; "
                f"set `{name}: {default}`"
            )


def check_finite(metrics: Mapping[str, float], step: int, epoch: float) -> None:
    """Check that every metric on the validation split is a finite number.

    Raises:
        Diverged: naming the first that is not, with the optimiser steps and epochs trained so far.
    """
    for name, value in metrics.items():
        if not math.isfinite(value):
            raise Diverged(f"validation {name}", value, step, epoch)
