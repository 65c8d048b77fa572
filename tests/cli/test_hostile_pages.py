"""Names that would be code, formulas or markup if they were not data, in all that shows them."""

from __future__ import annotations

import csv
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from browser import MILLISECONDS, chromium, new_page
from command_line import start
from markdown_it import MarkdownIt
from patience import PATIENCE
from playwright import sync_api
from typer.testing import CliRunner

from automl import api
from automl.cli import app

pytestmark = pytest.mark.slow

SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(2)>"
LONG = "w" * 300
# Columns of numbers, and classes.
COLUMNS = (SCRIPT, "=1+1", "| a |", "[red]x[/red]", LONG, "שלום $x^2$", "\u202egnp", "\x1b[31mred")
CLASSES = (SCRIPT, "=1+1", "[red]x[/red]", "| a |", IMAGE)
FILE, STUDY = f"{IMAGE} [b].csv", f"{IMAGE} =1 | a | $x$"
ROWS = 200


@dataclass
class Hostile:
    """A study of a file whose every name is an attack."""

    folder: Path

    @property
    def results(self) -> str:
        return str(self.folder / "results")

    @property
    def file(self) -> str:
        return str(self.folder / FILE)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    folder = tmp_path_factory.mktemp("hostile")
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*COLUMNS, "kind", IMAGE])
        for row in range(ROWS):
            numbers = [(row * (at + 3)) % 17 + row % 5 / 7 for at in range(len(COLUMNS))]
            table.writerow([*numbers, CLASSES[row % 4], CLASSES[row % 5]])
    made = Hostile(folder)
    api.search(
        "mlp",
        data=made.file,
        target=IMAGE,
        name=STUDY,
        trials=2,
        epochs=1,
        executor="local",
        finalize=False,
        results=made.results,
    )
    return made


@dataclass
class SeenPage:
    """A page, and what ran or was asked for in it."""

    page: sync_api.Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def assert_quiet(self) -> None:
        assert self.said == []
        assert self.page.locator("img[onerror], [src=x]").count() == 0
        assert not [url for url in self.asked if url.endswith("/x")]


Look = Callable[[str], SeenPage]


@pytest.fixture(scope="module")
def look() -> Iterator[Look]:
    """Opens pages without the policies that would stop their scripts: escaping is to be enough."""
    with chromium() as browser:

        def open_page(url: str) -> SeenPage:
            seen = SeenPage(new_page(browser, bypass_csp=True))

            def hear(dialog: sync_api.Dialog) -> None:
                seen.said.append(dialog.message)
                dialog.dismiss()

            seen.page.on("dialog", hear)
            seen.page.on("request", lambda each: seen.asked.append(each.url))
            seen.page.goto(url)
            return seen

        yield open_page


def run(*arguments: str) -> str:
    """What a command prints, through the real program."""
    found = CliRunner().invoke(app, arguments, env={"COLUMNS": "100"})
    assert found.exception is None, found.output
    return found.output


def test_the_terminal_shows_names_and_obeys_none(hostile: Hostile) -> None:
    shown = run("show", STUDY, "--results", hostile.results)
    shown += run("show", STUDY, "--trial", "0", "--results", hostile.results)
    shown += run("predict", STUDY, hostile.file, "--probabilities", "--results", hostile.results)
    assert STUDY in shown
    assert f"p({SCRIPT})" in shown
    assert "[red]x[/red]" in shown
    assert all(each.isprintable() or each == "\n" for each in shown)


def test_a_long_name_loses_its_middle_but_not_in_json(hostile: Hostile) -> None:
    (hostile.folder / "bad.csv").write_text(f"{'v' * 300}\n1\n", "utf-8")
    name = f"{'n' * 120}.csv"
    (hostile.folder / name).write_text((hostile.folder / FILE).read_text("utf-8"), "utf-8")
    file = str(hostile.folder / name)
    flags = ("--results", hostile.results)
    assert file not in run("predict", STUDY, file, "--top-k", "1", *flags)
    assert file in run("predict", STUDY, file, "--json", *flags)


def test_no_formula_of_a_csv_is_live(hostile: Hostile) -> None:
    output = hostile.folder / "out.csv"
    run("predict", STUDY, hostile.file, "--output", str(output), "--results", hostile.results)
    mistakes = next(Path(hostile.results).rglob("mistakes.csv"))
    for file in (output, mistakes):
        with file.open(encoding="utf-8", newline="") as opened:
            cells = [cell for row in csv.reader(opened) for cell in row]
        assert "'=1+1" in cells
        assert not [each for each in cells if each.startswith(("=", "+", "@", "\t", "\r"))]
        assert SCRIPT in cells


def test_the_card_has_them_as_words(hostile: Hostile) -> None:
    card = (Path(hostile.results) / STUDY / "best" / "README.md").read_text("utf-8")
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(card)
    inner = [each for token in tokens for each in token.children or ()]
    assert not [token for token in tokens if token.type == "html_block"]
    assert {each.content for each in inner if each.type == "html_inline"} <= {"<code>", "</code>"}
    assert "".join(each.content for each in tokens[1].children or ()).startswith(STUDY)
    rows = [at for at, token in enumerate(tokens) if token.type == "tr_open"]
    assert all(sum(t.type in ("td_open", "th_open") for t in tokens[at : at + 14]) for at in rows)


def test_the_report_runs_none_of_them(hostile: Hostile, look: Look) -> None:
    seen = look(api.report(STUDY, results=hostile.results).as_uri())
    seen.page.wait_for_selector('.plot[aria-busy="true"]', state="detached")
    seen.assert_quiet()
    text = seen.text()
    for name in (STUDY, FILE, *CLASSES):
        assert name in text
    assert "\u202e" not in text


def test_the_dashboard_s_notes_run_none_of_them(hostile: Hostile, look: Look) -> None:
    served = start("dashboard", "--port", "0", cwd=hostile.folder)
    try:
        assert served.stdout is not None
        url = served.stdout.readline().split()[1]
        seen = look(f"{url}dashboard/studies/0/note")
        sync_api.expect(seen.page.get_by_text(f"automl resume '{STUDY}'")).to_be_visible(
            timeout=MILLISECONDS
        )
        text = seen.text()
        seen.assert_quiet()
    finally:
        os.killpg(served.pid, signal.SIGINT)
        served.communicate(timeout=PATIENCE)
    assert FILE in text


def test_the_page_of_a_server_runs_none_of_them(hostile: Hostile, look: Look) -> None:
    """Though its study may have any name, for a bundle may be a stranger's."""
    bundle = Path(hostile.results) / STUDY / "best"
    facts = (bundle / "bundle.json").read_text("utf-8")
    name = f"</title>{SCRIPT}{IMAGE}"
    (bundle / "bundle.json").write_text(facts.replace(STUDY, name), "utf-8")
    served = start("serve", str(bundle), "--port", "0", cwd=hostile.folder)
    try:
        assert served.stdout is not None
        url = next(each for each in served.stdout.readline().split() if each.startswith("http"))
        seen = look(f"{url}/docs")
        sync_api.expect(seen.page.locator(".info .title")).to_contain_text(name)
        assert seen.page.title().startswith(name)
        answer = seen.page.request.post(f"{url}/predict?top_k={SCRIPT}", data={"rows": [{}]})
        assert answer.headers["content-type"] == "application/json"
        assert SCRIPT in answer.json()["error"]
        seen.assert_quiet()
    finally:
        os.killpg(served.pid, signal.SIGINT)
        served.communicate(timeout=PATIENCE)
        (bundle / "bundle.json").write_text(facts, "utf-8")
