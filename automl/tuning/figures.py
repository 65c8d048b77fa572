"""Optuna's own plots of a study, as Plotly figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from automl.core.registry import Registry
from automl.tuning.importances import Importances, importances
from automl.tuning.part import Part, choose
from automl.tuning.quiet import quiet_optuna
from automl.tuning.reading import load_study

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Spaces are conditional: a parameter is plotted when this share of the trials has it.
ENOUGH_HAVE_IT = 1 / 3
# Of a single trial there is nothing to compare.
FEWEST = 2

Draw = Callable[["Figures"], "Figure"]

FIGURES: Registry[Draw] = Registry(
    "plot",
    {
        "front": "automl.tuning.plots:draw_front",
        "history": "automl.tuning.plots:draw_history",
        "importances": "automl.tuning.plots:draw_importances",
        "slice": "automl.tuning.plots:draw_slice",
        "parallel_coordinate": "automl.tuning.plots:draw_parallel_coordinate",
        "rank": "automl.tuning.plots:draw_rank",
        "timeline": "automl.tuning.plots:draw_timeline",
        "learning_curves": "automl.tuning.plots:draw_learning_curves",
    },
)


def figure(storage: BaseStorage, study_name: str, kind: str) -> Figure:
    """One plot of a study; without any data in it where there is nothing to show.

    Args:
        storage: Where the study is.
        study_name: Its name.
        kind: ``"front"``, ``"history"``, ``"importances"``, ``"slice"``,
            ``"parallel_coordinate"``, ``"rank"``, ``"timeline"`` or ``"learning_curves"``.

    Raises:
        StudyError: if there is no such study; says the nearest.
        UnknownName: if there is no such plot; says the nearest.
    """
    FIGURES.check(kind)
    return Figures(load_study(storage, study_name)).draw(kind)


class Figures:
    """The plots of one study as it stands now.

    Args:
        study: The study.

    Attributes:
        whole: All trials.
        part: Those that are shown where all would be too many.

    Both have the metric alone, where there are several objectives.
    """

    def __init__(self, study: optuna.Study) -> None:
        self._study = study
        self.whole = Part(study, study.get_trials(deepcopy=False))
        self.part = Part(study, choose(study))

    def draw(self, kind: str) -> Figure:
        """The plot of a kind.

        Raises:
            UnknownName: if there is no such plot; says the nearest.
        """
        draw = FIGURES[kind]
        with quiet_optuna():
            return draw(self)

    @cached_property
    def importances(self) -> Importances:
        """How much each parameter matters."""
        return importances(self._study)

    @property
    def metric(self) -> str:
        """The objective's name, of several the first."""
        return self.objectives[0]

    @property
    def objectives(self) -> list[str]:
        """The names of all objectives."""
        return self._study.metric_names or ["value"]

    @cached_property
    def all_objectives(self) -> Part:
        """All trials with all their objectives."""
        trials = self._study.get_trials(deepcopy=False)
        return Part(self._study, trials, len(self._study.directions))

    @cached_property
    def complete(self) -> list[FrozenTrial]:
        """The complete trials that are shown."""
        return self.part.get_trials(states=(TrialState.COMPLETE,))

    def parameters(self, most: int) -> list[str]:
        """The most important parameters of those that enough trials have."""
        having = Counter(name for trial in self.complete for name in trial.params)
        ordered = dict.fromkeys([*self.importances.shares, *having])
        enough = ENOUGH_HAVE_IT * len(self.complete)
        return [name for name in ordered if having[name] >= max(enough, FEWEST)][:most]
