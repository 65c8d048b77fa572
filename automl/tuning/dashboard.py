"""optuna-dashboard on the studies of a storage, made to open thousands of trials in seconds.

For each trial that it sends to the browser, optuna-dashboard 0.21 goes twice through the attributes
of the whole study, where the notes of all trials are, which takes tens of seconds for 5,000 trials.
The keys are known, so that they can be looked up. And the browser draws a line for every learning
curve, for which it stands still as long again; a few hundred lines already cover each other. What
it takes with and without this is measured by benchmarks/dashboard.py.

Of too few trials it draws importances that are noise, and where it finds none, equal ones; here it
draws none, as `automl show` does.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from optuna.artifacts import FileSystemArtifactStore
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from automl.core.errors import UserError
from automl.tuning.importances import FEWEST
from automl.tuning.optuna_private import changed_dashboard, quiet_optuna

# In a study with more trials, this many of the best and of the latest keep their learning curves.
MOST_CURVES = 100


class QuietHandler(WSGIRequestHandler):
    """Answers requests without writing them to the terminal."""

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


class DashboardServer(ThreadingMixIn, WSGIServer):
    """Answers several requests at once, which a page of the dashboard makes."""

    daemon_threads = True


def serve(
    storage: BaseStorage, artifacts: Path, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Serve the dashboard until interrupted.

    Args:
        storage: Storage whose studies are shown.
        artifacts: Folder of the files that are shown beside trials.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        ready: Function that is given the URL once it is served.

    Raises:
        UserError: if the address cannot be listened on.
    """
    from optuna_dashboard import wsgi

    artifacts.mkdir(parents=True, exist_ok=True)
    app = wsgi(storage, artifact_store=FileSystemArtifactStore(artifacts))
    try:
        server = make_server(host, port, app, DashboardServer, QuietHandler)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(
            f"cannot listen on {host}:{port} ({reason}); choose another --port"
        ) from error
    with server, quick_dashboard():
        ready(f"http://{host}:{server.server_port}/")
        server.serve_forever()


def quick_dashboard() -> AbstractContextManager[None]:
    """Inside the ``with``, the dashboards of this process open large studies quickly.

    They look notes up, draw fewer learning curves, and no importances of too few trials.
    """
    return changed_dashboard(_with_few_curves, _importances_of_enough)


def _with_few_curves(trials: list[FrozenTrial], direction: StudyDirection) -> list[FrozenTrial]:
    """All trials; where there are many, most of them without their learning curves."""
    if len(trials) <= 2 * MOST_CURVES:
        return trials
    kept = {each.number for each in trials[-MOST_CURVES:]}
    kept.update(each.number for each in trials if not each.state.is_finished())
    whole = [each for each in trials if each.state == TrialState.COMPLETE]
    whole.sort(key=lambda each: each.values[0], reverse=direction == StudyDirection.MAXIMIZE)
    kept.update(each.number for each in whole[:MOST_CURVES])
    return [each if each.number in kept else _without_curve(each) for each in trials]


def _importances_of_enough(
    trials: list[FrozenTrial], compute: Callable[[], list[Any]]
) -> list[Any]:
    """The importances, unless there are too few trials or all parameters matter equally."""
    if sum(each.state == TrialState.COMPLETE for each in trials) < FEWEST:
        return []
    with quiet_optuna():
        found = compute()
    equal = len({each["importance"] for each in found}) == 1
    return [] if equal and len(found) > 1 else found


def _without_curve(trial: FrozenTrial) -> FrozenTrial:
    bare = copy.copy(trial)  # the trial itself is the storage's own
    bare.intermediate_values = {}
    return bare
