"""The other end of ``KerasProcess``: calls functions and sends back what they return."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from importlib import import_module
from typing import Any, BinaryIO

from automl.core.errors import AutomlError, ExportError


def main() -> None:
    """Import Keras, and answer calls until there are no more."""
    # Ctrl-C is for whoever waits for the answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What libraries print is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    import_module("keras")
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
