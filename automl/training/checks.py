"""What stops a training: inputs that do not fit its settings, numbers that are not finite."""

from __future__ import annotations

import math
from collections.abc import Mapping

from torch import Tensor

from automl.core.errors import UserError
from automl.training.diverged import Diverged
from automl.training.settings import TrainingSettings


def check_inputs(settings: TrainingSettings, inputs: Tensor) -> None:
    """Check that the inputs can be changed as the settings ask.

    Raises:
        UserError: if anything but images is to be augmented, or ids are to be blended.
    """
    if settings.augment and inputs.ndim != 4:
        names = ", ".join(name for each in settings.augment for name in each)
        raise UserError(
            f"`augment` (={names}) needs images (N, C, H, W), but the inputs have the shape "
            f"{tuple(inputs.shape)}; leave `augment` out"
        )
    if settings.mixup and inputs.ndim == 2 and not inputs.is_floating_point():
        raise UserError(
            f"`mixup` (={settings.mixup:g}) blends numbers, but the inputs are ids "
            f"({inputs.dtype}); set `mixup: 0`"
        )


def check_finite(metrics: Mapping[str, float], epoch: float) -> None:
    """Check that every metric is a finite number.

    Raises:
        Diverged: naming the first that is not, and the epochs trained so far.
    """
    for name, value in metrics.items():
        if not math.isfinite(value):
            raise Diverged(name, value, epoch)
