"""The kinds of problems: one file per kind of target, one line here per task."""

from __future__ import annotations

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
