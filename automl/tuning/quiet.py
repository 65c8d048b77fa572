"""Optuna without its log lines and its notices of experimental features."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import optuna

# Set once: each change of a level empties the caches of all loggers.
optuna.logging.set_verbosity(optuna.logging.ERROR)


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Hold back what Optuna tells its own programmers and our users cannot act on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        warnings.filterwarnings("ignore", module=r"optuna\.")
        yield
