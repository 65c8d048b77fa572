"""How models are run: as a function, in batches, on one thread, quietly.

Below it stand the names and shapes of their inputs and outputs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.core.data_types import PADDING, Classes, Target, Tokens
from automl.core.errors import AutomlError, UserError
from automl.data.encoding import Encoding

if TYPE_CHECKING:
    from torch import nn

Inputs = npt.NDArray[Any]
Outputs = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]
# A model as a function: a batch (N, …) as the encoding makes it -> float32 logits (N, classes) or
# values (N, steps, quantities).
ModelFunction = Callable[[Inputs], Outputs]
# Loggers of libraries that write models at length to the terminal.
_LOGGERS = ("torch.export", "torch._guards", "torch.onnx", "onnxscript", "onnx_ir")


def as_function(module: nn.Module) -> ModelFunction:
    """A PyTorch module on the CPU as a function of NumPy arrays, without gradients."""
    import torch

    def run(inputs: Inputs) -> Outputs:
        with torch.inference_mode():
            # A copy, because PyTorch does not take read-only arrays.
            outputs: Outputs = module(torch.tensor(inputs)).numpy()
        return outputs

    return run


def evenly_spaced(count: int, most: int) -> Positions:
    """Up to ``most`` of the integers in 0..``count`` - 1, evenly spaced; int64."""
    return np.linspace(0, count - 1, min(most, count)).astype(np.int64)


def in_batches(run: ModelFunction, inputs: Inputs, size: int) -> Outputs:
    """The outputs for all ``inputs`` (N > 0), run ``size`` at a time."""
    starts = range(0, len(inputs), size)
    return np.concatenate([run(trim_padding(inputs[start : start + size])) for start in starts])


def trim_padding(inputs: Inputs) -> Inputs:
    """Texts, int32 (N, length), without the padding that all share; other inputs unchanged."""
    if not is_text(inputs):
        return inputs
    longest = int((inputs != PADDING).sum(axis=1).max())
    return inputs[:, : max(1, longest)]


def is_text(inputs: Inputs) -> bool:
    """Whether inputs are token ids, some of which may be padding."""
    return inputs.dtype == np.int32


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch compute on one thread while the block runs."""
    import torch

    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


@contextmanager
def third_party(failure: type[UserError], what: str) -> Iterator[None]:
    """Run code of third-party libraries with their logs silenced and one clear error.

    Args:
        failure: Class of the error that their exceptions become; our own pass unchanged.
        what: Beginning of its message: what could not be done.

    Raises:
        UserError: a ``failure``, if the block raises anything but an ``AutomlError``.
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


def input_name(encoding: Encoding) -> str:
    """The input's name, which is that of the examples: ``"images"``, ``"texts"``, and so on."""
    return encoding.unit.replace(" ", "_")


def output_name(target: Target) -> str:
    """``"logits"`` for classes, ``"values"`` (in standard units) for quantities."""
    return "logits" if isinstance(target, Classes) else "values"


def input_shape(encoding: Encoding) -> str:
    """Such as ``"(N, 1, 28, 28)"``, or ``"(N, up to 200)"`` for texts."""
    if isinstance(encoding.shape, Tokens):
        return f"(N, up to {encoding.shape.length})"
    return f"(N, {', '.join(map(str, encoding.raw_shape))})"


def output_shape(target: Target) -> str:
    """Such as ``"(N, 10)"`` (classes), or ``"(N, 24, 1)"`` (steps, quantities)."""
    if isinstance(target, Classes):
        return f"(N, {len(target.labels)})"
    return f"(N, {target.steps}, {len(target.names)})"


def accepts(encoding: Encoding, inputs: Inputs) -> bool:
    """Whether ``inputs`` is a batch of at least one example, in the encoding's shape and dtype."""
    shape = inputs.shape[1:]
    if isinstance(encoding.shape, Tokens):
        fits = len(shape) == 1 and 0 < shape[0] <= encoding.shape.length
    else:
        fits = shape == encoding.raw_shape
    return fits and len(inputs) > 0 and inputs.dtype == encoding.dtype
