"""The device that trains: the data on it, its precision and its memory."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from automl.core.data_types import PADDING

# Parameters of mallopt in glibc's malloc.h: how much free memory the heap keeps, and how many
# blocks are mapped on their own.
M_TRIM_THRESHOLD = -1
M_MMAP_MAX = -4

# Freeing a block of this many bytes makes glibc try to trim the heap.
TRIMMING_BLOCK = 2**17


@dataclass(frozen=True)
class Tensors:
    """A split in memory: on the device that trains, or on the host if the device has no room.

    Args:
        inputs: (N, …) images as uint8 (N, C, H, W), tokens as int32 (N, length), or floats.
        targets: (N,) int64 class ids, or (N, steps, names) float32 numbers.
        lengths: (N,) int64 number of tokens of each text, or steps of each series, without
            padding; None if nothing is padded.
    """

    inputs: Tensor
    targets: Tensor
    lengths: Tensor | None = None

    @staticmethod
    def of_texts(tokens: Tensor, targets: Tensor) -> Tensors:
        """Texts: int32 tokens (N, length), with padding at the end."""
        return Tensors(tokens, targets, (tokens != PADDING).sum(dim=1))

    @staticmethod
    def of_series(steps: Tensor, targets: Tensor) -> Tensors:
        """Series: floats (N, length, variables), where shorter ones end in NaN."""
        lengths = (~steps.isnan()).any(dim=2).sum(dim=1)
        return Tensors(steps, targets, lengths.clamp(min=1))

    def __len__(self) -> int:
        return len(self.targets)

    def to(self, device: torch.device) -> Tensors:
        """The same split on ``device``; nothing is copied if it is there already."""
        lengths = None if self.lengths is None else self.lengths.to(device)
        return Tensors(self.inputs.to(device), self.targets.to(device), lengths)

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Copies of the inputs and the targets at ``index``, (M,) int64.

        Padded inputs are cut to the longest of the M.
        """
        return self.inputs_at(index), self.targets.index_select(0, index)

    def inputs_at(self, index: Tensor) -> Tensor:
        """A copy of the inputs at ``index``, as ``at`` has it."""
        inputs = self.inputs.index_select(0, index)
        if self.lengths is None:
            return inputs
        return inputs[:, : int(self.lengths.index_select(0, index).max())]


def forward(model: Callable[[Tensor], Tensor], inputs: Tensor, mixed: bool = True) -> Tensor:
    """Run ``model`` in the precision and layout in which its device is fastest.

    Args:
        model: Model whose convolution kernels are in the channels-last layout.
        inputs: Raw batch (N, …); images are brought into the same layout.
        mixed: Whether lower precision is allowed, as a line search does not.

    Returns:
        Outputs (N, …) in float32, in which the loss is computed.
    """
    if inputs.ndim == 4:
        inputs = inputs.to(memory_format=torch.channels_last)
    with mixed_precision(inputs.device) if mixed else nullcontext():
        logits = model(inputs)
    return logits.float()


def mixed_precision(device: torch.device) -> AbstractContextManager[object]:
    """A context with bfloat16 matrix products and convolutions, where the hardware has them.

    bfloat16 has the range of float32, so gradients need no scaling. Where it is only emulated, it
    is many times slower than float32, and LSTMs do not run.
    """
    if has_native_bfloat16(device):
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()


def has_native_bfloat16(device: torch.device) -> bool:
    """Whether the device has bfloat16 instructions: NVIDIA Ampere or later, AMX or AVX-512."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return device.type == "cpu" and any(
        _cpu_has(feature) for feature in ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    )


def _cpu_has(check: str) -> bool:
    # An older torch lacks the check; float32 works everywhere.
    return bool(getattr(torch.cpu, check, bool)())


def keep_freed_memory() -> None:
    """From now on, keep the memory that a batch frees for the next one.

    glibc maps each block above 32 MB anew and every page of it is zeroed; the activations of a
    batch are such blocks, and this can double the time of a training. On GPUs torch's caching
    allocator avoids it. Does nothing where the C library is not glibc.
    """
    if libc := _glibc():
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, -1)


def give_back_memory(device: torch.device) -> None:
    """Return all free memory to the system, and to other users of ``device``."""
    if device.type == "cuda" and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
    if libc := _glibc():
        # After a failed allocation a thread has a heap of its own, whose top is trimmed only when
        # a block is freed.
        libc.mallopt(M_TRIM_THRESHOLD, 0)
        bytearray(TRIMMING_BLOCK)
        libc.mallopt(M_TRIM_THRESHOLD, -1)
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
