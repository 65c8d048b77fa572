"""What is done with a ``.keras`` file where Keras is: see ``KerasProcess``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from automl.export.bundle import Bundle
from automl.export.run import Inputs, Outputs


def write(bundle: Bundle, file: Path) -> None:
    """Write a bundle's model.

    Raises:
        ExportError: if it has a layer that cannot be built of Keras's.
    """
    from automl.export.keras.build import build

    build(bundle).save(file)


def predict(file: Path, inputs: Inputs) -> Outputs:
    """The outputs of the model in a file for one batch."""
    outputs: Outputs = _load(file, file.stat().st_mtime_ns).predict_on_batch(inputs)
    return outputs


@lru_cache(maxsize=1)
def _load(file: Path, changed: int) -> Any:
    import keras

    model = keras.saving.load_model(file)
    # TensorFlow would compile it again for each length of a text.
    model.compile(jit_compile=False)
    return model
