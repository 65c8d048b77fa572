"""The weights that every bundle has beside the model in its format."""

from __future__ import annotations

import shutil
from pathlib import Path

from automl.export.bundle import WEIGHTS, Bundle
from automl.export.member import find_member
from automl.export.quantization import Quantization


def copy_weights(bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
    """Copy a bundle's weights, which ``predict`` runs whatever the format is.

    In half precision they are rounded as the format's are; 8 bits are the format's own, and the
    weights stay as they were trained.
    """
    if quantization is None or quantization.kind != "fp16":
        shutil.copyfile(find_member(bundle.folder, WEIGHTS), folder / WEIGHTS)
        return
    from safetensors.torch import save

    from automl.export.half import halved

    (folder / WEIGHTS).write_bytes(save(halved(bundle.model().state_dict())))
