"""Tasks: one file per kind of target, one line here per task."""

from __future__ import annotations

from math import inf

from automl.core.registry import Registry
from automl.tasks.task import Task

TASKS: Registry[type[Task]] = Registry(
    "task",
    {
        "image_classification": "automl.tasks.classification:ImageClassification",
        "text_classification": "automl.tasks.classification:TextClassification",
        "text_regression": "automl.tasks.regression:TextRegression",
        "tabular_classification": "automl.tasks.classification:TabularClassification",
        "tabular_regression": "automl.tasks.regression:TabularRegression",
        "series_classification": "automl.tasks.classification:SeriesClassification",
        "forecasting": "automl.tasks.regression:Forecasting",
    },
)


def metric_bounds(name: str) -> tuple[float, float]:
    """The smallest and the largest possible value of a metric.

    Args:
        name: Name of a metric, or with the name of one of several quantities: ``"mae price"``. A
            name that no task measures has no bounds.
    """
    metric, _, _ = name.partition(" ")
    known = (each for task in TASKS for each in TASKS[task].metrics if each.name == metric)
    return next((each.bounds for each in known), (-inf, inf))
