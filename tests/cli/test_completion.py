"""The shell completes commands, spaces, studies, datasets and other names, quickly and quietly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from automl.data import DATASETS
from automl.execution import EXECUTORS
from automl.export import EXPORTERS
from automl.tuning import PRUNERS, SAMPLERS

pytestmark = pytest.mark.slow

HEAVY = ("torch", "ray", "optuna", "numpy", "rich", "ruamel", "pandas", "plotly", "matplotlib")
# What Bash does when Tab is pressed: it calls the function that the script gave it.
PRESS_TAB = """\
eval "$(_AUTOML_COMPLETE=source_bash automl)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_automl_completion automl
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def cwd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two studies, one more elsewhere, and a space of one's own."""
    cwd = tmp_path_factory.mktemp("completion")
    for study in ("results/cats", "results/cars", "elsewhere/clouds"):
        (cwd / study).mkdir(parents=True)
        (cwd / study / "study.yaml").touch()
    (cwd / "search_spaces").mkdir()
    (cwd / "search_spaces" / "canals.yaml").touch()
    return cwd


def environment(**extra: str) -> dict[str, str]:
    """The test's own, with the program of the tested environment first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **extra}


def completed(cwd: Path, *words: str) -> list[str]:
    """What Bash offers for the last of the words."""
    run = subprocess.run(
        ["bash", "--norc", "-c", PRESS_TAB, "bash", "automl", *words],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
    return run.stdout.split()


needs_program = pytest.mark.skipif(
    shutil.which("automl", path=environment()["PATH"]) is None,
    reason="automl is not installed as a program",
)


@needs_program
class TestBash:
    def test_commands(self, cwd: Path) -> None:
        assert {"search", "resume", "watch", "show", "compare"} <= set(completed(cwd, ""))
        assert completed(cwd, "wat") == ["watch"]

    @pytest.mark.parametrize("command", ["show", "resume", "watch", "export", "compare"])
    def test_studies(self, cwd: Path, command: str) -> None:
        assert completed(cwd, command, "ca") == ["cars", "cats"]

    def test_studies_of_the_folder_that_was_named(self, cwd: Path) -> None:
        assert completed(cwd, "show", "--results", "elsewhere", "") == ["clouds"]
        assert completed(cwd, "show", "--results", "nowhere", "") == []

    def test_further_studies_to_compare(self, cwd: Path) -> None:
        assert completed(cwd, "compare", "cars", "cat") == ["cats"]

    @pytest.mark.parametrize("words", [("search",), ("check",), ("new", "mine", "--from")])
    def test_spaces(self, cwd: Path, words: tuple[str, ...]) -> None:
        assert completed(cwd, *words, "c") == ["canals", "cnn", "cnn_large"]

    def test_a_path_is_left_to_the_shell(self, cwd: Path) -> None:
        assert completed(cwd, "search", "./can") == []
        assert completed(cwd, "search", "cnn", "--data", "./can") == []

    @pytest.mark.parametrize(
        ("words", "names"),
        [
            (("search", "cnn", "--data"), DATASETS),
            (("check", "cnn", "--data"), DATASETS),
            (("data", "info"), DATASETS),
            (("search", "cnn", "--sampler"), SAMPLERS),
            (("search", "cnn", "--pruner"), PRUNERS),
            (("search", "cnn", "--executor"), EXECUTORS),
            (("export", "cats", "--format"), EXPORTERS),
        ],
    )
    def test_names(self, cwd: Path, words: tuple[str, ...], names: object) -> None:
        assert completed(cwd, *words, "") == list(names)  # type: ignore[call-overload]


# As the installed program: the name of the variable is made of its name.
ASK = "import sys; sys.argv = ['automl']; from automl.__main__ import main; main()"
LOADED = f"""\
import atexit, sys
heavy = {HEAVY}
atexit.register(lambda: print("heavy:", *[name for name in heavy if name in sys.modules]))
{ASK}
"""


def answered(cwd: Path, code: str, **asked: str) -> str:
    """What the program says to a shell that asks it as ``asked``; never a word of trouble."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=environment(**asked),
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
    return run.stdout


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_answered_in_their_own_way(cwd: Path, shell: str) -> None:
    said = answered(
        cwd,
        ASK,
        _AUTOML_COMPLETE=f"complete_{shell}",
        _TYPER_COMPLETE_ARGS="automl show ca",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
    )
    assert all(name in said for name in ("cars", "cats"))
    assert "cnn" not in said


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_a_script(cwd: Path, shell: str) -> None:
    said = answered(cwd, ASK, _AUTOML_COMPLETE=f"source_{shell}")
    assert f"_AUTOML_COMPLETE=complete_{shell}" in said


@pytest.mark.parametrize("words", ["show ", "search ", "search cnn --data ", "export x --format "])
def test_nothing_heavy_is_imported(cwd: Path, words: str) -> None:
    count = str(len(words.split()) + 1)
    asked = {"COMP_WORDS": f"automl {words}", "COMP_CWORD": count}
    said = answered(cwd, LOADED, _AUTOML_COMPLETE="complete_bash", **asked)
    *offered, heavy = said.splitlines()
    assert offered
    assert heavy == "heavy:"
