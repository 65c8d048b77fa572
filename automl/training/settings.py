"""All that a space may set about training."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from automl.core.options import Named
from automl.training.optimizers.adamw import AdamW
from automl.training.options import Options


class TrainingSettings(Options):
    """How a network is trained. The ways against overfitting are settings like any other."""

    epochs: int = Field(default=10, ge=1)
    """Passes over the train split."""

    batch_size: int = Field(default=128, ge=2)
    """Examples a step; cut to the train split where that is smaller."""

    optimizer: Annotated[dict[str, Any], Named("optimizer")] = Field(
        default_factory=lambda: {"adamw": AdamW().model_dump()}
    )
    """What updates the weights."""

    schedule: Annotated[dict[str, Any], Named("schedule")] = Field(
        default_factory=lambda: {"constant": {}}
    )
    """How the learning rate moves over the training."""

    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of a target spread evenly over all classes (Szegedy et al. 2016, arXiv 1512.00567)."""

    mixup: float = Field(default=0.0, ge=0)
    """Alpha of the Beta that blends pairs of examples (arXiv 1710.09412); 0 is off."""

    sampling: Literal["shuffled", "balanced"] = "shuffled"
    """Each example once an epoch, or examples drawn so that all classes come equally often."""

    class_weights: Literal["even", "balanced"] = "even"
    """What an example counts in the loss: the same, or less the more there are of its class."""

    clip_norm: float | None = Field(default=None, gt=0)
    """Largest norm of the gradients of one step; None is off."""

    early_stopping: int | None = Field(default=None, ge=1)
    """Epochs without a better objective after which training ends; None is off."""

    # A list, as JSON and YAML have it, will do for the tuple.
    augment: Annotated[tuple[dict[str, Any], ...], Named("augmentation", many=True)] = Field(
        default=(), strict=False
    )
    """Random changes of the training images, in order."""
