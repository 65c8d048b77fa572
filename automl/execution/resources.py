"""What a user asks an executor to use."""

from __future__ import annotations

from dataclasses import dataclass

from automl.core.errors import UserError


@dataclass(frozen=True)
class Resources:
    """What the trials may use; None leaves the choice to the executor.

    Args:
        workers: Trials that run at once.
        cpus_per_trial: CPU threads of each trial.
        gpus_per_trial: GPUs of each trial: a fraction shares one GPU between trials, 0 trains on
            the CPU.
        address: A running Ray cluster to join, as ``host:port`` or ``auto``.

    Raises:
        UserError: an amount that no trial can run with.
    """

    workers: int | None = None
    cpus_per_trial: int | None = None
    gpus_per_trial: float | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        for name in ("workers", "cpus_per_trial"):
            amount = getattr(self, name)
            if amount is not None and amount < 1:
                raise UserError(f"`{name}` (={amount}) must be at least 1")
        share = self.gpus_per_trial
        if share is not None and (share < 0 or (share > 1 and share % 1)):
            raise UserError(
                f"`gpus_per_trial` (={share:g}) must be 0, a fraction of 1, or a whole number"
            )
