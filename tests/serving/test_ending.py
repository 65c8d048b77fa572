"""A server begins, says where it is, and ends in order."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from command_line import start
from patience import PATIENCE
from served import ServedSample
from test_batching import Held, ask

from automl import api
from automl.core.errors import MissingPackage, UserError
from automl.serving import ServerSettings
from automl.serving.server import PredictionServer

SampleOf = Callable[[str], ServedSample]


@pytest.mark.slow
def test_ctrl_c_ends_the_command(sample_of: SampleOf, tmp_path: Path) -> None:
    process = start("serve", str(sample_of("text").folder), "--port", "0", cwd=tmp_path)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        found = re.search(r"http://127\.0\.0\.1:\d+", lines[0])
        assert found, lines
        answer = httpx.post(
            f"{found[0]}/predict", json={"texts": ["well made"]}, timeout=PATIENCE, trust_env=False
        )
        assert answer.status_code == 200
        assert f"curl {found[0]}/predict" in lines[1]
        assert lines[2].strip().endswith(f"{found[0]}/docs")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
    finally:
        stop(process)
    assert process.returncode == 0
    assert output == "Ended after 1 request.\n"
    assert errors == ""


def stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_what_is_under_way_is_finished(sample_of: SampleOf) -> None:
    held, began = Held(sample_of("text").folder), threading.Event()
    server = PredictionServer(held, ServerSettings(port=0), lambda url, example: began.set())
    with ThreadPoolExecutor(2) as pool:
        ending = pool.submit(server.run)
        assert began.wait(PATIENCE)
        with httpx.Client(base_url=server.url, timeout=PATIENCE, trust_env=False) as client:
            under_way = pool.submit(ask, client, "well made")
            assert held.begun.wait(PATIENCE)
            server.stop()
            held.go.set()
            assert under_way.result().status_code == 200
            assert ending.result(PATIENCE) == 1
            with pytest.raises(httpx.ConnectError):
                client.get("/health")


def test_an_address_that_is_taken_is_told(sample_of: SampleOf) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"127\.0\.0\.1:{port} .*choose another --port"):
            api.serve(
                str(sample_of("text").folder), ServerSettings(port=port), lambda url, example: None
            )


def test_no_bundle_is_told_before_an_address_is_taken(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no bundle"):
        api.serve(str(tmp_path), ServerSettings(port=0), lambda url, example: None)


def test_a_missing_extra_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(MissingPackage, match=r"pip install 'automl\[serve\]'"):
        api.serve(str(tmp_path), ServerSettings(port=0), lambda url, example: None)
