"""Where published data is kept."""

from __future__ import annotations

import os
from pathlib import Path


def data_root() -> Path:
    """The folder of all published data: ``AUTOML_DATA``, or else one in the user's cache."""
    chosen = os.environ.get("AUTOML_DATA")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "automl" / "data"
