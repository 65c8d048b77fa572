"""Making the final model of a study."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from automl.api.notebook import default_watcher
from automl.api.parts import find_study, read_back
from automl.api.run import Run
from automl.core.defaults import RESULTS
from automl.store import Store
from automl.tuning.watch import Outcome, Watcher


def finalize(
    name: str,
    *,
    ensemble: int | None = None,
    results: str = RESULTS,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Make the final model of a study as it stands, or go on with making it.

    The best few trials are trained anew with several seeds each, one of them is chosen and trained
    on train and validation together, and the result is measured on the test split, which counts as
    an opening of it. A search does so at its end, unless it was told not to.

    Args:
        name: The study's name.
        ensemble: Also average up to so many of the models that were kept, chosen by their score on
            validation; None is what the study was begun with.
        results: Folder that the study is in.
        watcher: Hears how far it is; None shows it in a notebook, and says nothing elsewhere.
        stop: Set it to have trainings pause; the next call goes on with them.

    Returns:
        The study with its final model. The reason is "done"; "unchanged" where the model was there
        and nothing had to be done; "interrupted" after ``stop``.

    Raises:
        StudyError: if there is no such study, no complete trial in it, or none of the best could be
            trained anew.
    """
    store = Store(Path(results))
    folder, plan = find_study(store, name)
    followed, stop = watcher or default_watcher(), stop or threading.Event()
    # Its time limit was for a search: whoever asks for this wants it whole.
    plan = replace(plan, timeout=None, ensemble=ensemble or plan.ensemble)
    return Run(plan, read_back(folder), store, followed, stop).finalize()
