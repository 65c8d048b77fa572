"""The quick set of tests starts no process, so that it stays quick."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.fixture(autouse=True)
def in_the_quick_set(request: pytest.FixtureRequest) -> None:
    if request.config.option.markexpr != "not slow":
        pytest.skip("is for make test-quick")


def test_a_process_fails_the_test_that_starts_it() -> None:
    with pytest.raises(pytest.fail.Exception, match="marked slow"):
        subprocess.run([sys.executable, "-c", ""], check=True)


def test_a_fork_does_too() -> None:
    with pytest.raises(pytest.fail.Exception, match="marked slow"):
        os.fork()
