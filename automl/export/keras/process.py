"""Keras with a backend of our choice, whatever runs in this process."""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


class KerasProcess:
    """A process with Keras on one backend, for a backend is for the whole of a process.

    Once started it stays for all calls. What Keras and its backend print goes nowhere.

    Args:
        backend: Keras's name of it.
    """

    def __init__(self, backend: str) -> None:
        self._backend = backend
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, unless it runs; only a call waits the seconds that this takes."""
        self._running()

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """``function(*arguments)``, run there.

        Args:
            function: One of our modules' own, which imports Keras itself.
            arguments: Values that can be pickled, as what is returned.

        Raises:
            ExportError: what ``function`` raises on purpose, an AutomlError.
            RuntimeError: for anything else that it raises, or if the process ends.
        """
        try:
            answer = self._ask((function, arguments))
        except BaseException:  # also Ctrl-C, after which the next answer would be this call's
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
                f"Keras on {self._backend} ended with exit code {code}; see what it says: "
                f"KERAS_BACKEND={self._backend} python -c 'import keras'"
            ) from None

    def _running(self) -> subprocess.Popen[bytes]:
        self._process = self._process or self._new()
        return self._process

    def _new(self) -> subprocess.Popen[bytes]:
        # On the CPU, as every format is checked; a GPU may be busy with trials.
        settings = {"KERAS_BACKEND": self._backend, "CUDA_VISIBLE_DEVICES": ""}
        return subprocess.Popen(
            [sys.executable, "-m", "automl.export.keras.answer"],
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
