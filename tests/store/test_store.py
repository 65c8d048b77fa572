"""The layout of results/."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.core.errors import StudyError
from automl.core.trial import Measurement, Status, TrialResult
from automl.store import Store

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), TEXT)


def test_a_study_is_one_that_was_begun(tmp_path: Path) -> None:
    store = Store(tmp_path / "results")
    assert store.names() == ()
    store.study("b").create({"name": "b"})
    store.study("a").create({"name": "a"})
    (store.root / "no study").mkdir()
    assert store.names() == ("a", "b")


@settings(max_examples=40)
@given(st.dictionaries(st.text("abcdef_", min_size=1), SCALARS))
def test_a_record_comes_back_as_it_was(tmp_path_factory, record) -> None:
    folder = Store(tmp_path_factory.mktemp("results")).study("s")
    folder.create(record)
    assert folder.record() == record


def test_a_text_of_many_lines_stays_readable(tmp_path: Path) -> None:
    folder = Store(tmp_path).study("s")
    folder.create({"text": "network:\n  - flatten\n"})
    assert "text: |\n  network:\n    - flatten\n" in (tmp_path / "s" / "study.yaml").read_text()


@pytest.mark.parametrize("text", ["", "- a list", "a: [", "\x00"])
def test_a_damaged_record_is_one_clear_line(text: str, tmp_path: Path) -> None:
    folder = Store(tmp_path).study("s")
    folder.path.mkdir()
    (folder.path / "study.yaml").write_text(text)
    with pytest.raises(StudyError, match=r"study\.yaml: is damaged"):
        folder.record()


def test_a_curve_comes_back_as_it_was(tmp_path: Path) -> None:
    folder = Store(tmp_path).study("s")
    curve = tuple(Measurement(step, step / 2, {"loss": 1 / step}, 0.1) for step in (1, 2, 3))
    folder.trial(7).mkdir(parents=True)
    folder.end_trial(TrialResult(7, Status.COMPLETE, curve))
    assert folder.curve(7) == curve
    assert folder.curve(8) == ()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StudyError, match="choose another folder with --results DIR"):
        Store(tmp_path / "file" / "results").prepare()
