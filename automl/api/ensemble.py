"""Choose, write and measure the ensemble of a study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING

from automl.api.bundles import make_facts, validation_outputs, with_members
from automl.api.final_bundle import estimate
from automl.core.errors import StudyError, UserError
from automl.core.final import EnsembleMember, EnsembleRecord, Estimate, FinalRecord
from automl.core.machine import locked
from automl.core.records import StudyRecord, TrialRecord
from automl.core.text import count
from automl.core.trial import Config
from automl.finalizing.ensemble import Candidate, choose_members, task_of
from automl.finalizing.record import count_test_opening, keep_final, read_test_opened
from automl.store import WEIGHTS, StudyFolder, holds_weights
from automl.tuning.plan import Plan

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.export.bundle import Bundle
    from automl.export.facts import ModelFacts


def has_ensemble(final: FinalRecord, folder: StudyFolder, most: int | None) -> bool:
    """Whether the ensemble of ``most`` choices exists, or none is asked for."""
    from automl.export.bundle import Bundle

    if most is None:
        return True
    try:
        Bundle.load(folder.ensemble)
    except UserError:
        return False
    return final.ensemble is not None and final.ensemble.choices == most


@dataclass(frozen=True)
class EnsembleMaker:
    """Chooses, writes and measures an ensemble.

    Args:
        plan: Plan of the study, with the number of choices.
        folder: Folder of the study.
        study: The study with all its trials.
        datasets: Function that loads the dataset a configuration asks for.
    """

    plan: Plan
    folder: StudyFolder
    study: StudyRecord
    datasets: Callable[[Config], Dataset]

    def make(self, final: FinalRecord, opened: bool) -> FinalRecord:
        """The final model with the ensemble beside it.

        Args:
            final: Record of the final model.
            opened: Whether the test split was just opened for the final model; else measuring the
                ensemble counts as another opening.

        Raises:
            StudyError: if no weights are left to choose from.
        """
        from automl.inference.evaluate import evaluate_split

        data = self.datasets(self._config(final.trial))
        candidates = self._candidates(final, data)
        if not candidates:
            raise StudyError(f"study {self.study.name!r} has no weights left for an ensemble")
        choices = self.plan.ensemble or 1
        shares, score = choose_members(
            [validation_outputs(each.model(data), data) for each in candidates],
            data,
            self.study.metric,
            self.study.maximize,
            choices,
        )
        chosen = [candidates[at] for at in shares]
        says = zip(chosen, shares.values(), strict=True)
        members = [EnsembleMember(each.trial, share, each.seed) for each, share in says]
        bundle = self._write(chosen, members, data, score)
        if not opened:
            with locked(self.folder.lock):
                count_test_opening(self.folder, "ensemble")
        found = evaluate_split(bundle, data.test)
        scores = sorted(found.scores, key=lambda each: each.metric != self.study.metric)
        test = tuple(estimate(each, found) for each in scores if isfinite(each.value))
        ensemble = EnsembleRecord(choices, tuple(members), score, test)
        made = replace(final, ensemble=ensemble, test_opened=read_test_opened(self.folder))
        with locked(self.folder.lock):
            keep_final(self.folder, made)
        return made

    def _candidates(self, final: FinalRecord, data: Dataset) -> list[Candidate]:
        """Trials and refits that have weights and read the data as the final model does."""
        folder = self.folder
        places = [
            (each.number, folder.trial(each.number).weights, None)
            for each in self.study.ranked
            if each.status == "complete"
        ]
        refits = [
            (each.trial, folder.refit(each.trial, seed) / WEIGHTS, seed)
            for each in final.finalists
            for seed in final.seeds
        ]
        found = [
            Candidate(trial, self._config(trial), weights, seed)
            for trial, weights, seed in [*places, *refits]
            if holds_weights(weights)
        ]
        return [each for each in found if self.datasets(each.config).encoding == data.encoding]

    def _write(
        self,
        chosen: Sequence[Candidate],
        members: Sequence[EnsembleMember],
        data: Dataset,
        score: Estimate,
    ) -> Bundle:
        from automl.export.bundle import Bundle
        from automl.models.modules.model import EnsembleModel as Module

        models = [each.model(data) for each in chosen]
        together = Module(models, [each.share for each in members], task_of(data).average)
        facts = self._facts(members, data, score)
        return Bundle.write(self.folder.ensemble, facts, together.state_dict())

    def _facts(
        self, members: Sequence[EnsembleMember], data: Dataset, score: Estimate
    ) -> ModelFacts:
        from automl.export.facts import MemberNetwork as MemberFacts
        from automl.export.facts import ModelScore

        trials = [self.study.trials[each.trial] for each in members]
        first = self._facts_of(trials[0], data)
        networks = [
            MemberFacts(
                trial=each.trial, network=self._facts_of(trial, data).network, share=each.share
            )
            for each, trial in zip(members, trials, strict=True)
        ]
        known = ModelScore(
            metric=score.metric, value=score.value, basis="the score that chose its members"
        )
        found = f"{count(len(networks), 'model')} of {first.origin.found.partition(' of ')[2]}"
        origin = first.origin.model_copy(update={"found": f"an ensemble of {found}"})
        parameters = sum(each.num_parameters or 0 for each in trials)
        together = with_members(first, networks, parameters)
        return together.model_copy(update={"scores": (known,), "origin": origin})

    def _facts_of(self, trial: TrialRecord, data: Dataset) -> ModelFacts:
        return make_facts(self.folder, self.plan, trial, data)

    def _config(self, trial: int) -> Config:
        return self.folder.trial(trial).spec().config
