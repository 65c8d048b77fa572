"""What the command line says of a study, and how far it is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from command_line import automl
from patience import PATIENCE


def trials(cwd: Path, study: str, *flags: str) -> list[dict[str, Any]]:
    """Every trial, by ``show --json``."""
    shown = automl("show", study, "--json", *flags, cwd=cwd)
    assert shown.returncode == 0, shown.stderr
    found: list[dict[str, Any]] = json.loads(shown.stdout)["trials"]
    return found


def reports(cwd: Path) -> list[tuple[int, int]]:
    """Each measurement in the journal: trial and step, in the order of their coming."""
    journal = cwd / "results" / "studies.journal"
    if not journal.is_file():
        return []
    logs = [json.loads(line) for line in journal.read_text().splitlines() if line.endswith("}")]
    return [(log["trial_id"], log["step"]) for log in logs if log["op_code"] == 7]


def wait_for_reports(count: int, cwd: Path) -> None:
    """Until there are so many measurements."""
    deadline = time.monotonic() + PATIENCE
    while len(reports(cwd)) < count:
        assert time.monotonic() < deadline, "no trial reported anything"
        time.sleep(0.05)
