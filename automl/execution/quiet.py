"""Ray without a word of its own on the terminal, and without a finger in the driver's signals."""

from __future__ import annotations

import logging
import os
from typing import Any

# Read by Ray when it is imported, and handed on to the processes it starts.
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # The raylet's reports of dead workers are printed whatever `log_to_driver` says.
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    # A tip on a change to come, which the answer to it silences.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # Else Ray catches the driver's SIGTERM and prints a stack trace.
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",
}

QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
"""Options of ``ray.init``."""


def silence_ray() -> None:
    """Set what Ray reads from the environment; of use before Ray is first imported."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    # In notebooks it asks for a package that shows what is not shown here.
    logging.getLogger("ray.widgets").setLevel(logging.WARNING)
