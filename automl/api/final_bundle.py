"""The final model's bundle: measured once on the test split, and written with all its scores."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from automl.api.models import make_facts
from automl.core.errors import UserError
from automl.core.final import Estimate, Final
from automl.core.text import count
from automl.finalizing.record import count_test_opening, keep_final, read_test_opened
from automl.tuning.lock import locked

if TYPE_CHECKING:
    from automl.core.records import StudyRecord
    from automl.data.dataset import Dataset
    from automl.export.bootstrap import MetricScore
    from automl.export.bundle import Bundle
    from automl.export.evaluate import Evaluation
    from automl.export.facts import ModelFacts, Score
    from automl.finalizing.finalizer import Trained
    from automl.store import StudyFolder
    from automl.tuning.plan import Plan


def has_bundle_of(final: Final, folder: StudyFolder) -> bool:
    """Whether the study's bundle is that of its final model."""
    from automl.export.bundle import Bundle

    try:
        origin = Bundle.load(folder.best).facts.origin
    except UserError:
        return False
    return origin.final and origin.trial == final.trial and origin.test_opened == final.test_opened


@dataclass(frozen=True)
class FinalBundle:
    """What was trained, on its way into a bundle.

    Args:
        plan: The study's.
        folder: The study's.
        study: Its trials.
        trained: The final model.
        data: The data with its three splits as they are.
        seeds: Of the refits.
    """

    plan: Plan
    folder: StudyFolder
    study: StudyRecord
    trained: Trained
    data: Dataset
    seeds: tuple[int, ...]

    def open_test(self) -> Final:
        """Measure the model on the test split, and keep that and how it was chosen."""
        from automl.export.evaluate import evaluate

        with TemporaryDirectory() as scratch:
            bundle = self._write(Path(scratch) / "bundle", self._facts(()))
            with locked(self.folder.lock):
                count_test_opening(self.folder)
            found = evaluate(bundle, self.data.test)
        final = self._final(found)
        with locked(self.folder.lock):
            keep_final(self.folder, final)
        return final

    def write(self, final: Final) -> None:
        """Write the bundle in the place of the study's best."""
        scores = tuple(_score(each, "test", final.basis) for each in final.test)
        self._write(self.folder.best, self._facts(scores))

    def _write(self, target: Path, facts: ModelFacts) -> Bundle:
        from safetensors.torch import load_file

        from automl.export.bundle import Bundle

        return Bundle.write(target, facts, load_file(self.trained.fit.weights))

    def _facts(self, test: tuple[Score, ...]) -> ModelFacts:
        chosen = self.trained.chosen
        trial = self.study.trials[chosen.trial]
        facts = make_facts(self.folder, self.plan, trial, self.data)
        seeds = count(len(self.seeds), "seed")
        origin = facts.origin.model_copy(
            update={
                "found": f"{facts.origin.found}, refitted over {seeds}",
                "seed": self.trained.fit.spec.seed,
                "test_opened": read_test_opened(self.folder),
                "final": True,
            }
        )
        validation = _score(chosen.mean, "validation", f"mean of {seeds}")
        return facts.model_copy(update={"scores": (validation, *test), "origin": origin})

    def _final(self, found: Evaluation) -> Final:
        ranking, last = self.trained.ranking, self.trained.result.measurements[-1]
        objective = self.study.metric
        scores = sorted(found.scores, key=lambda each: each.metric != objective)
        return Final(
            finalists=ranking.finalists,
            seeds=self.seeds,
            trial=self.trained.chosen.trial,
            told_apart=ranking.told_apart,
            epochs=last.epoch,
            examples=len(self.trained.fit.data.train),
            test=tuple(estimate(each) for each in scores if isfinite(each.value)),
            basis=found.basis,
            test_opened=read_test_opened(self.folder),
        )


def estimate(score: MetricScore) -> Estimate:
    """A metric as study.yaml keeps it, with no interval where that is not finite."""
    sure = isfinite(score.low) and isfinite(score.high)
    interval = (score.low, score.high) if sure else (None, None)
    return Estimate(score.metric, score.value, *interval)


def _score(found: Estimate, split: str, basis: str) -> Score:
    from automl.export.facts import Score

    return Score.model_validate(
        {
            "metric": found.metric,
            "value": found.value,
            "split": split,
            "low": found.low,
            "high": found.high,
            "basis": basis,
        }
    )
