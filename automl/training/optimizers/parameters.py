"""How a model's parameters are grouped for an optimiser, and what kernels their device has."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def decay_groups(parameters: list[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups in which only weight matrices and kernels decay.

    Biases and the gains of norms have fewer than two dimensions; to decay them hurts (He et al.
    2019, arXiv 1812.01187, section 3.1).
    """
    decayed = [each for each in parameters if each.ndim >= 2]
    kept = [each for each in parameters if each.ndim < 2]
    groups = [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": kept, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def trainable(model: nn.Module) -> list[nn.Parameter]:
    """The parameters that are trained."""
    return [each for each in model.parameters() if each.requires_grad]


def has_fused_kernel(model: nn.Module) -> bool:
    """Whether torch can update all of the model's parameters in one kernel: CPU from 2.4 on."""
    kind = next(model.parameters()).device.type
    return kind == "cuda" or (kind == "cpu" and torch.__version__ >= "2.4")
