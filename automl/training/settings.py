"""Training settings: what a search space may set about training, with types and defaults.

Optimisers, schedules and augmentations have options of their own; ``Options`` is their base and
``resolve`` looks one up. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, isqrt, sqrt
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from automl.core.distributions import Choices
from automl.core.errors import UserError
from automl.core.registry import MemberOf, Registry
from automl.training import OPTIMIZERS

# About how many measurements a training has, and the most that an epoch has.
REPORTS_PER_TRAINING = 20
MAX_REPORTS_PER_EPOCH = 4
# Optimiser steps of a whole training on as many examples as this, or on fewer.
UPDATES, EXAMPLES = 1_000, 5_000
MOST_EPOCHS = 250
# Examples in a batch; of few examples, a batch has at most a quarter.
LEAST_BATCH, USUAL_BATCH, MOST_BATCH = 4, 16, 256


class Options(BaseModel):
    """Options of one optimiser, schedule or augmentation.

    A value without a name sets the first field: ``crop: 4`` is ``crop: {padding: 4}``.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


AnyOptions = TypeVar("AnyOptions", bound=Options)


def resolve(registry: Registry[type[AnyOptions]], choice: Mapping[str, Any]) -> AnyOptions:
    """The options object that ``choice`` describes.

    Args:
        registry: Family to choose from.
        choice: One ``{name: options}``.

    Raises:
        UnknownName: if the registry lacks the name; it has the nearest one.
        UserError: if ``choice`` does not have exactly one name, or an option is wrong.
    """
    if len(choice) != 1:
        raise UserError(
            f"{registry.kind} (={dict(choice)}) must be one name with its options, "
            f"such as {{{registry.names[0]!r}: {{}}}}"
        )
    [(name, options)] = choice.items()
    kind = registry[name]
    try:
        return kind.model_validate(options)
    except ValidationError as error:
        raise UserError(f"{registry.kind} {name}: {_problems(error)}") from error


def _problems(error: ValidationError) -> str:
    return "; ".join(
        f"`{'.'.join(map(str, each['loc']))}` (={each['input']!r}): {each['msg']}"
        for each in error.errors()
    )


