"""How a trial ended, and what an exception says about that."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from automl.core.errors import AutomlError, Infeasible
from automl.core.trial import Status
from automl.training.diverged import Diverged
from automl.trials.memory import shortage_behind


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: the part of its result that is not measured.

    Args:
        status, reason, violation: As in ``TrialResult``.
    """

    status: Status
    reason: str = ""
    violation: float = 0.0


def outcome_of(error: Exception, device: torch.device) -> Outcome:
    """How a trial on ``device`` ended that raised ``error``. Call it while that is handled."""
    if isinstance(error, Infeasible):
        return Outcome(Status.INFEASIBLE, error.reason, error.violation)
    if isinstance(error, Diverged):
        return Outcome(Status.DIVERGED, str(error))
    shortage = shortage_behind(error, device)
    if shortage is not None:
        return Outcome(Status.OUT_OF_MEMORY, str(shortage), shortage.violation)
    if isinstance(error, OSError):  # its files: a full disk is no fault of the trial
        return Outcome(Status.LOST, f"its files could not be read or written: {error}")
    return Outcome(Status.FAILED, _explain(error))


def _explain(error: Exception) -> str:
    """Why a trial failed, in one line."""
    if isinstance(error, AutomlError):
        return str(error)
    first = str(error).splitlines()[0] if str(error) else ""
    return f"{type(error).__name__}: {first} (see log.txt in the trial's folder)"
