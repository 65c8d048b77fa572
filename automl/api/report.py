"""Write the report of a study, from everything that is kept of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.final_model import known_final
from automl.api.stored_study import StoredStudy
from automl.core.defaults import RESULTS
from automl.core.delivered import DeliveredModel, delivered_model
from automl.core.errors import StudyError, UserError
from automl.core.machine import write_text
from automl.finalizing.record import kept_curves, read_test_opened
from automl.report import FORMATS, ModelDetails, Plots, Provenance, Report, StudyCost
from automl.report.panels import FIGURES
from automl.store import StudyFolder
from automl.tuning.plan import Plan

if TYPE_CHECKING:
    import optuna

Progress = Callable[[int, int], None]


def report(
    name: str,
    format: str = "html",
    output: str | None = None,
    results: str = RESULTS,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Write the report of a study, as it stands now: one file that needs no other.

    Args:
        name: Name of the study.
        format: ``"html"``, or ``"md"`` for a repository or a pull request.
        output: File to write; None is ``report.html`` or ``report.md`` in the study's folder.
        results: Results folder that the study is in.
        progress: Function that is told how many of how many plots are drawn.

    Returns:
        The file.

    Raises:
        StudyError: if there is no such study.
        UserError: if there is no such format, or the file cannot be written.
    """
    FORMATS.check(format)
    stored = StoredStudy.find(name, results)
    path = Path(output) if output else stored.folder.path / f"report.{format}"
    text = FORMATS[format](collect_report(stored, progress))
    try:
        write_text(path, text)
    except OSError as error:
        raise UserError(
            f"cannot write {path} ({error.strerror}); choose another file with --output FILE"
        ) from error
    return path


def report_text(
    name: str,
    format: str = "html",
    results: str = RESULTS,
    progress: Progress = lambda done, total: None,
) -> str:
    """The report of a study as text.

    Args:
        name: Name of the study.
        format: ``"html"`` or ``"md"``.
        results: Results folder that the study is in.
        progress: Function that is told how many of how many plots are drawn.

    Raises:
        StudyError: if there is no such study.
        UnknownName: if there is no such format; names the nearest.
    """
    return FORMATS[format](collect_report(StoredStudy.find(name, results), progress))


def collect_report(stored: StoredStudy, progress: Progress) -> Report:
    """Everything that the report of a study says, as it stands now.

    Args:
        stored: The study.
        progress: Function that is told how many of how many plots are drawn.
    """
    from automl.tuning.trial_records import study_record, time_used

    loaded, folder, plan = stored.load(), stored.folder, stored.plan
    record, cost = study_record(loaded), time_used(loaded, folder.runs())
    final = known_final(record, folder)
    return Report(
        study=record,
        epochs=plan.epochs,
        cost=StudyCost(cost.begun, cost.ended, cost.wall, cost.on_workers),
        plots=_plots(loaded, progress),
        model=_details(folder, delivered_model(record, final)),
        origin=_origin(folder.record(), plan),
        final=final,
        test_opened=read_test_opened(folder),
    )


def _plots(study: optuna.Study, progress: Progress) -> Plots:
    from automl.tuning.plots import Figures

    figures, drawn = Figures(study), {}
    for kind in FIGURES:
        drawn[kind] = json.loads(figures.draw(kind).to_json())
        progress(len(drawn), len(FIGURES))
    return Plots(
        figures=drawn,
        shown=len(figures.shown.get_trials()),
        shares=figures.importances.shares,
        basis=figures.importances.basis,
    )


def _details(folder: StudyFolder, delivered: DeliveredModel | None) -> ModelDetails:
    if delivered is None:
        return ModelDetails()
    number, final = delivered.trial.number, delivered.final
    trial = folder.trial(number)
    try:
        network = trial.network()
    except StudyError:  # copied without its trials
        network = None
    if final is None:
        curve = trial.curve()
        curves = {f"trial {number}": curve} if curve else {}
        return ModelDetails(network, curves, trial.review(), "the best trial")
    reviewed = "the final model"
    if not final.members:
        reviewed = "the average of its refits, which were not trained on these examples,"
    return ModelDetails(network, kept_curves(folder, final), folder.final_review(), reviewed)


def _origin(record: dict[str, Any], plan: Plan) -> Provenance:
    return Provenance(
        settings=plan.as_record(),
        space=record.get("text", ""),
        data=record.get("data_is", ""),
        sha256=record.get("data_sha256", ""),
        versions=record.get("versions", {}),
        hardware=record.get("hardware", ""),
    )
