"""A study as Python and notebooks use it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl.api.finalizing import finalize
from automl.api.models import export
from automl.api.parts import find_study, storage_of
from automl.api.reporting import report
from automl.api.studies import final, show
from automl.api.study_table import as_html, as_text
from automl.api.tabulate import tabulate
from automl.core.defaults import RESULTS
from automl.core.records import StudyRecord, TrialRecord
from automl.store import Store
from automl.tuning.watch import Outcome

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

    from automl.core.final import Final
    from automl.export.export import Exported


@dataclass(frozen=True, repr=False)
class Study:
    """A study as it stood when it was loaded, or when its search ended; shown as a table.

    Args:
        outcome: How its search ended; its reason is "loaded" if none was made.
        results: Folder that it is in.
    """

    outcome: Outcome
    results: str = RESULTS

    @property
    def record(self) -> StudyRecord:
        """All its trials as plain values."""
        return self.outcome.study

    @property
    def name(self) -> str:
        """Its name."""
        return self.record.name

    @property
    def best(self) -> TrialRecord | None:
        """The best trial that has weights, or None while there is none."""
        return self.record.best

    @property
    def final(self) -> Final | None:
        """How its final model was made and what it is worth, or None while there is none."""
        return self.outcome.final

    @property
    def trials(self) -> DataFrame:
        """A row for each trial, by number: how it ended, its value, and what was drawn for it."""
        return tabulate(self.record)

    def plot_front(self) -> Figure:
        """The metric over what is to be small as well; empty where there is one objective."""
        return self._plot("front")

    def plot_history(self) -> Figure:
        """Each complete trial, and the best so far."""
        return self._plot("history")

    def plot_importances(self) -> Figure:
        """How much each parameter matters."""
        return self._plot("importances")

    def plot_slice(self) -> Figure:
        """The objective over each of the most important parameters."""
        return self._plot("slice")

    def plot_parallel_coordinate(self) -> Figure:
        """Each trial as a line through its values of the most important parameters."""
        return self._plot("parallel_coordinate")

    def plot_rank(self) -> Figure:
        """Pairs of the most important parameters, coloured by rank."""
        return self._plot("rank")

    def plot_timeline(self) -> Figure:
        """When each trial ran, and how it ended."""
        return self._plot("timeline")

    def plot_learning_curves(self) -> Figure:
        """What each trial reported, step by step."""
        return self._plot("learning_curves")

    def export(self, format: str = "safetensors", trial: int | None = None) -> Exported:
        """Write a model in a format, checked against the original on real inputs.

        Args:
            format: ``"safetensors"``, ``"torch_export"`` or ``"onnx"``.
            trial: Which trial's model; None is the best.

        Raises:
            StudyError: if there are no weights of that trial.
            ExportError: if what was written does not agree with the original.
        """
        return export(self.name, trial=trial, format=format, results=self.results)

    def finalize(self) -> Study:
        """The study with its final model, which is made unless it is there.

        Raises:
            StudyError: if there is no complete trial, or none of the best could be trained anew.
        """
        return Study(finalize(self.name, results=self.results), self.results)

    def report(self, format: str = "html") -> Path:
        """Write the report, as ``"html"`` or ``"md"``; gives the file."""
        return report(self.name, format=format, results=self.results)

    def _plot(self, kind: str) -> Figure:
        """One of Optuna's plots of the study as it is in the storage now."""
        from automl.tuning.figures import figure

        store = Store(Path(self.results))
        _, plan = find_study(store, self.name)
        return figure(storage_of(plan, store), self.name, kind)

    def __repr__(self) -> str:
        return as_text(self.record)

    def _repr_html_(self) -> str:
        """What Jupyter shows."""
        return as_html(self.record)


def load(name: str, results: str = RESULTS) -> Study:
    """A study that was searched before, or is being searched now.

    Args:
        name: The study's name.
        results: Folder that it is in.

    Raises:
        StudyError: if there is no such study; says the nearest.
    """
    return Study(Outcome(show(name, results), "loaded", 0.0, final(name, results)), results)
