"""What runs a format, for people who take a bundle elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Software:
    """The software of one format.

    Args:
        usage: Python for the model card, to be run in the folder: from ``inputs`` to ``outputs``.
        script: Module of ``automl.export.scripts`` that runs the file in ``predict.py``.
        packages: What that module imports, by its names in the package index.
    """

    usage: str
    script: str
    packages: tuple[str, ...]


# Every bundle has the weights, whatever its format.
SAFETENSORS = Software(
    usage="""\
from pathlib import Path

import torch

from automl.export.bundle import Bundle

model = Bundle.load(Path(".")).model()
with torch.inference_mode():
    outputs = model(torch.from_numpy(inputs)).numpy()
""",
    script="run_safetensors",
    packages=("automl",),
)
