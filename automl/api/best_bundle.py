"""The best trial's bundle, which a study leaves where it has no final model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.api.models import make_bundle
from automl.core.errors import UserError
from automl.core.trial import Config
from automl.finalizing.record import read_final

if TYPE_CHECKING:
    from automl.api.parts import Datasets
    from automl.core.records import TrialRecord
    from automl.store import StudyFolder
    from automl.tuning.plan import Plan


def is_best_kept(best: TrialRecord | None, folder: StudyFolder) -> bool:
    """Whether the study's bundle is that of its best trial, or there is neither."""
    from automl.export.bundle import Bundle

    try:
        kept = Bundle.load(folder.best).facts.origin
    except UserError:
        return best is None
    return best is not None and kept.trial == best.number


def keep_best(
    best: TrialRecord | None, folder: StudyFolder, plan: Plan, datasets: Datasets
) -> None:
    """Write the best trial's bundle, where there is no final model to be in its place.

    Args:
        best: The trial, if there is one.
        folder: The study's.
        plan: The study's.
        datasets: The study's.
    """
    if read_final(folder) is not None:
        return
    if best is not None and folder.trial(best.number).weights.is_file():
        data = datasets(Config(**folder.trial(best.number).config()))
        make_bundle(folder, plan, best, data, folder.best)
