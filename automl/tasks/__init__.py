"""The kinds of problems: one file per task, one line here."""

from __future__ import annotations

from automl.core.registry import Registry
from automl.tasks.task import Task

TASKS: Registry[type[Task]] = Registry(
    "task",
    {"image_classification": "automl.tasks.image_classification:ImageClassification"},
)
