"""Named datasets: which there are, what is known of them, and fetching them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl.data.catalogue.entry import Entry


def datasets() -> tuple[Entry, ...]:
    """Every dataset that has a name."""
    from automl.data.catalogue import CATALOGUE

    return tuple(CATALOGUE[name] for name in CATALOGUE)


def dataset(name: str) -> Entry:
    """What is known of one dataset.

    Raises:
        UnknownName: if there is none of that name; says the nearest.
    """
    from automl.data.catalogue import CATALOGUE

    return CATALOGUE[name]


def fetch(name: str, announce: Callable[[str], None] = lambda line: None) -> Path:
    """The files of a dataset on this machine, verified; fetched if they are not there.

    Args:
        name: The dataset's name.
        announce: Hears, a line at a time, what is fetched, from where and how far it is.

    Returns:
        The file of a dataset that is one file, the folder of one that is several.

    Raises:
        UnknownName: if there is none of that name; says the nearest.
        DataError: if it could not be fetched, or if it comes with a package.
    """
    from automl.data.catalogue.fetch import fetch

    return fetch(name, announce)
