"""The public Python API, and the one place that wires the parts together."""

from __future__ import annotations

from automl.api.machine import doctor
from automl.api.models import export, predict
from automl.api.searching import resume, search
from automl.api.spaces import check, new_space, schema, spaces
from automl.api.studies import curve, dashboard, importances, network, show, studies

__all__ = [
    "check",
    "curve",
    "dashboard",
    "doctor",
    "export",
    "importances",
    "network",
    "new_space",
    "predict",
    "resume",
    "schema",
    "search",
    "show",
    "spaces",
    "studies",
]
