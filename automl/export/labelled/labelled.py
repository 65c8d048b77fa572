"""An example of which is known what a model should say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from automl.data.encodings.encoding import Reading

Truth = str | npt.NDArray[Any] | None


@dataclass(frozen=True, eq=False)
class Labelled:
    """One example.

    Args:
        reading: The example as the model takes it, or why it cannot be read.
        truth: The name of its class, or numbers (steps, names); None where it is missing.
    """

    reading: Reading
    truth: Truth
