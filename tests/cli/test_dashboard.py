"""optuna-dashboard on a finished study, in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import automl, start

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def url(finished) -> Iterator[str]:
    """The dashboard on a free port."""
    served = start("dashboard", "--port", "0", cwd=finished.cwd)
    try:
        assert served.stdout is not None
        yield served.stdout.readline().split()[1]
    finally:
        os.killpg(served.pid, signal.SIGINT)
        _, errors = served.communicate(timeout=30)
        assert "Traceback" not in errors


def fetch(url: str) -> dict:
    """JSON from this machine: past any proxy, also one that an earlier request went through."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url, timeout=30) as answer:
        return json.load(answer)


def test_the_study_is_there_with_a_note_for_every_trial(url: str) -> None:
    (summary,) = fetch(f"{url}api/studies")["study_summaries"]
    assert summary["study_name"] == "tiny"
    study = fetch(f"{url}api/studies/{summary['study_id']}?after=0")
    ended = [trial for trial in study["trials"] if trial["state"] in ("Complete", "Pruned")]
    assert len(ended) >= 3
    for trial in ended:
        assert "| flatten | 64 | 0 |" in trial["note"]["body"]
    assert study["objective_names"] == ["accuracy"]


def test_only_this_machine_can_open_it(url: str) -> None:
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    assert host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", int(port)), timeout=5)


def test_a_browser_shows_it(url: str, tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        assert "CI" not in os.environ, "CI must have a browser"
        pytest.skip("needs Chromium: apt-get install chromium")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    flags += [f"--user-data-dir={tmp_path}", "--virtual-time-budget=20000", "--dump-dom"]
    page = subprocess.run(
        [browser, *flags, f"{url}dashboard/studies/0"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "tiny" in page.stdout
    assert "dense.repeat" in page.stdout


def test_a_port_in_use_is_one_clear_line(url: str, finished) -> None:
    port = url.rstrip("/").rpartition(":")[2]
    run = automl("dashboard", "--port", port, cwd=finished.cwd)
    assert run.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in run.stderr
    assert "choose another --port" in run.stderr
