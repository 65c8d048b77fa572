"""The trainings that a final model takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree

from automl.core.trial import Config, TrialResult, TrialSpec
from automl.data.dataset import Dataset
from automl.finalizing.fit import Fit
from automl.finalizing.ranking import Objective
from automl.store import StudyFolder, check_room


@dataclass(frozen=True)
class Fits:
    """Makes trainings of a study's trials, each as its trial was but for what is said here.

    Args:
        folder: The study's.
        load: The dataset that a configuration asks for.
    """

    folder: StudyFolder
    load: Callable[[Config], Dataset]

    def refit(self, number: int, trial: int, seed: int) -> Fit:
        """The same on the same data, with another seed."""
        spec = self._spec(number, trial, seed, self.folder.refit(trial, seed))
        return Fit(spec, self.load(spec.config))

    def last(self, number: int, trial: int, seed: int, guide: Sequence[float]) -> Fit:
        """On train and validation together, as long as ``guide``."""
        spec = self._spec(number, trial, seed, self.folder.last_fit(trial))
        return Fit(replace(spec, guide=tuple(guide)), self.load(spec.config).joined())

    def forget_others(self, trials: Sequence[int]) -> None:
        """Remove what there is of trials that are no finalists any more."""
        for path in self.folder.final.glob("*/*"):
            if int(path.name.partition("-")[0]) not in trials:
                rmtree(path, ignore_errors=True)

    def _spec(self, number: int, trial: int, seed: int, folder: Path) -> TrialSpec:
        original = self.folder.trial(trial)
        check_room(self.folder.path, original.network())
        return replace(
            original.spec(),
            number=number,
            seed=seed,
            folder=str(folder.resolve()),
            shown=False,
            max_latency=None,  # the trial kept to it, and a busy moment is no reason to be out
        )


def guide_of(results: Sequence[TrialResult], objective: Objective) -> tuple[float, ...]:
    """The objective of the refit whose best step is the median one, up to that step.

    Args:
        results: Of the refits of a finalist.
        objective: What is best.
    """
    curves = [[each.metrics[objective.metric] for each in of.measurements] for of in results]
    best = max if objective.maximize else min
    guides = sorted((curve[: curve.index(best(curve)) + 1] for curve in curves), key=len)
    return tuple(guides[(len(guides) - 1) // 2])
