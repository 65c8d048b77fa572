"""A run on disk."""

from __future__ import annotations

from pathlib import Path

import torch

from automl.training.run import TrainingRun
from automl.training.whole_file import whole_file


def save_checkpoint(run: TrainingRun, path: Path) -> None:
    """Write all that it takes to go on with ``run``; a reader never sees half a file.

    Raises:
        OSError: if the folder cannot be written or the disk is full; what was at ``path`` stays.
    """
    with whole_file(path) as partial:
        try:
            torch.save(run.state_dict(), partial)
        except RuntimeError as error:  # torch's file writer says so when the disk is full
            raise OSError(f"cannot write {path}: {error}") from error


def load_checkpoint(run: TrainingRun, path: Path) -> None:
    """Go on from a file of ``save_checkpoint``, on whatever device ``run`` is.

    Nothing but plain values and tensors is read, so a file from elsewhere cannot run code. A file
    that is damaged, or of another network, raises what PyTorch has for it, and leaves ``run`` in
    an undefined state.
    """
    run.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
