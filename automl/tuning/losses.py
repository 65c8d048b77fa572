"""How often a trial was lost with the process that ran it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from optuna.trial import FrozenTrial

# So often may a trial be lost without a new report in between. One that takes its process with it
# every time must not be tried for ever; one that makes headway may be.
MOST = 3


@dataclass(frozen=True)
class Losses:
    """A trial's losses since it last made headway.

    Args:
        step: Its last reported step then, 0 for none.
        count: How often it was lost there.
    """

    KEY: ClassVar[str] = "lost"

    step: int
    count: int

    @classmethod
    def of(cls, trial: FrozenTrial) -> Losses:
        """What is known of ``trial``, as it stands now."""
        step, count = trial.user_attrs.get(cls.KEY, (0, 0))
        reached = trial.last_step or 0
        return cls(reached, count if step == reached else 0)

    @property
    def one_more(self) -> Losses:
        """After it was lost again."""
        return Losses(self.step, self.count + 1)

    @property
    def too_many(self) -> bool:
        """Whether it is to be given up."""
        return self.count >= MOST

    def as_record(self) -> list[int]:
        """For the study's storage."""
        return [self.step, self.count]
