"""Bundles of a study: of one trial, of the best trial, and of the final model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from automl.api.stored_study import storage_of
from automl.core.errors import StudyError, UserError
from automl.core.final import NO_REFIT, Estimate, FinalRecord
from automl.core.machine import locked
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count
from automl.core.trial import Config
from automl.finalizing.ensemble import load_model, task_of
from automl.finalizing.record import (
    count_test_opening,
    find_doubts,
    keep_final,
    read_final,
    read_test_opened,
)
from automl.store import Store, StudyFolder, holds_weights
from automl.tuning.plan import Plan

if TYPE_CHECKING:
    import numpy.typing as npt

    from automl.data.dataset import Dataset
    from automl.export.bundle import Bundle
    from automl.export.facts import MemberNetwork, ModelFacts, ModelOrigin, ModelScore
    from automl.finalizing.finalizer import FinalTraining
    from automl.inference.bootstrap import MetricScore
    from automl.inference.evaluate import Evaluation
    from automl.models.modules.model import Model

# Size of the batches that models are run on.
EXAMPLES_AT_ONCE = 64

Tell = Callable[[str], None]
LoadDataset = Callable[[Config], "Dataset"]


def make_bundle(
    folder: StudyFolder, plan: Plan, trial: TrialRecord, data: Dataset, target: Path
) -> Bundle:
    """Write the bundle of one trial.

    Args:
        folder: Folder of the study.
        plan: Plan of the study.
        trial: Trial whose weights were kept, so that it has a value and a size.
        data: Data that it was trained on.
        target: Folder to write; an existing bundle is replaced.
    """
    from safetensors.torch import load_file

    from automl.export.bundle import Bundle

    facts = make_facts(folder, plan, trial, data)
    return Bundle.write(target, facts, load_file(folder.trial(trial.number).weights))


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


def has_bundle_of(final: FinalRecord, folder: StudyFolder) -> bool:
    """Whether the study's bundle is that of its final model."""
    from automl.export.bundle import Bundle

    try:
        facts = Bundle.load(folder.best).facts
    except UserError:
        return False
    measured = [(each.metric, each.value) for each in facts.scores if each.split == "test"]
    same = measured == [(each.metric, each.value) for each in final.test]
    return same and facts.origin.final and facts.origin.trial == final.trial


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


def validation_outputs(model: Model, data: Dataset) -> npt.NDArray[Any]:
    """Outputs of a model for the validation split, (N, …) float32."""
    from automl.export.runtime import as_function, in_batches

    return in_batches(as_function(model), data.validation.inputs, EXAMPLES_AT_ONCE)


