"""A model as a function from a raw batch to outputs, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import nn

Inputs = npt.NDArray[Any]
Outputs = npt.NDArray[np.float32]

# As the encoding makes a batch, (N, …) -> logits (N, classes) or values (N, steps, names).
Run = Callable[[Inputs], Outputs]


def run_module(module: nn.Module) -> Run:
    """Run a PyTorch module that is on the CPU, without gradients."""
    import torch

    def run(inputs: Inputs) -> Outputs:
        with torch.inference_mode():
            # A copy, for PyTorch takes no read-only arrays.
            outputs: Outputs = module(torch.tensor(inputs)).numpy()
        return outputs

    return run
