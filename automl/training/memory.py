"""Memory of a training: kept between its batches, given back after it."""

from __future__ import annotations

import ctypes
import sys

import torch

# From glibc's malloc.h: how far the heap is trimmed, and how many blocks are mapped on their own.
M_TRIM_THRESHOLD = -1
M_MMAP_MAX = -4
# Freeing a block of so many bytes makes glibc look whether the heap can be trimmed.
LARGE = 2**17


def keep_freed_memory() -> None:
    """From now on, keep what a batch frees for the next one, not give it back to the system.

    glibc maps each block above 32 MB anew and has every page of it zeroed; the activations of a
    batch are such blocks, and a network can take twice as long for it. GPUs are spared this by
    torch's caching allocator. Does nothing where the C library is not glibc.
    """
    if libc := _glibc():
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, -1)


def give_back_memory(device: torch.device) -> None:
    """Give all that is free now back to the system and to whoever else uses ``device``."""
    if device.type == "cuda" and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
    if libc := _glibc():
        # The top of a thread's own heap, which it gets after an allocation that failed, is trimmed
        # by a free alone.
        libc.mallopt(M_TRIM_THRESHOLD, 0)
        bytearray(LARGE)
        libc.mallopt(M_TRIM_THRESHOLD, -1)
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
