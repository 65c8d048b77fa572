"""Files are written whole or not at all, and a lock keeps others out for as long as it is held."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from automl.core.machine import locked, remove_partial, whole_file, write_text


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_appears_when_it_is_whole(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "a.txt"
    with whole_file(path, durable) as partial:
        partial.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def write_half(path: Path, error: type[BaseException]) -> None:
    with whole_file(path) as partial:
        partial.write_text("half")
        raise error


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_fails_leaves_the_old_file_alone(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(error):
        write_half(path, error)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_folder_must_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_text(tmp_path / "gone" / "a.txt", "text")
    assert list(tmp_path.iterdir()) == []


def test_threads_that_write_one_file_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    texts = {letter * 100_000 for letter in "abcd"}
    threads = [threading.Thread(target=write_text, args=(path, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".a.txt.123", "a.txt", ".b.txt.123", "a.txt.123"):
        (tmp_path / name).touch()
    remove_partial(tmp_path / "a.txt")
    assert {each.name for each in tmp_path.iterdir()} == {"a.txt", ".b.txt.123", "a.txt.123"}


def test_of_two_threads_one_waits_and_is_told_so(tmp_path: Path) -> None:
    told, order = threading.Event(), list[str]()

    def second() -> None:
        with locked(tmp_path / "lock", waiting=told.set):
            order.append("second")

    with locked(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        assert told.wait(60)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def die_with(lock: Path) -> None:
    with locked(lock):
        os.kill(os.getpid(), 9)


def test_a_process_that_dies_drops_its_lock(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=die_with, args=(tmp_path / "lock",)
    )
    process.start()
    process.join()
    assert process.exitcode == -9
    with locked(tmp_path / "lock", waiting=lambda: pytest.fail("nobody has it")):
        pass


def test_a_lock_never_touches_what_is_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("content")
    (tmp_path / "lock").symlink_to(tmp_path / "data")
    with locked(tmp_path / "lock"):
        pass
    assert (tmp_path / "data").read_text() == "content"
