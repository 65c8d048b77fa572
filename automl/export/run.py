"""A model as a function from images to logits, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from automl.data.dataset import Images

if TYPE_CHECKING:
    from torch import nn

Logits = npt.NDArray[np.float32]

# uint8 (N, channels, height, width) -> (N, classes).
Run = Callable[[Images], Logits]


def run_module(module: nn.Module) -> Run:
    """Run a PyTorch module that is on the CPU, without gradients."""
    import torch

    def run(images: Images) -> Logits:
        with torch.inference_mode():
            # A copy, for PyTorch takes no read-only arrays.
            logits: Logits = module(torch.tensor(images)).numpy()
        return logits

    return run
