"""A training whose numbers are no longer finite."""

from __future__ import annotations

from automl.core.errors import AutomlError


class Diverged(AutomlError):
    """A loss or metric became infinite or NaN; going on cannot mend it.

    Args:
        what: The number that did, in words: ``"loss"``, ``"validation rmse"``.
        value: What it became.
        step: The optimiser step at which it did, counted from 1 over the whole training.
        epoch: Epochs trained by then.
    """

    def __init__(self, what: str, value: float, step: int, epoch: float) -> None:
        self.what, self.value, self.step, self.epoch = what, value, step, epoch
        super().__init__(
            f"the training diverged at step {step} (epoch {epoch:.2g}): the {what} became {value}; "
            "lower the learning rate or set clip_norm"
        )
