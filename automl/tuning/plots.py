"""How each plot of a study is drawn: one function a plot, each Optuna's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import optuna
from optuna.importance import BaseImportanceEvaluator
from optuna.trial import FrozenTrial

from automl.core.costs import HEADINGS
from automl.tuning.figures import Figures
from automl.tuning.importances import Importances

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# So many parameters can be taken in at once; a plot of all pairs has them squared.
MOST_PARAMETERS, MOST_PAIRED = 8, 4
# Axes for what is to be small, beside the metric's.
MOST_COSTS = 2


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


def draw_front(figures: Figures) -> Figure:
    """The metric over what is to be small as well: who is not beaten in everything, and who is."""
    from optuna.visualization import plot_pareto_front

    metric, *costs = figures.objectives
    shown = costs[:MOST_COSTS]
    if not shown or not figures.complete:
        return _nothing()

    def place(trial: FrozenTrial) -> list[float]:
        return [*trial.values[1 : 1 + len(shown)], trial.values[0]]

    names = [*(HEADINGS[each] for each in shown), metric]
    return plot_pareto_front(figures.all_objectives, target_names=names, targets=place)


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
