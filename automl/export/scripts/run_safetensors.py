"""Runs ``model.safetensors``, whose network only automl can build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from automl.export.bundle import Bundle


def load(folder: Path) -> Callable[[Any], Any]:
    """The model as a function from a batch to outputs. This format needs automl itself."""
    model = Bundle.load(folder).model()

    def run(inputs: Any) -> Any:
        with torch.inference_mode():
            return model(torch.from_numpy(inputs)).numpy()

    return run
