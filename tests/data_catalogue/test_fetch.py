"""Fetching: whole and verified, or not at all."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from catalogue_files import CONTENT, lying_in, put, small_entry
from patience import PATIENCE

from automl.core.errors import DataError
from automl.data import DATASETS
from automl.data.catalogue.downloads import LocalFolder, WebFolder
from automl.data.catalogue.published import fetch

FETCH = """
import sys
from automl.data.catalogue.published import fetch
from automl.data.catalogue.downloads import WebFolder
from catalogue_files import small_entry
entry = small_entry(WebFolder(sys.argv[1]), content={"a.csv": bytes(1_000_000)})
print("ready", flush=True)
print(fetch(entry, lambda line: None))
"""


def quiet(line: str) -> None:
    """Hears of progress, and says nothing."""


def fetching(url: str) -> subprocess.Popen[str]:
    """Another process that fetches a file of a million bytes."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, url],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_several_files_come_to_a_folder(server, data_root):
    put(server.folder)
    entry = small_entry(WebFolder(server.url))
    assert fetch(entry, quiet) == data_root / "diamonds"
    assert lying_in(data_root) == CONTENT


def test_one_file_is_given_itself(server, data_root):
    put(server.folder)
    entry = small_entry(WebFolder(server.url), content={"b.csv": CONTENT["b.csv"]})
    assert fetch(entry, quiet) == data_root / "diamonds" / "b.csv"


def test_a_second_fetch_touches_no_network(server):
    put(server.folder)
    entry = small_entry(WebFolder(server.url))
    fetch(entry, quiet)
    server.asked.clear()
    told: list[str] = []
    fetch(entry, told.append)
    assert server.asked == []
    assert told == []


def test_files_of_a_shared_folder_are_fetched_once(monkeypatch, server):
    put(server.folder)
    entry = small_entry(WebFolder(server.url))
    fetch(entry, quiet)
    server.asked.clear()
    other = replace(entry, name="others", folder="diamonds")
    assert fetch(other, quiet) == entry.path
    assert server.asked == []


def test_only_a_damaged_file_is_fetched_again(server, data_root):
    put(server.folder)
    put(data_root / "diamonds", {**CONTENT, "a.csv": CONTENT["a.csv"][:100]})
    entry = small_entry(WebFolder(server.url))
    fetch(entry, quiet)
    assert lying_in(data_root) == CONTENT
    assert len(server.asked) == 1


def test_what_is_not_as_published_is_refused_and_the_next_source_tried(server, data_root, tmp_path):
    put(server.folder, {**CONTENT, "b.csv": b"y\n3\n"})
    put(tmp_path / "elsewhere")
    entry = small_entry(WebFolder(server.url), LocalFolder(str(tmp_path / "elsewhere")))
    told: list[str] = []
    fetch(entry, told.append)
    assert lying_in(data_root) == CONTENT
    assert any("b.csv is not the published file (its sha256 differs)" in line for line in told)


def test_a_file_that_is_longer_than_it_should_be_is_not_read_to_its_end(server, data_root):
    put(server.folder, {"b.csv": bytes(50_000_000)})
    entry = small_entry(WebFolder(server.url), content={"b.csv": CONTENT["b.csv"]})
    start = time.process_time()
    with pytest.raises(DataError, match="not the published file"):
        fetch(entry, quiet)
    assert lying_in(data_root) == {}
    assert time.process_time() - start < 5


def test_what_was_tried_why_it_failed_and_what_to_do_are_told_in_one_line(
    server, data_root, tmp_path
):
    entry = small_entry(LocalFolder(str(tmp_path / "none")), WebFolder(server.url))
    with pytest.raises(DataError) as caught:
        fetch(entry, quiet)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith("diamonds could not be fetched")
    assert f"{tmp_path / 'none'}: no a.csv there" in line
    assert f"{server.url}: HTTP Error 404: File not found" in line
    assert entry.home in line
    assert str(data_root / "diamonds") in line
    assert "AUTOML_DATA" in line
    assert lying_in(data_root) == {}


def test_a_server_that_says_nothing_is_given_up_on(data_root):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        entry = small_entry(WebFolder(url, timeout=0.1))
        with pytest.raises(DataError, match="timed out"):
            fetch(entry, quiet)
    assert lying_in(data_root) == {}


def half_served(listener: socket.socket, hold: threading.Event) -> None:
    """Answer one request with a tenth of what was promised, and then nothing more."""
    listener.settimeout(PATIENCE)  # the process that asks may end before it does
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 1000000\r\n\r\n" + bytes(100_000))
        hold.wait(PATIENCE)


@pytest.mark.slow
@pytest.mark.parametrize("interrupted", [True, False])
def test_a_download_that_breaks_off_leaves_nothing(data_root, interrupted):
    hold = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=half_served, args=(listener, hold))
        thread.start()
        process = fetching(f"http://127.0.0.1:{listener.getsockname()[1]}")
        end = time.monotonic() + PATIENCE
        while not list(data_root.rglob(".a.csv.*")) and time.monotonic() < end:
            time.sleep(0.01)
        if interrupted:
            process.send_signal(signal.SIGINT)
            errors = process.communicate(timeout=PATIENCE)[1]
        hold.set()
        thread.join()
        if not interrupted:
            errors = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode
    assert ("KeyboardInterrupt" if interrupted else "not the published file") in errors
    assert [path for path in data_root.rglob("*") if path.name != "diamonds"] == []


@pytest.mark.slow
def test_two_processes_at_once_do_not_harm_each_other(server, data_root):
    put(server.folder, {"a.csv": bytes(1_000_000)})
    both = [fetching(server.url), fetching(server.url)]
    for process in both:
        out, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors
        assert out.split()[-1] == str(data_root / "diamonds" / "a.csv")
    assert lying_in(data_root) == {"a.csv": bytes(1_000_000)}


def test_a_cache_that_cannot_be_written_is_one_line(monkeypatch, tmp_path, server):
    (tmp_path / "file").touch()
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "file"))
    entry = small_entry(WebFolder(server.url))
    with pytest.raises(DataError, match=r"diamonds cannot be kept in .*file") as caught:
        fetch(entry, quiet)
    assert "\n" not in str(caught.value)


def test_what_comes_with_a_package_is_not_fetched():
    with pytest.raises(DataError, match="comes with scikit-learn; there is nothing to fetch"):
        fetch(DATASETS["digits"].entry, quiet)


def test_the_cache_is_in_the_home_folder_unless_said_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("AUTOML_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    kept = tmp_path / ".cache" / "automl" / "data" / "co2" / "co2.csv"
    assert DATASETS["co2"].entry.path == kept