@dataclass(frozen=True)
class FinalBundle:
    """Turns the trainings of the final model into its bundle.

    Args:
        plan: Plan of the study.
        folder: Folder of the study.
        study: The study with all its trials.
        trained: The trainings.
        data: Data with its three original splits.
        seeds: Seeds of the refits.
    """

    plan: Plan
    folder: StudyFolder
    study: StudyRecord
    trained: FinalTraining
    data: Dataset
    seeds: tuple[int, ...]

    def open_test(self) -> FinalRecord:
        """Measure the model on the test split, and record that and how it was chosen."""
        from automl.inference.evaluate import evaluate_split

        with TemporaryDirectory() as scratch:
            bundle = self._write(Path(scratch) / "bundle", self._facts(()))
            validation = self._validation(bundle)
            with locked(self.folder.lock):
                count_test_opening(self.folder, "final model")
            found = evaluate_split(bundle, self.data.test)
        final = replace(self._final(found), validation=validation)
        final = replace(final, doubts=self._doubts(final))
        with locked(self.folder.lock):
            keep_final(self.folder, final)
        return final

    def write(self, final: FinalRecord) -> None:
        """Write the bundle to ``best/``."""
        scores = (_score(final.score, "validation"), *(_score(each, "test") for each in final.test))
        self._write(self.folder.best, self._facts(scores, final.doubts))

    def _doubts(self, final: FinalRecord) -> tuple[str, ...]:
        """What speaks against the model, now that the test split is open."""
        from automl.trials.references import find_references

        study, training = self.study, self.trained.fits[0].spec.config.training
        references = find_references(self.data, study.metric, self.data.test)
        updates = final.epochs * final.examples / training["batch_size"]
        return find_doubts(final, references, study.maximize, updates)

    @property
    def _averages(self) -> bool:
        return self.trained.single_because in ("", NO_REFIT)

    def _validation(self, bundle: Bundle) -> Estimate | None:
        """The objective of an average on the validation split; None if it was trained on that."""
        from automl.inference.evaluate import evaluate_split

        if not self._averages:
            return None
        metric = self.study.metric
        found = evaluate_split(bundle, self.data.validation, metric)
        return estimate(found.score(metric), found)

    def _write(self, target: Path, facts: ModelFacts) -> Bundle:
        from safetensors.torch import load_file

        from automl.export.bundle import Bundle
        from automl.models.modules.model import EnsembleModel

        fits = self.trained.fits
        if not self._averages:
            return Bundle.write(target, facts, load_file(fits[0].weights))
        models = [load_model(each.spec.config, each.weights, self.data) for each in fits]
        shares = [each.share for each in facts.ensemble]
        together = EnsembleModel(models, shares, task_of(self.data).average)
        return Bundle.write(target, facts, together.state_dict())

    def _facts(self, scores: tuple[ModelScore, ...], doubts: tuple[str, ...] = ()) -> ModelFacts:
        from automl.export.facts import MemberNetwork

        trial, fits = self.study.trials[self.trained.chosen.trial], self.trained.fits
        facts = make_facts(self.folder, self.plan, trial, self.data)
        seeds = count(len(self.trained.chosen.values), "seed")
        refitted = self.trained.single_because != NO_REFIT
        origin = facts.origin.model_copy(
            update={
                "found": facts.origin.found + (f", refitted over {seeds}" if refitted else ""),
                "seed": fits[0].spec.seed,
                "test_opened": read_test_opened(self.folder),
                "final": True,
            }
        )
        facts = facts.model_copy(update={"scores": scores, "origin": origin, "doubts": doubts})
        if not self._averages:
            return facts
        member = MemberNetwork(trial=trial.number, network=facts.network, share=1 / len(fits))
        return with_members(facts, [member] * len(fits), len(fits) * facts.parameters)

    def _final(self, found: Evaluation) -> FinalRecord:
        ranking, last = self.trained.ranking, self.trained.results[0].measurements[-1]
        objective = self.study.metric
        scores = sorted(found.scores, key=lambda each: each.metric != objective)
        return FinalRecord(
            finalists=ranking.finalists,
            seeds=self.seeds,
            trial=self.trained.chosen.trial,
            told_apart=ranking.told_apart,
            epochs=last.epoch,
            examples=len(self.trained.fits[0].data.train),
            test=tuple(estimate(each, found) for each in scores if isfinite(each.value)),
            basis=found.basis,
            test_opened=read_test_opened(self.folder),
            members=len(self.trained.fits) if self._averages else 0,
            single_because=self.trained.single_because,
        )


def estimate(score: MetricScore, found: Evaluation) -> Estimate:
    """A metric of an evaluation, as study.yaml keeps it; an infinite interval is left out."""
    limits = [each for each in (score.low, score.high) if each is not None and isfinite(each)]
    low, high = limits if len(limits) == 2 else (None, None)
    return Estimate(score.metric, score.value, low, high, found.basis_of(score.metric))


def _score(found: Estimate, split: str) -> ModelScore:
    from automl.export.facts import ModelScore

    return ModelScore.model_validate(
        {
            "metric": found.metric,
            "value": found.value,
            "split": split,
            "low": found.low,
            "high": found.high,
            "basis": found.basis,
        }
    )
