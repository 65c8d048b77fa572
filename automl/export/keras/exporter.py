"""The Keras format, for users of TensorFlow and PyTorch, and a process that runs Keras."""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, TypeVar

import numpy as np

from automl.core.errors import AutomlError, ExportError, require
from automl.export.bundle import Bundle
from automl.export.exporter import Exporter
from automl.export.parity import tolerance_of
from automl.export.quantization import Quantization
from automl.export.runtime import Inputs, ModelFunction, Outputs
from automl.export.sidecars import Software

T = TypeVar("T")


def load_model(folder: Path) -> Callable[[Any], Any]:
    """The model as a function from a batch to outputs."""
    import keras

    model = keras.saving.load_model(folder / "model.keras")
    return lambda inputs: model.predict(inputs, verbose=0)


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
        load_model=load_model,
        packages=("keras", "tensorflow"),
    )
    timed: ClassVar[bool] = False

    def write(self, bundle: Bundle, folder: Path, quantization: Quantization | None) -> None:
        """Builds the network from Keras's layers, with the same weights."""
        require("keras", "keras", "tensorflow")
        # Started early, to be ready when the file is.
        keras_on("tensorflow").start()
        # The process stays in the folder that this one was in when it started.
        bundle = replace(bundle, folder=bundle.folder.resolve())
        keras_on("torch").call(write_file, bundle, (folder / self.file).resolve())

    def load(self, folder: Path) -> ModelFunction:
        """Runs the file on both backends and gives TensorFlow's outputs.

        The function raises ExportError if the backends differ.
        """
        require("keras", "keras", "tensorflow")
        file = (folder / self.file).resolve()

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


class KerasProcess:
    """A process with Keras on one backend, since a process can have only one backend.

    Once started, it stays for all calls. Output of Keras and its backend is dropped.

    Args:
        backend: Keras's name of the backend.
        library: Module that the process imports as it starts, before the first call needs it.
    """

    def __init__(self, backend: str, library: str = "keras") -> None:
        self._backend, self._library = backend, library
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process if it does not run, without waiting the seconds that this takes."""
        self._running()

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """The result of ``function(*arguments)`` in the process.

        Args:
            function: Function of one of our modules, which imports Keras itself.
            arguments: Values that can be pickled, like the result.

        Raises:
            ExportError: ``function`` raises an AutomlError.
            RuntimeError: ``function`` raises anything else, or the process ends.
        """
        try:
            answer = self._ask((function, arguments))
        except BaseException:  # also Ctrl-C, else the next call would get this answer
            self.end()
            raise
        if isinstance(answer, Exception):
            raise answer
        result: T = answer
        return result

    def end(self) -> None:
        """End the process; the next call starts a new one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, request: Any) -> Any:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump(request, process.stdin)
            process.stdin.flush()
            return pickle.load(process.stdout)
        except (BrokenPipeError, EOFError):
            code = process.wait()
            raise RuntimeError(
                f"Keras on {self._backend} ended with exit code {code}; to see why: "
                f"KERAS_BACKEND={self._backend} python -c 'import keras'"
            ) from None

    def _running(self) -> subprocess.Popen[bytes]:
        self._process = self._process or self._new()
        return self._process

    def _new(self) -> subprocess.Popen[bytes]:
        # On the CPU, like all formats; a GPU may be busy with trials.
        settings = {"KERAS_BACKEND": self._backend, "CUDA_VISIBLE_DEVICES": ""}
        return subprocess.Popen(
            [sys.executable, "-m", "automl.export.keras.exporter", self._library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **settings},
        )


@cache
def keras_on(backend: str) -> KerasProcess:
    """The one process for a backend; it ends with this process."""
    process = KerasProcess(backend)
    atexit.register(process.end)
    return process


def main() -> None:
    """Import the library that is named, and answer calls until there are no more."""
    # Ctrl-C is for the process that waits for the answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What libraries print must not get among the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    import_module(sys.argv[1])
    serve(sys.stdin.buffer, answers)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each pickled ``(function, arguments)`` with what it returns or raises, pickled."""
    while True:
        try:
            function, arguments = pickle.load(requests)
        except EOFError:
            return
        pickle.dump(_result(function, arguments), answers)
        answers.flush()


def _result(function: Any, arguments: Any) -> Any:
    try:
        return function(*arguments)
    except AutomlError as error:
        return ExportError(str(error))
    except Exception as error:  # as text, for its class may need the backend to be read
        return RuntimeError(f"{type(error).__name__}: {error}".strip())


if __name__ == "__main__":
    main()
