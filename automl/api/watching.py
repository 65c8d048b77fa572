"""Watching a study that another process searches."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from automl.api.final_model import known_final, lacks_final
from automl.api.final_progress import read_progress
from automl.api.parts import find_study, storage_of
from automl.core.defaults import RESULTS
from automl.store import Store, StudyFolder
from automl.tuning.watch import Outcome, Setting, Silent, Watcher

if TYPE_CHECKING:
    from automl.core.records import StudyRecord
    from automl.tuning.plan import Plan


def watch(
    name: str,
    *,
    results: str = RESULTS,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Follow a study that other processes of this machine search; nothing is written.

    Args:
        name: The study's name.
        results: Folder that it is in.
        watcher: Is told what happens, as by the search itself.
        stop: Set it to follow no longer; the search goes on.

    Returns:
        The study as it stands then. Its reason is "done" when it has all its trials and, where it
        is to have one, its final model; "abandoned" when no process works on it any more; and
        "interrupted" after ``stop``.

    Raises:
        StudyError: if there is no such study.
    """
    from automl.tuning.following import Finalizing, Following
    from automl.tuning.reading import load_study, study_record

    store = Store(Path(results))
    folder, plan = find_study(store, name)
    study = load_study(storage_of(plan, store), name)
    begun, watched = study_record(study), watcher or Silent()
    setting = _setting(plan, folder, begun)
    finalizing = Finalizing(
        progress=lambda: read_progress(folder),
        awaited=lambda now: lacks_final(now, folder, plan),
    )
    stop = stop or threading.Event()
    outcome = Following(study, begun, setting, watched, stop, finalizing).run()
    outcome = replace(outcome, final=known_final(outcome.study, folder))
    watched.finish(outcome)
    return outcome


def _setting(plan: Plan, folder: StudyFolder, study: StudyRecord) -> Setting:
    from automl.training.steps import reports_per_epoch

    record = folder.record()
    return Setting(
        study=plan.name,
        space=plan.space,
        data=str(record.get("data_is", plan.data)),
        device=str(record.get("hardware", "this machine")),
        trials=plan.trials,
        done=study.counted,
        best=study.best,
        baseline=study.baseline,
        epochs=plan.epochs,
        steps=plan.epochs * reports_per_epoch(plan.epochs),
        timeout=None,
        metric=study.metric,
        maximize=study.maximize,
        slots=study.count("running"),
        minimize=study.minimize,
        final=known_final(study, folder),
    )
