"""The bundle of a study's final model: it is put together, measured, written and reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from automl.api.bundles import make_facts, validation_outputs, with_members
from automl.core.errors import UserError
from automl.core.final import NO_REFIT, Estimate, FinalRecord
from automl.core.machine import locked
from automl.core.text import count
from automl.finalizing.ensemble import load_model, task_of
from automl.finalizing.record import count_test_opening, find_doubts, keep_final, read_test_opened
from automl.store import WEIGHTS, StudyFolder, holds_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    from automl.core.error_analysis import ErrorAnalysis
    from automl.core.records import StudyRecord
    from automl.data.dataset import Dataset
    from automl.export.bundle import Bundle
    from automl.export.facts import ModelFacts, ModelScore
    from automl.finalizing.finalizer import FinalTraining
    from automl.inference.bootstrap import MetricScore
    from automl.inference.evaluate import Evaluation
    from automl.models.modules.model import EnsembleModel
    from automl.tuning.plan import Plan


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
        """Write the bundle to ``best/``, and beside the refits what the model gets wrong."""
        self.folder.keep_final_review(self._review())
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
        from automl.inference.evaluate import evaluate_outputs

        if not self._averages:
            return None
        metric = self.study.metric
        found = evaluate_outputs(bundle, self._outputs, self.data.validation, metric)
        return estimate(found.score(metric), found)

    @cached_property
    def _outputs(self) -> npt.NDArray[Any]:
        """Outputs for the validation split of the average of what never saw it, (N, …)."""
        weights = [each.weights for each in self.trained.fits]
        if not self._averages:
            refits = [self.folder.refit(self.trained.chosen.trial, each) for each in self.seeds]
            weights = [each / WEIGHTS for each in refits if holds_weights(each / WEIGHTS)]
        return validation_outputs(self._average(weights), self.data)

    def _average(self, weights: Sequence[Path]) -> EnsembleModel:
        from automl.models.modules.model import EnsembleModel

        config = self.trained.fits[0].spec.config
        models = [load_model(config, each, self.data) for each in weights]
        return EnsembleModel(models, [1 / len(models)] * len(models), task_of(self.data).average)

    def _review(self) -> ErrorAnalysis:
        """What it gets wrong on the validation split."""
        import torch

        from automl.trials.runner import analyse_errors

        targets = torch.tensor(self.data.validation.targets)
        return analyse_errors(torch.tensor(self._outputs), targets, self.data)

    def _write(self, target: Path, facts: ModelFacts) -> Bundle:
        from safetensors.torch import load_file

        from automl.export.bundle import Bundle

        weights = [each.weights for each in self.trained.fits]
        if not self._averages:
            return Bundle.write(target, facts, load_file(weights[0]))
        return Bundle.write(target, facts, self._average(weights).state_dict())

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
