"""Where trials run: in this process, or on Ray workers over every core or GPU there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.core.executor import Executor, MakeRunner
    from automl.execution.resources import Resources

EXECUTORS: Registry[Callable[[MakeRunner, Resources], Executor]] = Registry(
    "executor",
    {
        "ray": "automl.execution.ray:RayExecutor",
        "local": "automl.execution.local:LocalExecutor",
    },
)
