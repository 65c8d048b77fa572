"""Where a model comes from, in a study's own figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.api.parts import storage_of
from automl.core.text import count
from automl.store import Store, StudyFolder

if TYPE_CHECKING:
    from automl.core.records import StudyRecord, TrialRecord
    from automl.data.dataset import Dataset
    from automl.export.facts import Origin
    from automl.tuning.plan import Plan


def make_origin(folder: StudyFolder, plan: Plan, trial: TrialRecord, data: Dataset) -> Origin:
    """What a bundle says of where its model comes from.

    Args:
        folder: The study's.
        plan: The study's.
        trial: Whose model it is.
        data: What it was trained on.
    """
    from automl.export.facts import Origin
    from automl.tuning.reading import load_study, study_record
    from automl.tuning.spent import spent

    study = load_study(storage_of(plan, Store(folder.path.parent)), plan.name)
    splits = {"train": data.train, "validation": data.validation, "test": data.test}
    return Origin(
        study=plan.name,
        trial=trial.number,
        epochs=plan.epochs,
        data=data.name,
        fingerprint=data.fingerprint,
        examples={name: len(split) for name, split in splits.items()},
        found=_found(plan, study_record(study), trial),
        seconds=spent(study).wall,
        seed=plan.seed + trial.number,
    )


def _found(plan: Plan, study: StudyRecord, trial: TrialRecord) -> str:
    is_best = study.best is not None and study.best.number == trial.number
    which = "the best of" if is_best else "one of"
    pruner = "without pruning" if plan.pruner == "none" else f"with the pruner {plan.pruner}"
    return f"{which} {count(study.counted, 'trial')} by the sampler {plan.sampler} {pruner}"
