"""The model that a study delivers: its final model, or its best trial while there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl.core.final import Estimate, FinalRecord
from automl.core.records import StudyRecord, TrialRecord, to_stored
from automl.core.text import count


@dataclass(frozen=True)
class DeliveredModel:
    """The model that ``best/`` holds, with the scores that it is known by.

    Args:
        trial: Trial with its configuration; the best one if there is no final model.
        validation: Its objective on the validation split.
        final: Record of the final model, or None while there is none.
    """

    trial: TrialRecord
    validation: Estimate
    final: FinalRecord | None = None

    @classmethod
    def of_trial(cls, trial: TrialRecord, metric: str) -> DeliveredModel:
        """A trial's own model, as the search trained it.

        Args:
            trial: Trial with a value.
            metric: Name of the objective.
        """
        assert trial.objective is not None, f"trial {trial.number} has no value"
        return cls(trial, Estimate(metric, trial.objective, basis="one training"))

    @property
    def kind(self) -> str:
        """What it is: ``"final model"`` or ``"best trial"``."""
        return "best trial" if self.final is None else "final model"

    @property
    def scores(self) -> tuple[Estimate, ...]:
        """Every metric on the split that it is known by, the objective first."""
        return (self.final.test if self.final else ()) or (self.validation,)

    @property
    def score(self) -> Estimate:
        """The objective on the split that it is known by."""
        return self.scores[0]

    @property
    def split(self) -> str:
        """The split that it is known by: ``"test"`` for a final model, else ``"validation"``."""
        return "test" if self.final is not None and self.final.test else "validation"

    @property
    def members(self) -> int:
        """Number of networks whose average it is; 1 for a single one."""
        return max(self.final.members, 1) if self.final is not None else 1

    @property
    def num_parameters(self) -> int | None:
        """Number of parameters of all its networks together, or None if unknown."""
        size = self.trial.num_parameters
        return None if size is None else self.members * size

    def cost(self, name: str) -> float | None:
        """A cost of all its networks together, one of ``COSTS``; None if unknown."""
        cost = self.trial.cost(name)
        return None if cost is None else self.members * cost

    def scored(self) -> str:
        """Its score in words: ``"accuracy 0.9419 (0.8710 to 0.9749) on test"``."""
        return f"{self.score} on {self.split}"

    def made(self) -> str:
        """How it was made: ``"trial 3, the average of its 3 refits"``."""
        return f"trial {self.trial.number}" if self.final is None else self.final.made()

    def network(self) -> str:
        """Its size in words: ``"3 × 1,234 parameters, 4,096 FLOPs each"``."""
        size, flops = self.trial.num_parameters, self.trial.flops
        if size is None:
            return "of unknown size"
        times = f"{self.members} × " if self.members > 1 else ""
        cost = "" if flops is None else f", {count(flops, 'FLOP')} an example"
        return f"{times}{count(size, 'parameter')}{cost}{' each' if times and cost else ''}"

    def as_stored(self) -> dict[str, Any]:
        """The model for scripts."""
        return {
            "kind": self.kind,
            "trial": self.trial.number,
            "made": self.made(),
            "members": self.members,
            "size": self.num_parameters,
            "split": self.split,
            **to_stored(self.score),
            "validation": to_stored(self.validation),
        }


def delivered_model(study: StudyRecord, final: FinalRecord | None) -> DeliveredModel | None:
    """The model that a study delivers; None while it has none.

    Args:
        study: The study with all its trials.
        final: Record of its final model, or None while there is none.
    """
    if final is not None and final.trial < len(study.trials):
        return DeliveredModel(study.trials[final.trial], final.score, final)
    best = study.best
    return None if best is None else DeliveredModel.of_trial(best, study.metric)
