"""Every command in the README and the docs runs, and prints what the page says it prints.

In a ```console block, a line that begins with "$ " is a command, and the lines up to the next one
are its output: each must come, in this order. Numbers count as equal; "…" stands for any text, and
alone on a line for any lines. ```yaml blocks are search spaces, and must be right.

A comment before a block, <!-- test: FLAGS -->, adds flags to its searches, so that a
page can show the real command while the test runs a short one.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import automl
from docs_files import make_files
from export_formats import WRITES_ONNX
from patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"(?:<!-- test: (?P<flags>[^>]*) -->\n)?```(?P<language>\w+)\n(?P<body>.*?)```", re.DOTALL
)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")
DURATION = re.compile(r"(?:# (?:h|min) )*# (?:s|min)\b")
PROGRAM = r"^(python -m )?automl "
# What takes no shell, no server and no Ray, and so no process of its own.
ALONE = re.compile(
    PROGRAM
    + r"(?!dashboard|serve|search (?!.*--executor local))(?P<words>[^<>|]*)(?:< (?P<file>\S+))?"
)


@dataclass(frozen=True)
class Command:
    """A command of a page and what it prints there."""

    text: str
    expected: tuple[str, ...]
    flags: str


def blocks(page: Path, language: str) -> Iterator[re.Match[str]]:
    matches = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return (each for each in matches if each["language"] == language)


def commands(page: Path) -> Iterator[Command]:
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block["body"], flags=re.MULTILINE)[1:]:
            text, *expected = part.rstrip().split("\n")
            lines = [for_this_torch(text, line) for line in filter(None, expected)]
            yield Command(for_this_torch(text, text), tuple(lines), block["flags"] or "")


def for_this_torch(command: str, line: str) -> str:
    """A line of a command with ONNX, with PyTorch's own format where PyTorch cannot write ONNX."""
    return line if WRITES_ONNX or "onnx" not in command else line.replace("onnx", "torch_export")


def pattern(line: str) -> re.Pattern[str]:
    """A line of a page as an expression: numbers are equal, an ellipsis is anything."""
    return re.compile(".*".join(map(re.escape, shape(line).split("…"))))


def shape(line: str) -> str:
    """A line without what differs from run to run."""
    numbered = re.sub(r"# epochs?\b", "# epochs", NUMBER.sub("#", line))
    return re.sub(r" +", " ", DURATION.sub("#", numbered))


def check(command: Command, output: str) -> None:
    """Every expected line comes, in order."""
    left = iter(output.splitlines())
    for line in command.expected:
        if line.strip() != "…":
            wanted = pattern(line.rstrip())
            assert any(wanted.fullmatch(shape(got.rstrip())) for got in left), (
                f"{command.text!r} did not print {line!r}:\n{output}"
            )


def run(command: Command, cwd: Path) -> str:
    """Run a command; one that serves is ended after its first line."""
    text = command.text
    if " search " in text:
        text += f" {command.flags}"
    if alone := ALONE.fullmatch(text):
        given = (cwd / alone["file"]).read_bytes() if alone["file"] else b""
        done = automl(*shlex.split(alone["words"]), cwd=cwd, stdin=given)
        return done.stdout + done.stderr
    return run_in_shell(re.sub(PROGRAM, f"{sys.executable} -m automl ", text), cwd)


def run_in_shell(text: str, cwd: Path) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "100"}
    process = subprocess.Popen(
        text,
        shell=True,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    if " dashboard" in text or " serve " in text:
        assert process.stdout is not None
        first = process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        return first
    output, _ = process.communicate(timeout=PATIENCE)
    return output


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_print_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
    make_files(tmp_path)
    for command in commands(page):
        check(command, run(command, tmp_path))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_spaces_on_the_page_are_right(page: Path) -> None:
    from automl.api.spaces import make_vocabulary
    from automl.spaces.space import parse_space

    for block in blocks(page, "yaml"):
        if "task:" in block["body"]:
            assert parse_space(block["body"], make_vocabulary(), page.name).parameters()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:\s]+)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
