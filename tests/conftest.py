"""What all tests share."""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path

import pytest
from hypothesis import settings

# A slow moment of the machine is no fault of the code.
settings.register_profile("shared machine", settings.default, deadline=None)
# For a minute of each reader of strangers' files: pytest tests/strangers -k fuzz
# --hypothesis-profile=fuzz
settings.register_profile("fuzz", settings.default, deadline=None, max_examples=1000)
settings.load_profile("shared machine")
# Else Ray's workers give way to whatever else runs, as the tests beside them, and hardly come on.
os.environ.setdefault("RAY_worker_niceness", "0")


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No width to keep to, unless a test gives one: pytest-xdist says 80 columns."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def offline(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No network but this machine's own, for urllib, pip and apt; pip's only wheels are in here."""
    folder = tmp_path_factory.mktemp("offline")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    # It keeps what the environment said at its first request.
    monkeypatch.setattr(urllib.request, "_opener", None)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    apt = folder / "apt.conf"
    apt.write_text('Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "/dev/null";')
    monkeypatch.setenv("APT_CONFIG", str(apt))
    return folder
