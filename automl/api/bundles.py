"""Bundles of a study: of one trial, of the best trial, and of the final model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.stored_study import storage_of
from automl.core.errors import StudyError, UserError
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count
from automl.core.trial import Config
from automl.finalizing.record import EndedRefit, read_final
from automl.store import Store, StudyFolder, holds_weights
from automl.tuning.plan import Plan

if TYPE_CHECKING:
    import numpy.typing as npt

    from automl.data.dataset import Dataset
    from automl.export.bundle import Bundle
    from automl.export.facts import MemberNetwork, ModelFacts, ModelOrigin
    from automl.models.modules.model import EnsembleModel, Model

# Size of the batches that models are run on.
EXAMPLES_AT_ONCE = 64

Tell = Callable[[str], None]
LoadDataset = Callable[[Config], "Dataset"]


def make_bundle(
    folder: StudyFolder,
    plan: Plan,
    trial: TrialRecord,
    data: Dataset,
    target: Path,
    refit: EndedRefit | None = None,
) -> Bundle:
    """Write the bundle of one trial.

    Args:
        folder: Folder of the study.
        plan: Plan of the study.
        trial: Trial whose weights were kept, so that it has a value and a size.
        data: Data that it was trained on.
        target: Folder to write; an existing bundle is replaced.
        refit: Refit of the trial whose weights are taken; None is the trial's own training.
    """
    from safetensors.torch import load_file

    from automl.export.bundle import Bundle

    facts = make_facts(folder, plan, trial, data)
    if refit is None:
        return Bundle.write(target, facts, load_file(folder.trial(trial.number).weights))
    origin = facts.origin.model_copy(
        update={"found": f"{facts.origin.found}, a refit with a new seed", "seed": refit.seed}
    )
    [score] = facts.scores
    scores = (score.model_copy(update={"value": refit.result.objective}),)
    facts = facts.model_copy(update={"scores": scores, "origin": origin})
    return Bundle.write(target, facts, load_file(refit.weights))


def make_facts(folder: StudyFolder, plan: Plan, trial: TrialRecord, data: Dataset) -> ModelFacts:
    """The facts that the bundle of one trial states; see ``make_bundle``."""
    from automl.export.facts import ModelFacts, ModelScore

    return ModelFacts(
        task=data.task,
        encoding=data.encoding,
        target=data.target,
        network=folder.trial(trial.number).config()["network"],
        parameters=trial.num_parameters,
        scores=(ModelScore(metric=plan.metric, value=trial.objective, basis=_basis(data)),),
        origin=_make_origin(folder, plan, trial, data),
    )


def _make_origin(folder: StudyFolder, plan: Plan, trial: TrialRecord, data: Dataset) -> ModelOrigin:
    """The origin of a model, as its bundle states it.

    Args:
        folder: Folder of the study.
        plan: Plan of the study.
        trial: Trial of the model.
        data: Data that it was trained on.
    """
    from automl.export.facts import ModelOrigin
    from automl.tuning.trial_records import load_study, study_record, time_used

    study = load_study(storage_of(plan, Store(folder.path.parent)), plan.name)
    splits = {"train": data.train, "validation": data.validation, "test": data.test}
    return ModelOrigin(
        study=plan.name,
        trial=trial.number,
        epochs=plan.epochs,
        data=data.name,
        fingerprint=data.fingerprint,
        test_split=data.test_split,
        examples={name: len(split) for name, split in splits.items()},
        found=_found(plan, study_record(study), trial),
        seconds=time_used(study).wall,
        seed=plan.seed + trial.number,
    )


def _found(plan: Plan, study: StudyRecord, trial: TrialRecord) -> str:
    is_best = study.best is not None and study.best.number == trial.number
    which = "the best of" if is_best else "one of"
    pruner = "without pruning" if plan.pruner == "none" else f"with the pruner {plan.pruner}"
    return f"{which} {count(study.counted, 'trial')} by the sampler {plan.sampler} {pruner}"


def _basis(data: Dataset) -> str:
    return f"one training, {len(data.validation):,} {data.encoding.unit}"


def is_best_kept(study: StudyRecord, folder: StudyFolder) -> bool:
    """Whether ``best/`` holds the best trial that has weights, or there is neither."""
    from automl.export.bundle import Bundle

    best = _best_with_weights(study, folder)
    try:
        kept = Bundle.load(folder.best).facts.origin
    except UserError:
        return best is None
    return best is not None and kept.trial == best.number


def keep_best(
    study: StudyRecord, folder: StudyFolder, plan: Plan, datasets: LoadDataset, tell: Tell
) -> None:
    """Write the bundle of the best trial, unless there is a final model.

    Args:
        study: The study with all its trials.
        folder: Folder of the study, from which files may be missing.
        plan: Plan of the study.
        datasets: Function that loads the dataset a configuration asks for.
        tell: Function that is told if the weights of the best trial are missing.
    """
    if read_final(folder) is not None:
        return
    best = _best_with_weights(study, folder)
    if best != study.best and study.best is not None:
        instead = f"{folder.best} has trial {best.number}" if best else "there is no other model"
        tell(f"trial {study.best.number} is the best, but its weights are not here: {instead}")
    if best is not None:
        data = datasets(Config(**folder.trial(best.number).config()))
        make_bundle(folder, plan, best, data, folder.best)


def _best_with_weights(study: StudyRecord, folder: StudyFolder) -> TrialRecord | None:
    """The best trial whose weights and configuration can be read."""
    for trial in study.ranked:
        files = folder.trial(trial.number)
        if not holds_weights(files.weights):
            continue
        try:
            files.config()
        except StudyError:  # it is damaged
            continue
        return trial
    return None


def with_members(
    facts: ModelFacts, members: Sequence[MemberNetwork], parameters: int
) -> ModelFacts:
    """The facts of an average of models, from those of one of them.

    Args:
        facts: Facts of one of the models.
        members: Networks of the models, with their shares.
        parameters: Number of parameters of all of them together.
    """
    return facts.model_copy(
        update={"network": (), "ensemble": tuple(members), "parameters": parameters}
    )


def validation_outputs(model: Model | EnsembleModel, data: Dataset) -> npt.NDArray[Any]:
    """Outputs of a model for the validation split, (N, …) float32."""
    from automl.export.runtime import as_function, in_batches

    return in_batches(as_function(model), data.validation.inputs, EXAMPLES_AT_ONCE)
