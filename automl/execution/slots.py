"""How many trials run at once, and what each of them may use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from automl.core.errors import UserError
from automl.execution.resources import Resources


@dataclass(frozen=True)
class Slots:
    """Places for trials, all alike.

    Args:
        count: Trials that run at once.
        threads: CPU threads of each.
        gpus: GPUs of each; a fraction shares one, 0 is the CPU.
    """

    count: int
    threads: int
    gpus: float

    @property
    def shares_memory(self) -> bool:
        """Whether several of them take memory from one device: a machine's, or a GPU's."""
        return self.count > 1 and self.gpus < 1

    def __str__(self) -> str:
        kind = "GPU" if self.gpus else "CPU"
        return f"{several(self.count, f'{kind} worker')} x {several(self.threads, 'thread')}"


def plan_slots(resources: Resources, cores: int, gpus: int) -> Slots:
    """Share ``cores`` and ``gpus`` out: a slot per GPU, else one per core.

    More workers than cores are the user's wish; more than the GPUs hold cannot be.

    Raises:
        UserError: trials that ask for more GPUs than there are.
    """
    share = _gpus_each(resources, gpus)
    count = resources.workers or _room(share, gpus) or max(1, cores // _cpus_each(resources))
    if share and count > _room(share, gpus):
        raise UserError(
            f"{several(count, 'worker')} x `gpus_per_trial` (={share:g}) is more than "
            f"{several(gpus, 'GPU')}; ask for fewer workers or a smaller share"
        )
    return Slots(count, resources.cpus_per_trial or max(1, cores // count), share)


def _gpus_each(resources: Resources, gpus: int) -> float:
    """GPUs of one trial: as asked, else a whole one unless more workers than GPUs share them."""
    if resources.gpus_per_trial is not None:
        return resources.gpus_per_trial
    if not gpus:
        return 0.0
    sharers = math.ceil((resources.workers or gpus) / gpus)
    return math.floor(10_000 / sharers) / 10_000  # Ray counts GPUs in ten-thousandths


def _room(share: float, gpus: int) -> int:
    """Trials that fit on ``gpus`` when each takes ``share``; a trial never spans two by halves."""
    if not share:
        return 0
    return gpus * int(1 / share) if share < 1 else int(gpus // share)


def _cpus_each(resources: Resources) -> int:
    return resources.cpus_per_trial or 1


def several(count: int, noun: str) -> str:
    """``"1 thread"``, ``"2 threads"``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
