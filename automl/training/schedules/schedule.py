"""What every schedule has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from automl.training.curve import Score
from automl.training.options import Options


class Schedule(Options, ABC):
    """How the learning rate moves: a function of what has happened so far, with no state.

    A schedule that follows the progress and one that follows the measurements are the same to
    the training loop, and to go on from a checkpoint needs nothing of either.
    """

    @abstractmethod
    def scale(self, progress: float, curve: Sequence[Score]) -> float:
        """What the optimiser's learning rate is multiplied with for the next step.

        Args:
            progress: Share of the training's steps that are done: 0 at the first step, below 1
                at the last.
            curve: The objective at each measurement so far.

        Returns:
            A factor in 0..1.
        """
