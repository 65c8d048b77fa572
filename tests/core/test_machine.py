"""A dead process's trials are known at once, without a time-out."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from patience import PATIENCE

from automl.core.machine import is_alive, this_process

pytestmark = pytest.mark.slow


def test_this_process_is_alive() -> None:
    assert is_alive(this_process())


def test_an_ended_process_is_not() -> None:
    code = "from automl.core.machine import this_process; print(this_process())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.count(":") == 2
    assert not is_alive(ended.stdout.strip())


def test_an_ended_process_that_nobody_asked_for_its_end_is_not() -> None:
    code = "from automl.core.machine import this_process; print(this_process(), flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as left:
        assert left.stdout is not None
        owner = left.stdout.read().strip()  # to its end
        deadline = time.monotonic() + PATIENCE
        while is_alive(owner):
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_another_process_with_the_same_number_is_not() -> None:
    boot, pid, start = this_process().split(":")
    assert not is_alive(f"{boot}:{pid}:{int(start) + 1}")
    assert not is_alive(f"another-boot:{pid}:{start}")


def test_what_is_no_owner_is_not_alive() -> None:
    for text in ("", "x", "a:b:c", "::"):
        assert not is_alive(text)
