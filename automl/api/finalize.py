"""Make the final model of a study."""

from __future__ import annotations

import threading
from dataclasses import replace

from automl.api.session import SearchSession
from automl.api.stored_study import StoredStudy
from automl.api.watchers import default_watcher
from automl.core.defaults import RESULTS
from automl.tuning.context import SearchOutcome, Watcher


def finalize(
    name: str,
    *,
    ensemble: int | None = None,
    single: bool | None = None,
    results: str = RESULTS,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> SearchOutcome:
    """Make the final model of a study as it stands, or continue making it.

    The best few trials are trained again with new seeds, those that can win with several. The
    average of the refits of the best is the final model. It is measured on the test split, which
    counts as an opening of it. A search does so at its end, unless ``finalize`` is False.

    Args:
        name: Name of the study.
        ensemble: Largest number of models in an ensemble, which is chosen by its score on
            validation; None keeps the study's.
        single: Whether the final model is one training on train and validation, and not the average
            of its refits; None keeps the study's.
        results: Results folder that the study is in.
        watcher: Watcher of the trainings; None is the view in a notebook, and silence elsewhere.
        stop: Event that, when set, pauses the trainings; the next call continues them.

    Returns:
        The study with its final model. The reason is "done"; "unchanged" if the model existed and
        nothing had to be done; "interrupted" after ``stop``.

    Raises:
        StudyError: if there is no such study, no complete trial in it, or none of the best could be
            trained again.
    """
    stored = StoredStudy.find(name, results)
    followed, stop = watcher or default_watcher(), stop or threading.Event()
    # The study's time limit is for searching; a final model that is asked for is made whole.
    plan = replace(
        stored.plan,
        timeout=None,
        ensemble=ensemble or stored.plan.ensemble,
        single=stored.plan.single if single is None else single,
    )
    return SearchSession(plan, stored.space(), stored.store, followed, stop).finalize()
