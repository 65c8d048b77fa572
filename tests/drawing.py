"""Blank pictures of trials, for drawing them takes nine tenths of a small trial's time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from PIL import Image

from automl.plots import trial

_RENDER = trial._render


def _render_blank(size: tuple[float, float], draw: trial.Draw) -> bytes:
    picture = BytesIO()
    Image.new("L", (1, 1)).save(picture, "PNG")
    return picture.getvalue()


@contextmanager
def undrawn() -> Iterator[None]:
    """Trials of this process write a picture of one pixel wherever they would draw one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial, "_render", _render_blank)
        yield


@contextmanager
def drawn() -> Iterator[None]:
    """They draw as they always do: for tests that look at pictures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial, "_render", _RENDER)
        yield
