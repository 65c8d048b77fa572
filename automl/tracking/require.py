"""Asks for the library of a tracker before a search begins."""

from __future__ import annotations

from importlib.util import find_spec

from automl.core.errors import MissingPackage


def require(package: str) -> None:
    """Check that a library is installed, without the seconds that importing it takes.

    Args:
        package: Its import name, which is also the name of the extra that installs it.

    Raises:
        MissingPackage: if it is not.
    """
    if find_spec(package) is None:
        raise MissingPackage(package, f"pip install 'automl[{package}]'")
