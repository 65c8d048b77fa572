"""What all tests share."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from drawing import undrawn
from hypothesis import settings

# A slow moment of the machine is no fault of the code, and what passed yesterday passes today.
settings.register_profile("shared machine", settings.default, deadline=None, derandomize=True)
# For a minute of each reader of strangers' files: pytest tests/strangers -k fuzz
# --hypothesis-profile=fuzz
settings.register_profile("fuzz", settings.default, deadline=None, max_examples=1000)
settings.load_profile("shared machine")
# Else Ray's workers give way to whatever else runs, as the tests beside them, and hardly come on.
os.environ.setdefault("RAY_worker_niceness", "0")
# Else threads that wait for each other keep the cores busy which the tests beside them need.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Studies are written through to the disk again and again, which is not what tests should wait for.
MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * 2**30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
# Libraries ask these programs of the machine as they are imported.
QUESTIONS = ("ldconfig", "lscpu", "uname", "gcc", "ld", "fc-list")
START = subprocess.Popen.__init__
# A shell that runs the tests in the background has them and their processes ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """No process in a test that is not slow, nor in what it is given."""
    if item.config.option.markexpr != "not slow":
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", start_question)
        patch.setattr(os, "fork", refuse_process)
        return (yield)


def start_question(process: subprocess.Popen, command: Sequence[str], *others: Any, **options: Any):
    if not isinstance(command, str) and Path(command[0]).name in QUESTIONS:
        return START(process, command, *others, **options)
    return refuse_process(command)


def refuse_process(*command: object) -> NoReturn:
    pytest.fail(f"what starts a process is marked slow, and this is not: {command}")


@pytest.fixture(scope="session", autouse=True)
def blank_pictures() -> Iterator[None]:
    """No trial draws, but where a test says so."""
    with undrawn():
        yield


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
