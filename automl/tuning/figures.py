"""Optuna's own plots of a study, as Plotly figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import optuna
from optuna.importance import BaseImportanceEvaluator
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from automl.core.registry import Registry
from automl.tuning.importances import Importances, importances
from automl.tuning.part import Part, choose
from automl.tuning.quiet import quiet_optuna
from automl.tuning.reading import load_study

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# So many parameters can be taken in at once; a plot of all pairs has them squared.
MOST_PARAMETERS, MOST_PAIRED = 8, 4
# Spaces are conditional: a parameter is plotted when this share of the trials has it.
ENOUGH_HAVE_IT = 1 / 3
# Of a single trial there is nothing to compare.
FEWEST = 2

Draw = Callable[["Figures"], "Figure"]

FIGURES: Registry[Draw] = Registry(
    "plot",
    {
        "history": "automl.tuning.figures:draw_history",
        "importances": "automl.tuning.figures:draw_importances",
        "slice": "automl.tuning.figures:draw_slice",
        "parallel_coordinate": "automl.tuning.figures:draw_parallel_coordinate",
        "rank": "automl.tuning.figures:draw_rank",
        "timeline": "automl.tuning.figures:draw_timeline",
        "learning_curves": "automl.tuning.figures:draw_learning_curves",
    },
)


def figure(storage: BaseStorage, study_name: str, kind: str) -> Figure:
    """One plot of a study; without any data in it where there is nothing to show.

    Args:
        storage: Where the study is.
        study_name: Its name.
        kind: ``"history"``, ``"importances"``, ``"slice"``, ``"parallel_coordinate"``, ``"rank"``,
            ``"timeline"`` or ``"learning_curves"``.

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
        """The objective's name."""
        return (self._study.metric_names or ["value"])[0]

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


class _Weighed(BaseImportanceEvaluator):
    """Gives importances that are known already, so that a plot has the same as everything else."""

    def __init__(self, found: Importances) -> None:
        self._shares = dict(found.shares)

    def evaluate(
        self,
        study: optuna.Study,
        params: list[str] | None = None,
        *,
        target: Callable[[FrozenTrial], float] | None = None,
    ) -> dict[str, float]:
        """The importances."""
        return self._shares


def draw_history(figures: Figures) -> Figure:
    """Each complete trial, and the best so far."""
    from optuna.visualization import plot_optimization_history

    return plot_optimization_history(figures.whole, target_name=figures.metric)


def draw_importances(figures: Figures) -> Figure:
    """How much each parameter matters."""
    from optuna.visualization import plot_param_importances

    if not figures.importances.shares:
        return _nothing()
    return plot_param_importances(figures.whole, evaluator=_Weighed(figures.importances))


def draw_slice(figures: Figures) -> Figure:
    """The objective over each of the most important parameters."""
    from optuna.visualization import plot_slice

    names = figures.parameters(MOST_PARAMETERS)
    return plot_slice(figures.part, names, target_name=figures.metric) if names else _nothing()


def draw_parallel_coordinate(figures: Figures) -> Figure:
    """Each trial as a line through its values of the most important parameters."""
    from optuna.visualization import plot_parallel_coordinate

    names = figures.parameters(MOST_PARAMETERS)
    if not names:
        return _nothing()
    return plot_parallel_coordinate(figures.part, names, target_name=figures.metric)


def draw_rank(figures: Figures) -> Figure:
    """Pairs of the most important parameters, coloured by rank."""
    from optuna.visualization import plot_rank

    names = figures.parameters(MOST_PAIRED)
    return plot_rank(figures.part, names, target_name=figures.metric) if names else _nothing()


def draw_timeline(figures: Figures) -> Figure:
    """When each trial ran, and how it ended."""
    from optuna.visualization import plot_timeline

    return plot_timeline(figures.part)


def draw_learning_curves(figures: Figures) -> Figure:
    """What each trial reported, step by step."""
    from optuna.visualization import plot_intermediate_values

    return plot_intermediate_values(figures.part)


def _nothing() -> Figure:
    from plotly.graph_objects import Figure

    return Figure()
