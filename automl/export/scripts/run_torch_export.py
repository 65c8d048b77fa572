"""Runs ``model.pt2``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch


def load(folder: Path) -> Callable[[Any], Any]:
    """The model as a function from a batch to outputs. Loading such a file can run code."""
    model = torch.export.load(folder / "model.pt2").module()

    def run(inputs: Any) -> Any:
        with torch.inference_mode():
            return model(torch.from_numpy(inputs)).numpy()

    return run
