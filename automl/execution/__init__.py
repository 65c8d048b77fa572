"""Where trials run: in this process, or on Ray workers over every core or GPU there is."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.core.executor import Executor, MakeRunner
    from automl.execution.resources import Resources

# Ray is imported by a thread and brings requests, whose own filter of this warning is lost while
# another thread uses `warnings.catch_warnings`.
warnings.filterwarnings("ignore", message="SOCKS support in urllib3")

EXECUTORS: Registry[Callable[[MakeRunner, Resources], Executor]] = Registry(
    "executor",
    {
        "ray": "automl.execution.ray:RayExecutor",
        "local": "automl.execution.local:LocalExecutor",
    },
)
