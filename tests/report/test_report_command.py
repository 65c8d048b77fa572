"""``automl report`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import automl

pytestmark = pytest.mark.slow


def test_it_says_where_the_file_is(results: str, tmp_path: Path) -> None:
    run = automl("report", "digits", "--results", results, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(f"{results}/digits/report.html: 2,0")
    assert run.stdout.endswith(" kB, one file that needs no other\n")


def test_scripts_read_json(results: str, tmp_path: Path) -> None:
    flags = ("--format", "md", "--output", "mine.md", "--json")
    run = automl("report", "digits", "--results", results, *flags, cwd=tmp_path)
    told = json.loads(run.stdout)
    size = (tmp_path / "mine.md").stat().st_size
    assert told == {"path": "mine.md", "format": "md", "bytes": size}


def test_a_dash_prints_it(results: str, tmp_path: Path) -> None:
    flags = ("--format", "md", "--output", "-")
    run = automl("report", "digits", "--results", results, *flags, cwd=tmp_path)
    assert run.stdout.startswith("# `digits`: accuracy 0.")
    assert run.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_exits_2_with_a_line(results: str, tmp_path: Path) -> None:
    for flags, said in (
        (("digit",), "did you mean 'digits'?"),
        (("digits", "--format", "pdf"), "unknown format of a report 'pdf'; known: html, md"),
        (("digits", "--output", "no/r.html"), "cannot write no/r.html"),
        (("digits", "--output", "-", "--json"), "--json and --output - exclude each other"),
    ):
        run = automl("report", *flags, "--results", results, cwd=tmp_path)
        assert (run.returncode, run.stdout) == (2, "")
        assert said in run.stderr
        assert run.stderr.count("\n") == 1
