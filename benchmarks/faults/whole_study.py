"""What a study must hold when it came to its end, whatever struck it on the way."""

from __future__ import annotations

import json
from pathlib import Path

from broken import Broken

from automl import api
from automl.core.records import StudyRecord
from automl.store import StudyFolder, holds_weights


def require_whole(study: StudyRecord, total: int, folder: Path, files_lost: bool) -> None:
    """See that a study has its exact total, no trial under way, and the best trial's model.

    Args:
        study: The study as it was read after its end.
        total: How many trials it was asked for.
        folder: Its folder in the results.
        files_lost: Whether files of trials were taken from it; the best of the others has to do.

    Raises:
        Broken: if it has not.
    """
    if study.counted != total:
        raise Broken(f"the total is {study.counted}, not {total}")
    if study.unfinished:
        raise Broken(f"unfinished trials: {study.unfinished}")
    files = StudyFolder(folder)
    kept = [each for each in study.ranked if holds_weights(files.trial(each.number).weights)]
    if not files_lost and kept[:1] != [study.best]:
        raise Broken(f"the weights of the best trial are not there: {study.best}")
    if kept:
        bundle = json.loads((files.best / "bundle.json").read_text())
        if bundle["origin"]["trial"] != kept[0].number:
            raise Broken(f"the best model is not of the best trial: {bundle['origin']}")


def require_final(name: str, results: Path) -> None:
    """See that a study has its final model, for which the test split was opened once.

    Raises:
        Broken: if it has not.
    """
    final = api.final(name, str(results))
    if final is None:
        raise Broken("there is no final model")
    if final.test_opened != 1:
        raise Broken(f"the test split was opened {final.test_opened} times")
