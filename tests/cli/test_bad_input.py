"""Bad input: one clear message, exit code 2, no traceback, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import TINY, automl

BROKEN = """\
task: image_classification
data: digits
network:
  - stage: conv
    repeat: {low: 3, high: 1}
    layers:
      - conv3d: {filters: 32}
      - conv2d: {filter: 32}
training:
  optimizer: {choices: {adamw: {lr: {low: 0, high: 1, log: true}}}}
baseline: {con.repeat: 1}
"""

# No worker of its own need be started to read data.
LOCAL = ("--executor", "local")
CASES = {
    "unknown space": (("search", "cn"), "did you mean 'cnn'?"),
    "unknown sampler": (
        ("search", "tiny.yaml", "--sampler", "tpee", *LOCAL),
        "did you mean 'tpe'?",
    ),
    "unknown pruner": (("search", "tiny.yaml", "--pruner", "ahsa", *LOCAL), "did you mean 'asha'?"),
    "unknown metric": (
        ("search", "tiny.yaml", "--metric", "acuracy", *LOCAL),
        "did you mean 'accuracy'?",
    ),
    "unknown executor": (("search", "tiny.yaml", "--executor", "rat"), "did you mean 'ray'?"),
    "unknown dataset": (
        ("search", "tiny.yaml", "--data", "digit", *LOCAL),
        "did you mean 'digits'?",
    ),
    "unknown flag": (("search", "cnn", "--trails", "3"), "--trials"),
    "no such folder": (("search", "tiny.yaml", "--data", "./photos", *LOCAL), "no such folder"),
    "empty folder": (("search", "tiny.yaml", "--data", "empty", *LOCAL), "empty"),
    "one class": (("search", "tiny.yaml", "--data", "one", *LOCAL), "class"),
    "no duration": (("search", "tiny.yaml", "--timeout", "5x"), "--timeout '5x': give a time"),
    "unwritable": (("search", "tiny.yaml", "--results", "/proc/no", *LOCAL), "--results"),
    "bad database": (("search", "tiny.yaml", "--storage", "sqlite:////no/x.db", *LOCAL), "storage"),
    "bad name": (("search", "tiny.yaml", "--name", "a/b", *LOCAL), "--name 'a/b'"),
    "unknown study": (("resume", "cnn"), "no study 'cnn'"),
    "nothing to show": (("dashboard",), "no studies in results yet"),
    "unknown format": (("export", "cnn", "--format", "onx"), "did you mean 'onnx'?"),
    "wrong space": (
        ("search", "tiny.yaml", "--data", "rows.csv", "--trials", "2"),
        "rows.csv holds the rows of a table, and tiny is for images: "
        "python -m automl search mlp --data rows.csv --trials 2\n",
    ),
    "no such data": (
        ("search", "--data", "emty"),
        "there is no file or folder 'emty', and no dataset of that name; did you mean 'empty'?",
    ),
    "data for a space": (("search", "one"), "'one' is no search space; if it is data: automl sea"),
    "no near space": (("search", "resnet"), "unknown search space 'resnet'; known: cnn, cnn_large"),
    "no space": (("search",), "name a search space, or data whose kind says which"),
    "foreign command": (("fit", "x"), "did you mean python -m automl search?"),
    "no bundle": (("predict", "nothing", "x.png"), "'nothing' is no bundle"),
}


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    (tmp_path / "tiny.yaml").write_text(TINY)
    (tmp_path / "empty").mkdir()
    (tmp_path / "rows.csv").write_text("size,colour,price\n" + "1,red,2\n3,blue,4\n" * 9)
    (tmp_path / "one" / "cat").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("case", CASES)
def test_one_clear_message(case: str, cwd: Path) -> None:
    arguments, expected = CASES[case]
    run = automl(*arguments, cwd=cwd)
    assert run.returncode == 2, run.stderr
    assert expected in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""


def test_all_that_is_wrong_with_a_space_is_said_at_once(cwd: Path) -> None:
    (cwd / "broken.yaml").write_text(BROKEN)
    run = automl("search", "broken.yaml", cwd=cwd)
    lines = run.stderr.splitlines()
    assert run.returncode == 2
    assert sorted({int(line.split(":")[1]) for line in lines}) == [5, 7, 8, 10, 11]
    assert "did you mean 'conv2d'?" in lines[1]
    assert not (cwd / "results").exists()


@pytest.mark.slow
def test_a_name_that_is_taken_loses_nothing(finished) -> None:
    before = (finished.cwd / "results" / "studies.journal").read_bytes()
    run = automl("search", "tiny.yaml", cwd=finished.cwd)
    assert run.returncode == 2
    assert "automl resume tiny" in run.stderr
    assert (finished.cwd / "results" / "studies.journal").read_bytes() == before


@pytest.mark.slow
def test_weights_that_were_not_kept(finished) -> None:
    run = automl("export", "tiny", "--trial", "99", cwd=finished.cwd)
    assert run.returncode == 2
    assert "--trial 99" in run.stderr
