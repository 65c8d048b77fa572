"""Files of a study that are gone or full of zeros: what is left is used, what is lost is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import TINY
from listener import Listener
from striking import Striker

from automl import api
from automl.core.errors import StudyError, UserError
from automl.store import holds_weights

pytestmark = pytest.mark.slow

STUDY = "results/tiny"


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a study of three trials has its final model."""
    folder = tmp_path_factory.mktemp("searched")
    (folder / "tiny.yaml").write_text(TINY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        api.search("tiny.yaml", trials=3, epochs=1, executor="local", pruner="none", finalize=False)
    return folder


@pytest.fixture
def here(searched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to be damaged."""
    shutil.copytree(searched, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def zero(path: Path) -> None:
    """What a power cut leaves of a file whose length was written and whose content was not."""
    path.write_bytes(bytes(path.stat().st_size))


def resume(trials: int = 3, **given: Any) -> tuple[api.Study, list[str]]:
    listener = Listener()
    study = api.resume("tiny", trials=trials, watcher=listener, **given)
    return study, [each for each in listener.told if "trial" in each]


def bundle_of(folder: Path) -> int:
    facts = json.loads((folder / STUDY / "best/bundle.json").read_text())
    trial: int = facts["origin"]["trial"]
    return trial


def complaints_of(act: Callable[[], object]) -> list[str]:
    """What a user is told who can do something about it; all else is an error."""
    try:
        act()
    except UserError as error:
        return [str(error)]
    return []


@pytest.mark.parametrize("how", ["folder", "weights", "zeros"])
def test_without_the_best_trials_files_the_next_best_is_the_model(how: str, here: Path) -> None:
    ranked = [each.number for each in api.show("tiny").ranked]
    folder = here / STUDY / "trials" / f"{ranked[0]:04d}"
    weights = folder / "weights.safetensors"
    shutil.rmtree(folder) if how == "folder" else zero(weights) if how == "zeros" else None
    weights.unlink(missing_ok=True) if how == "weights" else None
    study, told = resume()
    assert study.outcome.reason == "done"
    assert [each.status for each in study.outcome.study.trials] == ["complete"] * 3
    assert bundle_of(here) == ranked[1]
    assert told == [
        f"trial {ranked[0]} is the best, but its weights are not here: {STUDY}/best has trial "
        f"{ranked[1]}"
    ]
    assert resume(4)[0].outcome.study.counted == 4


def test_every_file_of_a_study_may_be_zeros(searched: Path, here: Path) -> None:
    """Whichever of them it is: one line at most, and never a fault of the tool's own."""
    files = [each for each in searched.rglob("results/**/*") if each.is_file()]
    files = [each for each in files if "/0001/" not in str(each) and "/0002/" not in str(each)]
    assert len(files) > 20
    complaints = []
    for whole in files:
        zero(here / whole.relative_to(searched))
        for look in (lambda: api.show("tiny"), lambda: api.report("tiny"), resume):
            complaints += complaints_of(look)
        shutil.copytree(searched, here, dirs_exist_ok=True)
    assert complaints
    assert not [each for each in complaints if "\n" in each]


def test_weights_are_whole_or_none(here: Path) -> None:
    weights = here / STUDY / "trials/0000/weights.safetensors"
    assert holds_weights(weights)
    content = weights.read_bytes()
    for damaged in (b"", content[:5], content[:-1], content + b"x", bytes(len(content))):
        weights.write_bytes(damaged)
        assert not holds_weights(weights)
    weights.unlink()
    assert not holds_weights(weights)


def search_and_strike(strike: Callable[[], object], **given: Any) -> api.Study:
    settings = {"executor": "local", "pruner": "none", "finalize": False, **given}
    return api.search(
        "tiny.yaml", name="struck", trials=3, epochs=4, watcher=Striker(strike), **settings
    )


@pytest.mark.parametrize("what", ["results", "results/struck"])
def test_results_that_are_removed_while_a_search_runs_are_told(what: str, here: Path) -> None:
    removed = "results/struck is gone: it or its disk was removed"
    with pytest.raises(StudyError, match=removed) as told:
        search_and_strike(lambda: shutil.rmtree(what))
    assert "\n" not in str(told.value)


def test_a_trials_folder_that_is_deleted_while_it_runs_costs_nothing(here: Path) -> None:
    study = search_and_strike(lambda: shutil.rmtree("results/struck/trials/0001"))
    assert [each.status for each in study.outcome.study.trials] == ["complete"] * 3
    assert holds_weights(here / "results/struck/trials/0001/weights.safetensors")
    assert len((here / "results/struck/trials/0001/curve.jsonl").read_text().splitlines()) == 16
    assert api.trial("struck", 1).network is not None
    assert api.resume("struck", trials=3).outcome.study.counted == 3


def test_a_journal_that_is_garbled_while_a_search_runs(
    here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The search knows what it has read; whoever reads it next is told what is lost."""
    journal = Path("results/studies.journal")

    def garble() -> None:
        content = journal.read_bytes()
        begun = content.rindex(b'{"op_code":4')  # where trial 1 begins
        with journal.open("r+b") as file:
            file.seek(begun)
            file.write(b"\xff" * 20)

    study = search_and_strike(garble)
    assert [each.status for each in study.outcome.study.trials] == ["complete"] * 3
    again = api.show("struck")
    assert [each.status for each in again.trials] == ["complete"] * 3
    assert [each.objective for each in again.trials] == [
        each.objective for each in study.outcome.study.trials
    ]
    told = [each for each in caplog.messages if "damaged" in each]
    assert [each.partition("; ")[0].partition(": ")[2].partition(" of ")[0] for each in told] == [
        "1 line"
    ]
    assert api.resume("struck").outcome.study.counted == 3
