"""Runs ``model.onnx``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnxruntime


def load(folder: Path) -> Callable[[Any], Any]:
    """The model as a function from a batch to outputs."""
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    name = session.get_inputs()[0].name
    return lambda inputs: session.run(None, {name: inputs})[0]
