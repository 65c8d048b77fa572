"""All that the report of a study says, gathered from where it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.final_model import known_final
from automl.api.parts import find_study, storage_of
from automl.core.errors import StudyError
from automl.core.records import TrialRecord
from automl.finalizing.record import read_test_opened
from automl.report.content import Cost, Model, Origin, Plots, Report
from automl.store import Store, StudyFolder

if TYPE_CHECKING:
    import optuna

    from automl.tuning.plan import Plan

Progress = Callable[[int, int], None]


def gather(name: str, results: str, progress: Progress) -> Report:
    """Read a study as it stands now.

    Args:
        name: The study's name.
        results: Folder that the study is in.
        progress: Hears how many of how many plots are drawn.

    Raises:
        StudyError: if there is no such study.
    """
    from automl.tuning.reading import load_study, study_record
    from automl.tuning.spent import spent

    store = Store(Path(results))
    folder, plan = find_study(store, name)
    loaded = load_study(storage_of(plan, store), name)
    record, cost = study_record(loaded), spent(loaded)
    return Report(
        study=record,
        epochs=plan.epochs,
        cost=Cost(cost.begun, cost.ended, cost.wall, cost.work),
        plots=_plots(loaded, progress),
        model=_model(folder, record.best),
        origin=_origin(folder.record(), plan),
        final=known_final(record, folder),
        test_opened=read_test_opened(folder),
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
    trial = folder.trial(best.number)
    try:
        network = trial.network()
    except StudyError:  # copied without its trials
        network = None
    return Model(network, trial.curve(), trial.review())


def _origin(record: dict[str, Any], plan: Plan) -> Origin:
    return Origin(
        settings=plan.as_record(),
        space=record.get("text", ""),
        data=record.get("data_is", ""),
        sha256=record.get("data_sha256", ""),
        versions=record.get("versions", {}),
        hardware=record.get("hardware", ""),
    )
