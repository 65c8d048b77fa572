"""Calls to libraries that log at length and raise anything: quiet, with one clear error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from automl.core.errors import AutomlError, UserError

_LOGGERS = ("torch.export", "torch._guards", "torch.onnx", "onnxscript", "onnx_ir")


@contextmanager
def foreign(failure: type[UserError], what: str) -> Iterator[None]:
    """Run the block with the libraries that write and load models silenced.

    Args:
        failure: What their exceptions become; ours stay as they are.
        what: What could not be done, in words.
    """
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [each.level for each in loggers]
    try:
        for each in loggers:
            each.setLevel(logging.CRITICAL)
        yield
    except AutomlError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines()
        raise failure(f"{what}: {lines[0] if lines else type(error).__name__}") from error
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)
