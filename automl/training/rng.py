"""Random numbers of a training.

They are seeded by the step that the training is at, not by earlier draws. So they are the same
after a pause, in another process, and whatever else draws from torch's global generators.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from hashlib import blake2b

import torch


def derive_seed(seed: int, purpose: str, index: int) -> int:
    """A 64-bit seed, different for each seed, purpose and index."""
    name = f"{seed}/{purpose}/{index}".encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big")


@dataclass(frozen=True)
class StepRng:
    """Generators of one reporting step.

    Args:
        numbers: Generator of single numbers, on the host.
        tensors: Generator of numbers per example or pixel, on the device.
    """

    numbers: random.Random
    tensors: torch.Generator

    @staticmethod
    def of_step(seed: int, step: int, device: torch.device) -> StepRng:
        """The generators of reporting step ``step``.

        Also seeds torch's global generators, from which dropout draws.
        """
        derived = derive_seed(seed, "step", step)
        torch.manual_seed(derived)
        return StepRng(random.Random(derived), torch.Generator(device).manual_seed(derived))
