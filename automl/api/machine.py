"""What this machine has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from automl.core.defaults import RESULTS

if TYPE_CHECKING:
    from automl.report.doctor import Finding


def doctor(results: str = RESULTS) -> tuple[Finding, ...]:
    """What this machine has for a search, and what is wrong with it."""
    from automl.report.doctor import examine

    return examine(Path(results))
