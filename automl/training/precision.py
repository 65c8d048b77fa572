"""In which precision and memory layout a model runs."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn


def forward(model: nn.Module, inputs: Tensor) -> Tensor:
    """Run ``model`` the fastest way its device has.

    Args:
        model: With its convolution kernels in the channels-last layout.
        inputs: A batch as the data has it; images are brought into the same layout.

    Returns:
        The logits in float32, in which the loss is computed.
    """
    if inputs.ndim == 4:
        inputs = inputs.to(memory_format=torch.channels_last)
    with mixed_precision(inputs.device):
        logits: Tensor = model(inputs)
    return logits.float()


def mixed_precision(device: torch.device) -> AbstractContextManager[object]:
    """bfloat16 for matrix products and convolutions where the hardware computes in it.

    It has the range of float32, so that gradients need no scaling. Where it is only emulated it
    is many times slower than float32, and no LSTM runs.
    """
    if has_native_bfloat16(device):
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()


def has_native_bfloat16(device: torch.device) -> bool:
    """Whether the device has instructions for bfloat16 products: Ampere GPUs on, AMX, AVX-512."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return device.type == "cpu" and any(
        _cpu_has(feature) for feature in ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    )


def _cpu_has(check: str) -> bool:
    # An older torch cannot tell; float32 is right everywhere.
    return bool(getattr(torch.cpu, check, bool)())
