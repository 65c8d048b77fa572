"""Looks at test splits are counted, whoever takes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from automl.core.errors import StudyError
from automl.store import OPENINGS, Openings

PROGRAM = """
import sys
from pathlib import Path
from automl.store import Openings
for number in range(200):
    Openings(Path(sys.argv[1])).note("data", "split", f"{sys.argv[2]} {number} " + "x" * 300)
"""


def test_each_test_split_has_its_own_count(tmp_path: Path) -> None:
    openings = Openings(tmp_path / "results")
    assert openings.count("a", "1") == 0
    for data, split in (("a", "1"), ("a", "2"), ("a", "1"), ("b", "1")):
        openings.note(data, split, "final model of cnn")
    assert [openings.count("a", "1"), openings.count("a", "2"), openings.count("b", "1")] == [
        2,
        1,
        1,
    ]


@pytest.mark.slow
def test_processes_do_not_overwrite_each_other(tmp_path: Path) -> None:
    command = (sys.executable, "-c", PROGRAM, str(tmp_path))
    running = [subprocess.Popen((*command, name)) for name in ("one", "two", "three")]
    assert [each.wait() for each in running] == [0, 0, 0]
    assert Openings(tmp_path).count("data", "split") == 600


@pytest.mark.parametrize("damage", [b'{"data": "a", "spl', b"\xff\x00\n[1]\n", b"\n\n"])
def test_a_damaged_line_costs_no_other(tmp_path: Path, damage: bytes) -> None:
    openings = Openings(tmp_path)
    openings.note("a", "1", "x")
    with (tmp_path / OPENINGS).open("ab") as file:
        file.write(damage)
    openings.note("a", "1", "x")
    assert openings.count("a", "1") == 2


def test_what_cannot_be_counted_is_one_line(tmp_path: Path) -> None:
    (tmp_path / OPENINGS).mkdir()
    with pytest.raises(
        StudyError, match=r"cannot write to .*; choose another folder with --results"
    ):
        Openings(tmp_path).note("a", "1", "x")