class TrainingSettings(Options):
    """How a network is trained."""

    epochs: int = Field(default=10, ge=1)
    """Passes over the train split."""

    batch_size: int = Field(default=128, ge=2)
    """Examples per step of the optimiser; at most the train split."""

    optimizer: Annotated[dict[str, Any], MemberOf("optimizer")] = Field(
        default_factory=lambda: {"adamw": OPTIMIZERS["adamw"]().model_dump()}
    )
    """Optimiser that updates the weights."""

    schedule: Annotated[dict[str, Any], MemberOf("schedule")] = Field(
        default_factory=lambda: {"constant": {}}
    )
    """Course of the learning rate over the training."""

    loss: Literal["auto", "mse", "mae"] = "auto"
    """Loss where numbers are predicted, in standard units: the mean squared error (`mse`), the mean
    absolute error (`mae`), or `auto`, the one that the ranking metric measures."""

    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of a target spread evenly over all classes (Szegedy et al. 2016, arXiv 1512.00567)."""

    mixup: float = Field(default=0.0, ge=0)
    """Alpha of the Beta distribution that blends pairs of examples (arXiv 1710.09412); 0 is off."""

    cutmix: float = Field(default=0.0, ge=0)
    """Alpha of the Beta distribution of the share of an image that is replaced by a part of another
    one (arXiv 1905.04899); 0 is off. With mixup, each batch has one of the two."""

    sampling: Literal["shuffled", "balanced"] = "shuffled"
    """`shuffled` takes each example once an epoch; `balanced` draws all classes equally often."""

    class_weights: Literal["even", "balanced"] = "even"
    """Weights in the loss: `even`, or `balanced`, inverse to the frequency of the class."""

    clip_norm: float | None = Field(default=None, gt=0)
    """Largest norm of the gradients of one step; None is off."""

    early_stopping: int | None = Field(default=None, ge=1)
    """Epochs without a better objective after which training ends; None is off."""

    # Not strict, so that a list, as JSON and YAML have it, becomes a tuple.
    augment: Annotated[tuple[dict[str, Any], ...], MemberOf("augmentation", many=True)] = Field(
        default=(), strict=False
    )
    """Random changes of the training images, applied in order."""

    @model_validator(mode="after")
    def _is_one_loss(self) -> TrainingSettings:
        """An optimiser of the whole split compares losses, so that none of them may be random."""
        for name in self.optimizer:
            if name in OPTIMIZERS and OPTIMIZERS[name].whole_split:
                for setting in ("mixup", "cutmix", "augment"):
                    if value := getattr(self, setting):
                        raise ValueError(
                            f"`{setting}` (={value!r}) changes the loss from one step to the next, "
                            f"but {name} needs the same in all; leave it out, or take adamw"
                        )
        return self


class SpaceTraining(TrainingSettings):
    """How a network is trained, as a space says it: some settings may be left to the data."""

    epochs: Annotated[int, Field(ge=1)] | Literal["auto"] = 10  # type: ignore[assignment]
    """Passes over the train split; `auto` is about 1,000 steps of the optimiser, and more steps in
    fewer epochs for many examples."""

    batch_size: Annotated[int, Field(ge=2)] | Literal["auto"] = 128  # type: ignore[assignment]
    """Examples per step of the optimiser; at most the train split. `auto` is 4 to 256, by their
    number."""

    sampling: Literal["shuffled", "balanced", "auto"] = "shuffled"  # type: ignore[assignment]
    """`shuffled` takes each example once an epoch; `balanced` draws all classes equally often;
    `auto` draws one of them for each trial where classes are rare, and is else `shuffled`."""

    class_weights: Literal["even", "balanced", "auto"] = "even"  # type: ignore[assignment]
    """Weights in the loss: `even`, or `balanced`, inverse to the frequency of the class; `auto`
    draws one of them for each trial where classes are rare, and is else `even`."""


# What `auto` draws, where classes are rare; the first value is taken elsewhere.
BALANCE = {"sampling": ("shuffled", "balanced"), "class_weights": ("even", "balanced")}


def balance_for(rare: bool) -> dict[str, Choices | str]:
    """Values of the settings that treat rare classes, for a space that leaves them to the data.

    Args:
        rare: Whether a class is rare.
    """
    return {name: Choices(values) if rare else values[0] for name, values in BALANCE.items()}


def reporting_steps(epochs: float) -> int:
    """Number of reporting steps of a training, from its length."""
    whole = max(round(epochs), 1)
    return whole * reports_per_epoch(whole)


def reports_per_epoch(epochs: int) -> int:
    """Number of reporting steps in an epoch: 1 to 4, more in short trainings.

    It depends on nothing else, so that step 3 means the same in every trial of a study.
    """
    return min(max(REPORTS_PER_TRAINING // epochs, 1), MAX_REPORTS_PER_EPOCH)


def batch_size_for(examples: int, texts: bool = False) -> int:
    """A batch size for a number of training examples: a power of two near its square root.

    Args:
        examples: Number of training examples.
        texts: Whether they are texts. A step on 128 of them takes a CPU about as long as one on 32,
            and the models are as good or better: then the size is twice as large.
    """
    near = max(isqrt(examples) * (2 if texts else 1), USUAL_BATCH)
    wanted = min(near, max(examples // 4, LEAST_BATCH), MOST_BATCH)
    return 1 << (wanted.bit_length() - 1)


def epochs_for(examples: int, batch_size: int) -> int:
    """Epochs of a whole training.

    It has about 1,000 optimiser steps on few examples, and on many the square root of their number
    times as many: more than on few, in fewer epochs.

    Args:
        examples: Number of training examples.
        batch_size: Examples in a batch.
    """
    updates = UPDATES * sqrt(max(examples / EXAMPLES, 1.0))
    return min(ceil(updates / ceil(examples / batch_size)), MOST_EPOCHS)
