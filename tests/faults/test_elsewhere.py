"""A study that is copied, whose data moved or changed, or whose space was edited, goes on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import TINY
from listener import Listener
from own_data import write_images

from automl import api
from automl.core.errors import DataError, StudyError
from automl.tuning.context import SearchOutcome

pytestmark = pytest.mark.slow


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tiny.yaml").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def search(**given: Any) -> SearchOutcome:
    return api.search("tiny.yaml", trials=2, executor="local", finalize=False, **given)


def resume(trials: int = 3, **given: Any) -> tuple[SearchOutcome, str]:
    """What a resume comes to, and what it announces before."""
    listener = Listener()
    outcome = api.resume("tiny", trials=trials, watcher=listener, **given)
    return outcome, "\n".join(listener.told)


def test_results_copied_to_another_place_go_on_there(here: Path) -> None:
    search()
    shutil.move(here / "results", here / "of another machine")
    outcome, _ = resume(results="of another machine")
    assert outcome.record.counted == 3
    assert (here / "of another machine/tiny/best/bundle.json").is_file()


def test_a_study_that_died_before_its_best_model_was_written_gets_it(here: Path) -> None:
    """All trials were told; only the bundle is missing."""
    best = search().best
    shutil.rmtree(here / "results/tiny/best")
    resume(2)
    bundle = json.loads((here / "results/tiny/best/bundle.json").read_text())
    assert best is not None
    assert bundle["origin"]["trial"] == best.number


def test_a_folder_that_was_renamed_is_told(here: Path) -> None:
    search()
    (here / "results/tiny").rename(here / "results/other")
    with pytest.raises(StudyError, match="belongs to the study 'tiny'; rename its folder"):
        api.show("other")


def test_an_unchanged_study_has_nothing_to_tell(here: Path) -> None:
    search()
    assert "changed" not in resume()[1]


def test_a_space_that_was_edited_is_shown_with_its_difference(here: Path) -> None:
    search()
    (here / "tiny.yaml").write_text(TINY.replace("choices: [16, 32]", "choices: [48, 64]"))
    outcome, told = resume(6)
    assert "the space 'tiny.yaml' has changed since the study began" in told
    assert "-      - dense: {units: {choices: [16, 32]}}" in told
    assert "+      - dense: {units: {choices: [48, 64]}}" in told
    assert {each.parameters["dense.1.units"] for each in outcome.record.trials} <= {16, 32}


def test_data_that_moved_is_found_by_a_flag(here: Path) -> None:
    write_images(here)
    search(data="images")
    (here / "images").rename(here / "pictures")
    with pytest.raises(DataError, match="images"):
        resume()
    outcome, told = resume(data="pictures")
    assert outcome.record.counted == 3
    assert "changed" not in told
    assert resume(4)[0].record.counted == 4  # it is remembered


def test_data_that_changed_is_told_with_its_difference(here: Path) -> None:
    write_images(here)
    search(data="images")
    (here / "images/dark/0.png").unlink()
    _, told = resume()
    assert "the data has changed since the study began (SHA-256 " in told
    assert "it was images, 112 train" in told
    assert "and is images, 111 train" in told


def test_another_version_is_told(here: Path) -> None:
    search()
    record = here / "results/tiny/study.yaml"
    lines = record.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.strip().startswith("torch:"))
    lines[at] = "  torch: 1.0.0"
    record.write_text("\n".join(lines) + "\n")
    assert "versions have changed since the study began: torch 1.0.0 is now" in resume()[1]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("trials: many", "study.yaml is damaged: trials: "),
        ("seed: [1]", "study.yaml is damaged: seed: "),
        ("sampler: tqe", "did you mean 'tpe'"),
    ],
)
def test_a_damaged_record_is_one_line(line: str, message: str, here: Path) -> None:
    search()
    record = here / "results/tiny/study.yaml"
    name = line.partition(":")[0]
    kept = [each for each in record.read_text().splitlines() if not each.startswith(f"{name}:")]
    record.write_text("\n".join([line, *kept]) + "\n")
    with pytest.raises(Exception, match=message) as caught:
        resume()
    assert "\n" not in str(caught.value)
