"""A slot's worker, as the driver knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from automl.execution.curve import Curve


@dataclass(frozen=True)
class Site:
    """Where a worker is: its first word, once it is up.

    Args:
        device: What its trials take memory from: its node, and its GPUs there if it has any.
        log: The file that its standard error goes to, where that can be known.
    """

    device: tuple[str, ...]
    log: str | None = None


@dataclass(eq=False)
class Seat:
    """A worker and what it does.

    Args:
        actor: The Ray actor.
        site: None until the worker is up.
        holds: Keys of the datasets that it has.
        trial: What it runs, or None.
        alone: Whether no other trial may run on its device meanwhile.
    """

    actor: Any
    site: Site | None = None
    holds: set[int] = field(default_factory=set)
    trial: Curve | None = None
    alone: bool = False

    @property
    def log(self) -> str | None:
        """The worker's standard error, once it is up."""
        return self.site.log if self.site else None

    def take(self, trial: Curve, alone: bool) -> None:
        """Be taken by a trial."""
        self.trial, self.alone = trial, alone

    def free(self) -> None:
        """Be free for the next trial."""
        self.trial, self.alone = None, False
