"""optuna-dashboard on a finished study, in a real browser."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.request
from collections.abc import Iterator

import pytest
from browser import chromium, new_page
from command_line import automl, start
from patience import PATIENCE
from playwright import sync_api

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url(finished) -> Iterator[str]:
    """The dashboard on a free port."""
    served = start("dashboard", "--port", "0", cwd=finished.cwd)
    try:
        assert served.stdout is not None
        yield served.stdout.readline().split()[1]
    finally:
        os.killpg(served.pid, signal.SIGINT)
        _, errors = served.communicate(timeout=PATIENCE)
        assert "Traceback" not in errors


def fetch(url: str) -> dict:
    """JSON from this machine."""
    return json.loads(read(url))


def read(url: str) -> bytes:
    """What this machine answers: past any proxy, also one that an earlier request went through."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url, timeout=PATIENCE) as answer:
        content: bytes = answer.read()
    return content


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


def test_every_trial_has_pictures_to_look_at(url: str) -> None:
    study = fetch(f"{url}api/studies/0?after=0")
    ended = [trial for trial in study["trials"] if trial["state"] == "Complete"]
    for trial in ended:
        names = {each["filename"]: each["artifact_id"] for each in trial["artifacts"]}
        assert set(names) >= {"learning_curve.png", "confusion.png"}
        picture = read(f"{url}artifacts/0/{trial['trial_id']}/{names['learning_curve.png']}")
        assert picture.startswith(b"\x89PNG")
        assert {"key": "feasible", "value": "True"} in trial["user_attrs"]


def test_the_study_says_what_it_is_and_how_to_go_on(url: str) -> None:
    study = fetch(f"{url}api/studies/0?after=0")
    assert study["directions"] == ["maximize"]
    note = study["note"]["body"]
    assert note.startswith("**Final model: accuracy 0.")
    assert "| data | digits, " in note
    assert "```sh\nautoml resume tiny\n```" in note


@pytest.fixture(scope="module")
def page(url: str) -> Iterator[sync_api.Page]:
    """A page of a real browser that must have nothing to complain of."""
    complaints: list[str] = []
    with chromium() as browser:
        opened = new_page(browser, viewport={"width": 1440, "height": 1000})
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
    assert complaints == []


def test_a_browser_shows_the_study(url: str, page: sync_api.Page) -> None:
    page.goto(f"{url}dashboard/studies/0")
    sync_api.expect(page.get_by_text("tiny").first).to_be_visible()
    sync_api.expect(page.get_by_text("dense.repeat").first).to_be_visible()


def test_a_browser_shows_a_trial_with_its_note_and_its_pictures(
    url: str, page: sync_api.Page
) -> None:
    page.goto(f"{url}dashboard/studies/0/trials?numbers=0")
    sync_api.expect(page.get_by_text("Ran to its end").first).to_be_visible()
    sync_api.expect(page.get_by_text("FLOPs an example").first).to_be_visible()
    picture = page.locator("img[alt='learning_curve.png'], img[src*='artifacts']").first
    picture.wait_for(state="attached")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("image => image.naturalWidth > 300", arg=picture.element_handle())


def test_a_browser_shows_the_note_of_the_study(url: str, page: sync_api.Page) -> None:
    page.goto(f"{url}dashboard/studies/0/note")
    sync_api.expect(page.get_by_text("Final model: accuracy").first).to_be_visible()


def test_a_port_in_use_is_one_clear_line(url: str, finished) -> None:
    port = url.rstrip("/").rpartition(":")[2]
    run = automl("dashboard", "--port", port, cwd=finished.cwd)
    assert run.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in run.stderr
    assert "choose another --port" in run.stderr
