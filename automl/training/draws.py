"""The random draws of a training.

They are seeded by where the training stands, not by what was drawn before, so that they are the
same after a pause, in another process, and whatever else draws from the same generator.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from hashlib import blake2b

import torch


def derive_seed(seed: int, purpose: str, index: int) -> int:
    """A 64-bit seed of its own for each purpose and index."""
    name = f"{seed}/{purpose}/{index}".encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Draws:
    """Where the draws of one reporting step come from.

    Args:
        numbers: Single numbers, needed on the host.
        tensors: A number per example or pixel, drawn on the device.
    """

    numbers: random.Random
    tensors: torch.Generator

    @staticmethod
    def of_step(seed: int, step: int, device: torch.device) -> Draws:
        """The draws of reporting step ``step``; dropout, which takes no generator, is seeded too.

        Dropout draws from torch's global generators.
        """
        derived = derive_seed(seed, "step", step)
        torch.manual_seed(derived)
        return Draws(random.Random(derived), torch.Generator(device).manual_seed(derived))
