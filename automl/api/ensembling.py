"""The ensemble of a study: the best average of the models that it has kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING

from automl.api.candidates import Candidate, choose_together, task_of
from automl.api.final_bundle import estimate
from automl.api.models import make_facts
from automl.api.parts import Datasets
from automl.core.errors import StudyError, UserError
from automl.core.final import Ensemble, Estimate, Final, Member
from automl.core.text import count
from automl.finalizing.record import count_test_opening, keep_final, read_test_opened
from automl.store import WEIGHTS
from automl.tuning.lock import locked

if TYPE_CHECKING:
    from automl.core.records import StudyRecord, TrialRecord
    from automl.core.trial import Config
    from automl.data.dataset import Dataset
    from automl.export.bundle import Bundle
    from automl.export.facts import ModelFacts
    from automl.store import StudyFolder
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

        Raises:
            StudyError: if there are no weights to make it of.
        """
        from automl.export.evaluate import evaluate

        data = self.datasets(self._config(final.trial))
        candidates = self._candidates(final, data)
        if not candidates:
            raise StudyError(f"study {self.study.name!r} has no weights left for an ensemble")
        choices = self.plan.ensemble or 1
        shares, score = choose_together(
            candidates, data, self.study.metric, self.study.maximize, choices
        )
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
        ensemble = Ensemble(choices, tuple(members), score, test)
        made = replace(final, ensemble=ensemble, test_opened=read_test_opened(self.folder))
        with locked(self.folder.lock):
            keep_final(self.folder, made)
        return made

    def _candidates(self, final: Final, data: Dataset) -> list[Candidate]:
        """The kept checkpoints of trials and the refits that read the data as ``final`` does."""
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
            if weights.is_file()
        ]
        return [each for each in found if self.datasets(each.config).encoding == data.encoding]

    def _write(
        self,
        chosen: Sequence[Candidate],
        members: Sequence[Member],
        data: Dataset,
        score: Estimate,
    ) -> Bundle:
        from automl.export.bundle import Bundle
        from automl.models.modules.ensemble import Ensemble as Module

        models = [each.model(data) for each in chosen]
        together = Module(models, [each.share for each in members], task_of(data).average)
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

    def _config(self, trial: int) -> Config:
        return self.folder.trial(trial).spec().config
