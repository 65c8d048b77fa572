"""What happens to a series whose level drifts. Importing this imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from automl.models.preprocessing.standardize import Standardize


class FromLast(Standardize):
    """Measures what is forecast from its last value in the window, and adds that to the outputs.

    So a level that was never seen in training is no matter. The other variables are standardised.
    Source: the reversible normalisation of Kim et al., "Reversible Instance Normalization for
    Accurate Time-Series Forecasting against Distribution Shift" (2022), with the last value in
    place of the mean, as in the NLinear of Zeng et al. (2023).

    Args:
        mean: Per variable; of those that are forecast it is not used.
        std: Per variable; of those that are forecast, of their distance from the last value.
        targets: So many of the first variables are forecast.
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float], targets: int) -> None:
        super().__init__(mean, std)
        self.targets = targets

    def forward(self, raw: Tensor) -> Tensor:
        """(N, length, variables) floats, NaN where missing -> the same shape in float32, no NaN."""
        series = raw.to(torch.float32)
        others = self.centre[self.targets :].expand(series.shape[0], 1, -1)
        level = torch.cat([series[:, -1:, : self.targets], others], dim=2)
        values = (series - level) / self.spread
        return values.masked_fill(values.isnan(), 0.0)

    def restore(self, outputs: Tensor, raw: Tensor) -> Tensor:
        """Outputs (N, steps, targets), from the last value on."""
        return outputs + raw[:, -1:, : self.targets].to(torch.float32)
