"""The same numbers from the same trial, bit by bit."""

from __future__ import annotations

import os

import torch


def make_deterministic() -> None:
    """From now on, this process uses no algorithm whose result depends on chance or timing.

    An operation that has no other raises RuntimeError, which names it. Call it before CUDA starts.
    Source: https://docs.pytorch.org/docs/stable/notes/randomness.html
    """
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # read once, when cuBLAS starts
    torch.use_deterministic_algorithms(True)
    # Nothing here reads memory that was not written, and filling it takes time.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False
