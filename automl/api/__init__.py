"""The public Python API, and the one place that wires the parts together."""

from __future__ import annotations

from automl.api.comparing import compare
from automl.api.finalizing import finalize
from automl.api.machine import doctor
from automl.api.models import export
from automl.api.reporting import report, report_text
from automl.api.reproducing import reproduce
from automl.api.searching import resume, search
from automl.api.serving import evaluate, predict, predictions, serve
from automl.api.spaces import check, new_space, schema, spaces
from automl.api.studies import (
    artifacts,
    curve,
    dashboard,
    final,
    importances,
    log,
    network,
    review,
    show,
    studies,
)
from automl.api.study import Study, load
from automl.api.watching import watch

__all__ = [
    "Study",
    "artifacts",
    "check",
    "compare",
    "curve",
    "dashboard",
    "doctor",
    "evaluate",
    "export",
    "final",
    "finalize",
    "importances",
    "load",
    "log",
    "network",
    "new_space",
    "predict",
    "predictions",
    "report",
    "report_text",
    "reproduce",
    "resume",
    "review",
    "schema",
    "search",
    "serve",
    "show",
    "spaces",
    "studies",
    "watch",
]
