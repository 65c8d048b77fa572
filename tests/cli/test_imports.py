"""What is imported when: help is quick, and heavy libraries wait until they are used."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import COMMAND, environment

pytestmark = pytest.mark.slow

HEAVY = (
    *("torch", "ray", "optuna", "sklearn", "numpy", "onnx", "scipy", "rich", "ruamel.yaml"),
    *("jinja2", "plotly", "pandas", "matplotlib", "IPython", "wandb", "tensorboard"),
    *("keras", "tensorflow", "fastapi", "uvicorn"),
)

PROBE = """
import sys
from automl.__main__ import main
sys.argv = ["automl", *{arguments!r}]
try:
    main()
except SystemExit:
    pass
heavy = [name for name in {heavy!r} if name in sys.modules]
print("imported:", *heavy)
"""


def imported(*arguments: str, cwd: Path) -> list[str]:
    code = PROBE.format(arguments=arguments, heavy=HEAVY)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=True
    )
    return run.stdout.splitlines()[-1].removeprefix("imported:").split()


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("search", "--help"), ("spaces",), ("nonsense",)]
)
def test_nothing_heavy_is_imported_to_answer_at_once(arguments: tuple[str, ...], tmp_path: Path):
    assert imported(*arguments, cwd=tmp_path) == []


def test_a_study_is_shown_without_ray_pytorch_and_scikit_learn(finished) -> None:
    assert not {"ray", "sklearn", "torch"} & set(imported("show", "tiny", cwd=finished.cwd))


def test_a_broken_space_is_told_without_torch(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("task: nonsense")
    assert not {"torch", "ray"} & set(imported("search", "broken.yaml", cwd=tmp_path))


def test_help_takes_a_fifth_of_a_second() -> None:
    """Of processor time, at best; a busy machine has as much more for importing Typer alone."""
    typer = (sys.executable, "-c", "import typer")
    assert any(
        processor_seconds(*COMMAND, "--help") < max(0.2, 2.5 * processor_seconds(*typer))
        for _ in range(20)
    )


def processor_seconds(*command: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment(), capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
