"""A training whose numbers are no longer finite."""

from __future__ import annotations

from automl.core.errors import AutomlError


class Diverged(AutomlError):
    """A loss or metric became infinite or NaN; going on cannot mend it.

    Args:
        what: The number that did: ``"train_loss"``.
        value: What it became.
        epoch: Epochs trained so far.
    """

    def __init__(self, what: str, value: float, epoch: float) -> None:
        self.what, self.value, self.epoch = what, value, epoch
        super().__init__(
            f"the training diverged: `{what}` (={value}) after {epoch:g} epochs must be finite; "
            "lower the learning rate or set `clip_norm`"
        )
