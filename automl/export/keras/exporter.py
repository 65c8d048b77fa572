"""The Keras format, for users of TensorFlow and PyTorch."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from automl.core.errors import ExportError, require
from automl.export.bundle import Bundle
from automl.export.exporter import Exporter
from automl.export.keras.process import keras_on
from automl.export.parity import tolerance_of
from automl.export.quantization import Quantization
from automl.export.runtime import Inputs, ModelFunction, Outputs
from automl.export.sidecars import Software


class Keras(Exporter):
    """``.keras``, run by Keras 3 on TensorFlow and on PyTorch (https://keras.io).

    Keras's loader builds the layers that the file names, with the settings in the file.
    """

    file: ClassVar[str] = "model.keras"
    software: ClassVar[Software] = Software(
        usage="""\
import keras

model = keras.saving.load_model("model.keras")
outputs = model.predict(inputs, verbose=0)
""",
        script="run_keras",
        packages=("keras", "tensorflow"),
    )
    timed: ClassVar[bool] = False

    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        """Builds the network from Keras's layers, with the same weights."""
        require("keras", "keras", "tensorflow")
        # Started early, to be ready when the file is.
        keras_on("tensorflow").start()
        keras_on("torch").call(write_file, bundle, folder / self.file)

    def load(self, folder: Path) -> ModelFunction:
        """Runs the file on both backends and gives TensorFlow's outputs.

        The function raises ExportError if the backends differ.
        """
        require("keras", "keras", "tensorflow")
        file = folder / self.file

        def run(inputs: Inputs) -> Outputs:
            outputs = keras_on("tensorflow").call(predict_file, file, inputs)
            return check_same(outputs, keras_on("torch").call(predict_file, file, inputs))

        return run


def write_file(bundle: Bundle, file: Path) -> None:
    """Write a bundle's model; runs in a ``KerasProcess``.

    Args:
        bundle: Bundle of the model.
        file: Path of the file to write.

    Raises:
        ExportError: the model has a layer that cannot be built from Keras's.
    """
    from automl.export.keras.build import build

    build(bundle).save(file)


def predict_file(file: Path, inputs: Inputs) -> Outputs:
    """The outputs of the model in a file for one batch; runs in a ``KerasProcess``."""
    outputs: Outputs = _load(file, file.stat().st_mtime_ns).predict_on_batch(inputs)
    return outputs


@lru_cache(maxsize=1)
def _load(file: Path, changed: int) -> Any:
    import keras

    model = keras.saving.load_model(file)
    # Else TensorFlow would compile it anew for each length of texts.
    model.compile(jit_compile=False)
    return model


def check_same(outputs: Outputs, others: Outputs) -> Outputs:
    """TensorFlow's outputs, checked to equal PyTorch's but for rounding.

    Args:
        outputs: Outputs on TensorFlow.
        others: Outputs on PyTorch.

    Raises:
        ExportError: they differ.
    """
    if outputs.shape != others.shape:
        raise ExportError(f"Keras gives {outputs.shape} on TensorFlow, {others.shape} on PyTorch")
    difference = float(np.abs(outputs - others).max())
    if not difference <= tolerance_of(outputs):  # also if it is NaN
        raise ExportError(f"Keras on TensorFlow and on PyTorch differ by up to {difference:.2g}")
    return outputs
