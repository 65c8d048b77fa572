"""The report of a study."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.parts import find_study, storage_of
from automl.core.defaults import RESULTS
from automl.core.errors import StudyError, UserError
from automl.report import FORMATS
from automl.report.content import Cost, Model, Origin, Plots, Report, Study, Trial
from automl.store import Store, StudyFolder, write_text

if TYPE_CHECKING:
    import optuna

    from automl.tuning.plan import Plan
    from automl.tuning.records import StudyRecord, TrialRecord


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
        name: The study's name.
        format: ``"html"``, or ``"md"`` for a repository or a pull request.
        output: The file to write; None is ``report.html`` or ``report.md`` in the study's folder.
        results: Folder that the study is in.
        progress: Hears how many of how many plots are drawn.

    Returns:
        The file.

    Raises:
        StudyError: if there is no such study.
        UserError: if there is no such format, or the file cannot be written.
    """
    FORMATS.check(format)
    folder, _ = find_study(Store(Path(results)), name)
    path = Path(output) if output else folder.path / f"report.{format}"
    text = report_text(name, format, results, progress)
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
        name: The study's name.
        format: ``"html"`` or ``"md"``.
        results: Folder that the study is in.
        progress: Hears how many of how many plots are drawn.

    Raises:
        StudyError: if there is no such study.
        UnknownName: if there is no such format; says the nearest.
    """
    return FORMATS[format](_read(name, results, progress))


def _read(name: str, results: str, progress: Progress) -> Report:
    from automl.tuning.reading import load_study, study_record
    from automl.tuning.spent import spent

    store = Store(Path(results))
    folder, plan = find_study(store, name)
    loaded = load_study(storage_of(plan, store), name)
    record, cost = study_record(loaded), spent(loaded)
    return Report(
        study=_study(record, plan),
        cost=Cost(cost.begun, cost.ended, cost.wall, cost.work),
        plots=_plots(loaded, progress),
        model=_model(folder, record.best),
        origin=_origin(folder.record(), plan),
    )


def _study(record: StudyRecord, plan: Plan) -> Study:
    return Study(
        name=record.name,
        metric=record.metric,
        maximize=record.maximize,
        total=plan.trials,
        epochs=plan.epochs,
        trials=tuple(map(_trial, record.trials)),
        best=None if record.best is None else _trial(record.best),
    )


def _trial(record: TrialRecord) -> Trial:
    return Trial(
        number=record.number,
        status=record.status,
        value=record.value,
        reason=record.reason,
        epoch=record.epoch,
        size=record.size,
        flops=record.flops,
        parameters=record.parameters,
    )


def _plots(study: optuna.Study, progress: Progress) -> Plots:
    from automl.tuning.figures import FIGURES, Figures

    figures, drawn = Figures(study), {}
    for kind in FIGURES:
        drawn[kind] = json.loads(figures.draw(kind).to_json())
        progress(len(drawn), len(FIGURES.names))
    return Plots(
        figures=drawn,
        shown=len(figures.part.get_trials()),
        shares=figures.importances.shares,
        basis=figures.importances.basis,
    )


def _model(folder: StudyFolder, best: TrialRecord | None) -> Model:
    if best is None:
        return Model()
    try:
        network = folder.network(best.number)
    except StudyError:  # copied without its trials
        network = None
    return Model(network, folder.curve(best.number), folder.review(best.number))


def _origin(record: dict[str, Any], plan: Plan) -> Origin:
    return Origin(
        settings=plan.as_record(),
        space=record.get("text", ""),
        data=record.get("data_is", ""),
        sha256=record.get("data_sha256", ""),
        versions=record.get("versions", {}),
        hardware=record.get("hardware", ""),
    )
