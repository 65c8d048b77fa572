"""The format of Keras, for TensorFlow's and PyTorch's users of it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from automl.core.errors import MissingPackage
from automl.export.bundle import Bundle
from automl.export.exporter import Exporter
from automl.export.keras.file import predict, write
from automl.export.keras.process import keras_on
from automl.export.keras.same import same
from automl.export.quantization import Quantization
from automl.export.run import Inputs, Outputs, Run
from automl.export.software import Software


class Keras(Exporter):
    """``.keras``, run by Keras 3 on TensorFlow and on PyTorch (https://keras.io).

    Keras's loader builds the layers that the file names, with the settings that it gives.
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
        """Builds the network anew from Keras's layers and gives them the weights."""
        _require()
        # To be ready by the time that the file is.
        keras_on("tensorflow").start()
        keras_on("torch").call(write, bundle, folder / self.file)

    def load(self, folder: Path) -> Run:
        """Runs the file on both backends; what it gives is TensorFlow's.

        The run raises ExportError where the two differ.
        """
        _require()
        file, target = folder / self.file, Bundle.load(folder).facts.target

        def run(inputs: Inputs) -> Outputs:
            outputs = keras_on("tensorflow").call(predict, file, inputs)
            return same(outputs, keras_on("torch").call(predict, file, inputs), target)

        return run


def _require() -> None:
    for package in ("keras", "tensorflow"):
        if find_spec(package) is None:
            raise MissingPackage(package, "pip install 'automl[keras]'")
