"""Memory of a training on the CPU."""

from __future__ import annotations

import ctypes
import sys

# From glibc's malloc.h: how far the heap is trimmed, and how many blocks are mapped on their own.
M_TRIM_THRESHOLD = -1
M_MMAP_MAX = -4


def keep_freed_memory() -> None:
    """From now on, keep what a batch frees for the next one, not give it back to the system.

    glibc maps each block above 32 MB anew and has every page of it zeroed; the activations of a
    batch are such blocks, and a network can take twice as long for it. GPUs are spared this by
    torch's caching allocator. What an earlier training left over is given back first. Does nothing
    where the C library is not glibc.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, -1)
