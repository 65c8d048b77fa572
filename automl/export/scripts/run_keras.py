"""Runs ``model.keras``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras


def load(folder: Path) -> Callable[[Any], Any]:
    """The model as a function from a batch to outputs."""
    model = keras.saving.load_model(folder / "model.keras")
    return lambda inputs: model.predict(inputs, verbose=0)
