"""Windows of a long series: what was known, and what came after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.data.dataset import Indices, Split
from automl.data.series.numbers import Floats


@dataclass(frozen=True)
class Windows:
    """How long they are. A window is known by the step that its horizon starts at.

    Args:
        history: Steps that a model sees.
        horizon: Steps after them that it forecasts.
    """

    history: int
    horizon: int

    def check_room(self, parts: Mapping[str, Indices]) -> None:
        """Make sure that a window fits into every split.

        Raises:
            DataError: One is too short.
        """
        for name, steps in parts.items():
            needed = self.horizon + (self.history if name == "train" else 0)
            if len(steps) < needed:
                sizes = ", ".join(f"{len(each):,} {part}" for part, each in parts.items())
                raise DataError(
                    f"the series is too short: of its steps ({sizes}), {name} needs at least "
                    f"{needed:,} for history {self.history} and horizon {self.horizon}; set a "
                    "smaller `history` or `horizon` under `data` of the space, or bring more steps"
                )

    def starts(self, steps: Indices) -> Indices:
        """The windows of a split, each a step apart.

        A horizon lies wholly within the split; the history may reach back into the split before,
        which is known by then.

        Args:
            steps: Of the split: successive positions in the series.
        """
        first = max(int(steps[0]), self.history)
        return np.arange(first, int(steps[-1]) + 2 - self.horizon)

    def complete(self, starts: Indices, missing: npt.NDArray[Any]) -> Indices:
        """Those of ``starts`` with no missing step in their horizon.

        Args:
            starts: Windows.
            missing: (all steps,) where a target is not known.
        """
        so_far = np.concatenate([[0], np.cumsum(missing)])
        kept: Indices = starts[so_far[starts + self.horizon] == so_far[starts]]
        return kept

    def cut(self, inputs: Floats, targets: Floats, starts: Indices) -> Split:
        """The windows at ``starts``, copied.

        Args:
            inputs: (steps, variables).
            targets: (steps, targets).
            starts: (N,) windows.

        Returns:
            (N, history, variables) inputs and (N, horizon, targets) targets.
        """
        before = starts[:, None] + np.arange(-self.history, 0)
        after = starts[:, None] + np.arange(self.horizon)
        return Split(inputs[before], targets[after])
