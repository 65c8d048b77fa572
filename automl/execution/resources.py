"""How many trials run at once, and what each of them may use."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from automl.core.errors import UserError
from automl.core.text import count

# A driver makes one of these: NVIDIA's, AMD's, and Windows' for Linux guests.
_GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")


@dataclass(frozen=True)
class Resources:
    """Resources that a user grants to trials; None leaves the choice to the executor.

    Args:
        workers: Number of trials that run at once.
        cpus_per_trial: CPU threads per trial.
        gpus_per_trial: GPUs per trial: a fraction shares one GPU between trials, 0 trains on the
            CPU.
        address: Address of a running Ray cluster to join, as ``host:port`` or ``auto``.

    Raises:
        UserError: if no trial can run with such an amount.
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


@dataclass(frozen=True)
class Slots:
    """How many trials run at once, and what each of them uses.

    Args:
        count: Number of trials that run at once.
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
        return f"{count(self.count, f'{kind} worker')} x {count(self.threads, 'thread')}"


def plan_slots(resources: Resources, cores: int, gpus: int) -> Slots:
    """Share ``cores`` and ``gpus`` out: a slot per GPU, else one per core.

    More workers than cores are the user's wish; more than the GPUs hold cannot be.

    Raises:
        UserError: trials that ask for more GPUs than there are.
    """
    share = _gpus_each(resources, gpus)
    workers = resources.workers or _room(share, gpus) or max(1, cores // _cpus_each(resources))
    if share and workers > _room(share, gpus):
        raise UserError(
            f"{count(workers, 'worker')} x `gpus_per_trial` (={share:g}) is more than "
            f"{count(gpus, 'GPU')}; ask for fewer workers or a smaller share"
        )
    return Slots(workers, resources.cpus_per_trial or max(1, cores // workers), share)


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


def has_gpu_driver() -> bool:
    """Whether there may be a GPU."""
    return any(Path(device).exists() for device in _GPU_DEVICES)


def count_gpus() -> int:
    """GPUs that PyTorch can use. It is asked only where a driver is, for it is slow to import."""
    if not has_gpu_driver():
        return 0
    import torch

    return torch.cuda.device_count()
