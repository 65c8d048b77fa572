"""What a study must hold when it came to its end, whatever struck it on the way."""

from __future__ import annotations

import json
from pathlib import Path

from broken import Broken

from automl.core.records import StudyRecord


def require_whole(study: StudyRecord, total: int, folder: Path) -> None:
    """See that a study has its exact total, no trial under way, and the best trial's model.

    Args:
        study: The study as it was read after its end.
        total: How many trials it was asked for.
        folder: Its folder in the results.

    Raises:
        Broken: if it has not.
    """
    if study.counted != total:
        raise Broken(f"the total is {study.counted}, not {total}")
    if study.unfinished:
        raise Broken(f"unfinished trials: {study.unfinished}")
    bundle = json.loads((folder / "best" / "bundle.json").read_text())
    if study.best is None or bundle["origin"]["trial"] != study.best.number:
        raise Broken(f"the best model is not of the best trial: {bundle['origin']}")
