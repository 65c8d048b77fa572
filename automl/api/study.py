"""A study in Python and notebooks: plots, tables, predictions and exports."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.export import export
from automl.api.final_model import known_final
from automl.api.inference import answers
from automl.api.report import report
from automl.api.session import finalize
from automl.api.stored_study import StoredStudy, locate_study
from automl.core.defaults import RESULTS
from automl.core.final import FinalRecord
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count, duration, epoch, one_line, value
from automl.tuning.context import SearchOutcome

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

    from automl.core.delivered import DeliveredModel
    from automl.export.exporter import Exported

SHOWN = 5
HEADINGS = ("trial", "status", "", "epochs", "time", "parameters")


@dataclass(frozen=True, repr=False)
class Study:
    """A study as it stood when it was loaded, or when its search ended; shown as a table.

    Args:
        outcome: How its search ended; its reason is "loaded" if none was made.
        results: Folder that it is in.
    """

    outcome: SearchOutcome
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
    def final(self) -> FinalRecord | None:
        """How its final model was made and what it is worth, or None while there is none."""
        return self.outcome.final

    @property
    def delivered(self) -> DeliveredModel | None:
        """The model that it delivers, the final one if there is one; None while it has none."""
        return self.outcome.delivered

    @property
    def trials(self) -> DataFrame:
        """A row for each trial, by number: how it ended, its value, and what was drawn for it."""
        return _trials_frame(self.record)

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

    def predict(self, given: Any) -> DataFrame:
        """What the study's best model, the final one where there is one, says of examples.

        Args:
            given: A path or several, of files or folders; a DataFrame; one or several dicts, texts,
                arrays or pictures, as the kind of the model allows.

        Returns:
            A row for each example, of a forecast one for each step: ``prediction``, and of classes
            the ``probability`` of it and of every label; ``error`` where one cannot be read.

        Raises:
            UserError: if there is no model yet, or nothing that was given can be read.
        """
        return answers(self.name, given, results=self.results)

    def export(self, format: str = "safetensors", trial: int | None = None) -> Exported:
        """Write a model in a format, checked against the original on real inputs.

        Args:
            format: Name of an export format, one of ``automl.export.EXPORTERS``.
            trial: Number of the trial; None is the final model, or the best trial if there is none.

        Raises:
            StudyError: if there are no weights of that trial.
            ExportError: if what was written does not agree with the original.
        """
        return export(self.name, trial=trial, format=format, results=self.results)

    def finalize(self) -> Study:
        """The study with its final model, which is made unless it is there.

        Raises:
            StudyError: if there is no complete trial, or none of the best could be trained again.
        """
        return Study(finalize(self.name, results=self.results), self.results)

    def report(self, format: str = "html") -> Path:
        """Write the report, as ``"html"`` or ``"md"``; gives the file."""
        return report(self.name, format=format, results=self.results)

    def _plot(self, kind: str) -> Figure:
        """One of Optuna's plots of the study as it is in the storage now."""
        from automl.tuning.plots import figure

        return figure(StoredStudy.find(self.name, self.results).storage, self.name, kind)

    def __repr__(self) -> str:
        return _study_as_text(self.record, self.delivered)

    def _repr_html_(self) -> str:
        """What Jupyter shows."""
        return _study_as_html(self.record, self.delivered)


def load(name: str, results: str = RESULTS) -> Study:
    """A study that was searched before, or is being searched now.

    Args:
        name: Name of the study, or the path of its folder or of one of its models.
        results: Results folder that the study is in.

    Raises:
        StudyError: if there is no such study; names the nearest.
    """
    name, results = locate_study(name, results)
    stored = StoredStudy.find(name, results)
    record = stored.record()
    final = known_final(record, stored.folder)
    return Study(SearchOutcome(record, "loaded", 0.0, final), results)


def _study_as_text(study: StudyRecord, delivered: DeliveredModel | None) -> str:
    """The study in a line, then its best trials in columns."""
    rows = [_headings(study), *map(_row, _shown(study))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join([_headline(study, delivered), *lines])


def _study_as_html(study: StudyRecord, delivered: DeliveredModel | None) -> str:
    """The same as an HTML table with a caption."""
    head = "".join(f"<th>{escape(name)}</th>" for name in _headings(study))
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _row(trial))}</tr>"
        for trial in _shown(study)
    )
    caption = f"<caption>{escape(_headline(study, delivered))}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _headline(study: StudyRecord, delivered: DeliveredModel | None) -> str:
    found = f"{delivered.kind} {delivered.scored()}" if delivered else "none complete yet"
    return one_line(f"{study.name}: {count(study.counted, 'trial')}, {found}")


def _shown(study: StudyRecord) -> tuple[TrialRecord, ...]:
    return study.measured[:SHOWN]


def _headings(study: StudyRecord) -> tuple[str, ...]:
    return tuple(name or study.metric for name in HEADINGS)


def _row(trial: TrialRecord) -> tuple[str, ...]:
    size = f"{trial.num_parameters:,}" if trial.num_parameters is not None else "-"
    return (
        str(trial.number),
        trial.status,
        value(trial.objective),
        epoch(trial.epoch),
        duration(trial.seconds),
        size,
    )


def _trials_frame(study: StudyRecord) -> DataFrame:
    """A row for each trial, the index its number.

    Columns are ``status``, the metric by its name, ``epoch``, ``seconds``, ``size`` (weights),
    ``flops``, ``latency`` (milliseconds), ``device``, ``reason``, and one for each parameter that
    was ever drawn; what a trial has not is missing there.
    """
    from pandas import DataFrame, Index

    rows = [{**_trial_facts(study, trial), **trial.parameters} for trial in study.trials]
    index = Index([trial.number for trial in study.trials], name="trial")
    return DataFrame(rows, index=index)


def _trial_facts(study: StudyRecord, trial: TrialRecord) -> dict[str, object]:
    return {
        "status": trial.status,
        study.metric: trial.objective,
        "epoch": trial.epoch,
        "seconds": trial.seconds,
        "size": trial.num_parameters,
        "flops": trial.flops,
        "latency": trial.latency,
        "device": trial.device,
        "reason": trial.reason,
    }
