"""The ensemble of a study: the best average of the models that it has kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from automl.api.final_bundle import estimate
from automl.api.models import make_facts
from automl.api.parts import Datasets
from automl.core.errors import UserError
from automl.core.final import Ensemble, Estimate, Final, Member
from automl.core.text import count
from automl.finalizing.record import count_test_opening, keep_final, read_test_opened
from automl.finalizing.selection import select
from automl.store import WEIGHTS
from automl.tuning.lock import locked

if TYPE_CHECKING:
    import torch

    from automl.core.records import StudyRecord, TrialRecord
    from automl.core.trial import Config
    from automl.data.dataset import Dataset
    from automl.export.bundle import Bundle
    from automl.export.facts import ModelFacts
    from automl.models.modules.model import Model
    from automl.store import StudyFolder
    from automl.tasks.task import Task
    from automl.tuning.plan import Plan


def has_ensemble(final: Final, folder: StudyFolder, most: int | None) -> bool:
    """Whether the ensemble of ``most`` choices is there, or none is asked for."""
    from automl.export.bundle import Bundle

    if most is None:
        return True
    try:
        Bundle.load(folder.ensemble)
    except UserError:
        return False
    return final.ensemble is not None and final.ensemble.choices == most


@dataclass(frozen=True)
class Candidate:
    """A model that was trained on the train split alone.

    Args:
        trial: Whose configuration it has.
        weights: Where its weights are.
        seed: Of the refit that it is; None is the trial's own training.
    """

    trial: int
    weights: Path
    seed: int | None = None


@dataclass(frozen=True)
class Ensembling:
    """Chooses, writes and measures an ensemble.

    Args:
        plan: The study's; says how many choices there are.
        folder: Its folder.
        study: Its trials.
        datasets: Its data.
    """

    plan: Plan
    folder: StudyFolder
    study: StudyRecord
    datasets: Datasets

    def make(self, final: Final, opened: bool) -> Final:
        """The final model with the ensemble beside it.

        Args:
            final: The final model, whose data the ensemble is for.
            opened: Whether the test split was opened for the final model just now; else this is
                an opening of its own.
        """
        from automl.export.evaluate import evaluate

        data = self.datasets(self._config(final.trial))
        candidates = self._candidates(final, data)
        shares, score = self._choose(candidates, data)
        chosen = [candidates[at] for at in shares]
        says = zip(chosen, shares.values(), strict=True)
        members = [Member(each.trial, share, each.seed) for each, share in says]
        bundle = self._write(chosen, members, data, score)
        if not opened:
            with locked(self.folder.lock):
                count_test_opening(self.folder)
        found = evaluate(bundle, data.test)
        scores = sorted(found.scores, key=lambda each: each.metric != self.study.metric)
        test = tuple(estimate(each) for each in scores if isfinite(each.value))
        choices = self.plan.ensemble or 1
        ensemble = Ensemble(choices, tuple(members), score, test)
        made = replace(final, ensemble=ensemble, test_opened=read_test_opened(self.folder))
        with locked(self.folder.lock):
            keep_final(self.folder, made)
        return made

    def _candidates(self, final: Final, data: Dataset) -> list[Candidate]:
        """The kept checkpoints of trials and the refits that read the data as ``final`` does."""
        complete = (each for each in self.study.ranked if each.status == "complete")
        found = [Candidate(each.number, self.folder.weights(each.number)) for each in complete]
        found += [
            Candidate(each.trial, self.folder.refit(each.trial, seed) / WEIGHTS, seed)
            for each in final.finalists
            for seed in final.seeds
        ]
        kept = [each for each in found if each.weights.is_file()]
        return [
            each
            for each in kept
            if self.datasets(self._config(each.trial)).encoding == data.encoding
        ]

    def _choose(
        self, candidates: Sequence[Candidate], data: Dataset
    ) -> tuple[dict[int, float], Estimate]:
        """The places of the chosen with their shares, and their score on validation."""
        import torch

        from automl.export.run import run_module
        from automl.export.samples import in_batches

        runs = [run_module(self._model(each, data)) for each in candidates]
        outputs = [torch.tensor(in_batches(run, data.validation.inputs, 64)) for run in runs]
        judge = _Judge(_task(data), self.study.metric, self.study.maximize, data.validation.targets)
        together = torch.stack(outputs)
        shares = select(together, judge, self.plan.ensemble or 1)
        chosen = judge.value(together[list(shares)], torch.tensor(list(shares.values())))
        return shares, Estimate(self.study.metric, chosen)

    def _write(
        self,
        chosen: Sequence[Candidate],
        members: Sequence[Member],
        data: Dataset,
        score: Estimate,
    ) -> Bundle:
        from automl.export.bundle import Bundle
        from automl.models.modules.ensemble import Ensemble as Module

        models = [self._model(each, data) for each in chosen]
        together = Module(models, [each.share for each in members], _task(data).average)
        facts = self._facts(members, data, score)
        return Bundle.write(self.folder.ensemble, facts, together.state_dict())

    def _facts(self, members: Sequence[Member], data: Dataset, score: Estimate) -> ModelFacts:
        from automl.export.facts import Member as MemberFacts
        from automl.export.facts import Score

        trials = [self.study.trials[each.trial] for each in members]
        first = self._facts_of(trials[0], data)
        parts = [
            MemberFacts(
                trial=each.trial, network=self._facts_of(trial, data).network, share=each.share
            )
            for each, trial in zip(members, trials, strict=True)
        ]
        known = Score(
            metric=score.metric, value=score.value, basis="what its members were chosen by"
        )
        found = f"{count(len(parts), 'model')} of {first.origin.found.partition(' of ')[2]}"
        return first.model_copy(
            update={
                "network": (),
                "ensemble": tuple(parts),
                "parameters": sum(each.size or 0 for each in trials),
                "scores": (known,),
                "origin": first.origin.model_copy(update={"found": f"an ensemble of {found}"}),
            }
        )

    def _facts_of(self, trial: TrialRecord, data: Dataset) -> ModelFacts:
        return make_facts(self.folder, self.plan, trial, data)

    def _model(self, candidate: Candidate, data: Dataset) -> Model:
        from safetensors.torch import load_file

        from automl.models.network import build_model
        from automl.models.preprocessing.make import make_preprocess

        encoding, network = data.encoding, self._config(candidate.trial).network
        preprocess = make_preprocess(encoding.preprocessing)
        model = build_model(network, encoding.shape, preprocess, _task(data).head)
        model.load_state_dict(load_file(candidate.weights))
        return model.eval()

    def _config(self, trial: int) -> Config:
        return self.folder.spec(trial).config


@dataclass(frozen=True)
class _Judge:
    """How good an average of models is on the validation split."""

    task: Task
    metric: str
    maximize: bool
    targets: object

    def __call__(self, outputs: torch.Tensor, shares: torch.Tensor) -> float:
        """Larger is better."""
        return self.value(outputs, shares) * (1 if self.maximize else -1)

    def value(self, outputs: torch.Tensor, shares: torch.Tensor) -> float:
        """The metric itself."""
        import torch

        average = self.task.average(outputs, shares)
        return self.task.measure(average, torch.tensor(self.targets))[self.metric]


def _task(data: Dataset) -> Task:
    from automl.tasks import TASKS

    return TASKS[data.task](data.target)
