"""Memory of a training on the CPU."""

from __future__ import annotations

import ctypes
import sys

# From glibc's malloc.h: how far the heap is trimmed, and how many blocks are mapped on their own.
M_TRIM_THRESHOLD = -1
M_MMAP_MAX = -4


def keep_freed_memory() -> None:
    """Keep what a batch frees for the next one, instead of giving it back to the system.

    glibc maps each block above 32 MB anew and has every page of it zeroed; the activations of a
    batch are such blocks, and a network can take twice as long for it. GPUs are spared this by
    torch's caching allocator. Does nothing where the C library is another.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_MMAP_MAX, 0)
            mallopt(M_TRIM_THRESHOLD, -1)
