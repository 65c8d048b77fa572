"""A run on disk."""

from __future__ import annotations

from pathlib import Path

import torch

from automl.training.run import TrainingRun


def save_checkpoint(run: TrainingRun, path: Path) -> None:
    """Write all that it takes to go on with ``run``; a reader never sees half a file."""
    partial = path.with_name(f"{path.name}.partial")
    torch.save(run.state_dict(), partial)
    partial.replace(path)


def load_checkpoint(run: TrainingRun, path: Path) -> None:
    """Go on from a file of ``save_checkpoint``, on whatever device ``run`` is.

    Nothing but plain values and tensors is read, so a file from elsewhere cannot run code.
    """
    run.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
