"""The public Python API, and the one place that wires the parts together."""

from __future__ import annotations

from automl.api.compare import compare
from automl.api.export import export
from automl.api.inference import answers, evaluate, predict, predict_to_file, predictions, serve
from automl.api.report import report, report_text
from automl.api.reproduce import reproduce
from automl.api.search import resume, search
from automl.api.session import finalize
from automl.api.spaces import check, new_space, schema, space_purpose, spaces
from automl.api.stored_study import locate_study
from automl.api.studies import (
    dashboard,
    delivered,
    final,
    importances,
    look,
    show,
    state,
    studies,
    trial,
    watch,
)
from automl.api.study import Study, load
from automl.report.machine import doctor

__all__ = [
    "Study",
    "answers",
    "check",
    "compare",
    "dashboard",
    "delivered",
    "doctor",
    "evaluate",
    "export",
    "final",
    "finalize",
    "importances",
    "load",
    "locate_study",
    "look",
    "new_space",
    "predict",
    "predict_to_file",
    "predictions",
    "report",
    "report_text",
    "reproduce",
    "resume",
    "schema",
    "search",
    "serve",
    "show",
    "space_purpose",
    "spaces",
    "state",
    "studies",
    "trial",
    "watch",
]
