"""Asks for the libraries of the server before a model is read."""

from __future__ import annotations

from importlib.util import find_spec

from automl.core.errors import MissingPackage

PACKAGES = ("fastapi", "fastapi_offline", "python_multipart", "uvicorn")


def require() -> None:
    """Check that they are installed, without the time that importing them takes.

    Raises:
        MissingPackage: if one is not.
    """
    for package in PACKAGES:
        if find_spec(package) is None:
            raise MissingPackage(package, "pip install 'automl[serve]'")
