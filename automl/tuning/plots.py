"""Optuna's own plots of a study, as Plotly figures."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

import optuna
from optuna.importance import BaseImportanceEvaluator
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from automl.core.records import HEADINGS
from automl.core.registry import Registry
from automl.tuning.importances import Importances, importances, with_objectives
from automl.tuning.optuna_private import SelectiveStudy, quiet_optuna
from automl.tuning.trial_records import load_study

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Plots of more trials than these are slow to draw and no easier to read.
MOST_TRIALS = 1000
# Spaces are conditional: a parameter is plotted if at least this share of the trials has it.
ENOUGH_HAVE_IT = 1 / 3
# A single trial cannot be compared with anything.
FEWEST_TRIALS = 2
# Parameters that a reader can take in at once; a plot of all pairs has them squared.
MOST_PARAMETERS, MOST_PAIRED = 8, 4
# Axes of the Pareto plot beside that of the metric.
MOST_COSTS = 2

DrawFigure = Callable[["Figures"], "Figure"]

FIGURES: Registry[DrawFigure] = Registry(
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
    """One plot of a study; without data if there is nothing to show.

    Args:
        storage: Storage that the study is in.
        study_name: Name of the study.
        kind: Name of the plot, one of ``FIGURES``.

    Raises:
        StudyError: if there is no such study; names the nearest.
        UnknownName: if there is no such plot; names the nearest.
    """
    FIGURES.check(kind)
    return Figures(load_study(storage, study_name)).draw(kind)


class Figures:
    """The plots of a study as it is now.

    Args:
        study: Study to plot.

    Attributes:
        all_trials: The study with all its trials, and the metric as its only objective.
        shown: The same with at most ``MOST_TRIALS`` trials.
    """

    def __init__(self, study: optuna.Study) -> None:
        self._study = study
        self.all_trials = SubsetStudy(study, study.get_trials(deepcopy=False))
        self.shown = SubsetStudy(study, choose_trials(study))

    def draw(self, kind: str) -> Figure:
        """One plot.

        Raises:
            UnknownName: if there is no such plot; names the nearest.
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
        """Name of the metric that ranks trials."""
        return self.objectives[0]

    @property
    def objectives(self) -> list[str]:
        """Names of all objectives, the metric first."""
        return self._study.metric_names or ["value"]

    @cached_property
    def all_objectives(self) -> SubsetStudy:
        """The study with all trials and all objectives."""
        trials = self._study.get_trials(deepcopy=False)
        return SubsetStudy(self._study, trials, len(self._study.directions))

    @cached_property
    def complete(self) -> list[FrozenTrial]:
        """The complete trials that are shown."""
        return self.shown.get_trials(states=(TrialState.COMPLETE,))

    def parameters(self, most: int) -> list[str]:
        """Names of the most important parameters that enough trials have, at most ``most``."""
        having = Counter(name for trial in self.complete for name in trial.params)
        ordered = dict.fromkeys([*self.importances.shares, *having])
        enough = ENOUGH_HAVE_IT * len(self.complete)
        return [name for name in ordered if having[name] >= max(enough, FEWEST_TRIALS)][:most]


class _Weighed(BaseImportanceEvaluator):
    """Gives known importances, so that a plot shows the same ones as tables do."""

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
    """The metric over the other objectives, with the Pareto front."""
    from optuna.visualization import plot_pareto_front

    metric, *costs = figures.objectives
    shown = costs[:MOST_COSTS]
    if not shown or not figures.complete:
        return _empty_figure()

    def place(trial: FrozenTrial) -> list[float]:
        return [*trial.values[1 : 1 + len(shown)], trial.values[0]]

    names = [*(HEADINGS[each] for each in shown), metric]
    return plot_pareto_front(figures.all_objectives, target_names=names, targets=place)


def draw_history(figures: Figures) -> Figure:
    """The metric of each complete trial, and the best so far."""
    from optuna.visualization import plot_optimization_history

    return plot_optimization_history(figures.all_trials, target_name=figures.metric)


def draw_importances(figures: Figures) -> Figure:
    """How much each parameter matters."""
    from optuna.visualization import plot_param_importances

    if not figures.importances.shares:
        return _empty_figure()
    return plot_param_importances(figures.all_trials, evaluator=_Weighed(figures.importances))


def draw_slice(figures: Figures) -> Figure:
    """The metric over each of the most important parameters."""
    from optuna.visualization import plot_slice

    names = figures.parameters(MOST_PARAMETERS)
    return (
        plot_slice(figures.shown, names, target_name=figures.metric) if names else _empty_figure()
    )


def draw_parallel_coordinate(figures: Figures) -> Figure:
    """Each trial as a line through its values of the most important parameters."""
    from optuna.visualization import plot_parallel_coordinate

    names = figures.parameters(MOST_PARAMETERS)
    if not names:
        return _empty_figure()
    return plot_parallel_coordinate(figures.shown, names, target_name=figures.metric)


def draw_rank(figures: Figures) -> Figure:
    """Pairs of the most important parameters, coloured by rank."""
    from optuna.visualization import plot_rank

    names = figures.parameters(MOST_PAIRED)
    return plot_rank(figures.shown, names, target_name=figures.metric) if names else _empty_figure()


def draw_timeline(figures: Figures) -> Figure:
    """When each trial ran, and how it ended."""
    from optuna.visualization import plot_timeline

    return plot_timeline(figures.shown)


def draw_learning_curves(figures: Figures) -> Figure:
    """The metric of each trial at each reporting step."""
    from optuna.visualization import plot_intermediate_values

    return plot_intermediate_values(figures.shown)


def _empty_figure() -> Figure:
    from plotly.graph_objects import Figure

    return Figure()


class SubsetStudy(SelectiveStudy):
    """A study with some of its trials only, under their own numbers and without user attributes.

    Plots would write the attributes beside each point.

    Args:
        study: The study itself.
        trials: Trials to keep.
        objectives: Number of objectives to keep; plots of parameters need one.
    """

    def __init__(
        self, study: optuna.Study, trials: Sequence[FrozenTrial], objectives: int = 1
    ) -> None:
        shown = [_without_attributes(with_objectives(each, objectives)) for each in trials]
        with quiet_optuna():
            super().__init__(study, shown, objectives)


def choose_trials(study: optuna.Study, most: int = MOST_TRIALS) -> list[FrozenTrial]:
    """All trials; of more than ``most``, half the best and half an even sample of the others."""
    trials = study.get_trials(deepcopy=False)
    if len(trials) <= most:
        return trials
    sign = -1 if study.directions[0] == optuna.study.StudyDirection.MAXIMIZE else 1
    complete = [each for each in trials if _has_value(each)]
    complete.sort(key=lambda each: sign * each.values[0])
    best = complete[: most // 2]
    others = sorted({each.number for each in trials} - {each.number for each in best})
    room = most - len(best)
    sample = {others[at * len(others) // room] for at in range(room)}
    kept = sample | {each.number for each in best}
    return [each for each in trials if each.number in kept]


def _has_value(trial: FrozenTrial) -> bool:
    return trial.state == TrialState.COMPLETE and isfinite(trial.values[0])


def _without_attributes(trial: FrozenTrial) -> FrozenTrial:
    bare = copy.copy(trial)
    bare.user_attrs = {}
    return bare
