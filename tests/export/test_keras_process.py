"""A process of its own for each backend: it answers, or says why not, and is never out of step."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from automl.core.errors import ExportError
from automl.export import EXPORTERS
from automl.export.keras.exporter import KerasProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def process() -> Iterator[KerasProcess]:
    """One without Keras, for which none of these calls asks and which takes seconds to import."""
    process = KerasProcess("torch", library="json")
    yield process
    process.end()


def test_it_is_one_process_for_all_calls(process: KerasProcess) -> None:
    process.start()
    first = process.call(os.getpid)
    assert first != os.getpid()
    assert process.call(os.getpid) == first
    assert process.call(os.getenv, "KERAS_BACKEND") == "torch"


def test_what_is_printed_there_is_no_answer(
    process: KerasProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    assert process.call(print, "noise") is None
    assert process.call(len, "four") == 4
    assert capfd.readouterr() == ("", "")


def test_what_is_raised_there_is_raised_here(process: KerasProcess) -> None:
    with pytest.raises(RuntimeError, match="ValueError: invalid literal"):
        process.call(int, "four")
    with pytest.raises(ExportError, match="'kerras'; did you mean 'keras'"):
        process.call(EXPORTERS.check, "kerras")


def test_the_answer_to_an_interrupted_call_is_not_taken_for_the_next(process: KerasProcess) -> None:
    process.call(os.getpid)

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(KeyboardInterrupt):
            process.call(time.sleep, 60)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert process.call(len, "four") == 4


def test_if_it_ends_that_is_said_and_the_next_call_has_another(process: KerasProcess) -> None:
    first = process.call(os.getpid)
    with pytest.raises(RuntimeError, match="Keras on torch ended with exit code 3"):
        process.call(os._exit, 3)
    assert process.call(os.getpid) != first
