"""What lies where in the folder of a study."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.core.errors import StudyError
from automl.store import StudyFolder

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), TEXT)


@settings(max_examples=40)
@given(st.dictionaries(st.text("abcdef_", min_size=1), SCALARS))
def test_a_record_comes_back_as_it_was(tmp_path_factory, record) -> None:
    folder = StudyFolder(tmp_path_factory.mktemp("results") / "s")
    folder.create(record)
    assert folder.record() == record


def test_a_text_of_many_lines_stays_readable(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path / "s")
    folder.create({"text": "network:\n  - flatten\n"})
    assert "text: |\n  network:\n    - flatten\n" in (tmp_path / "s" / "study.yaml").read_text()


@pytest.mark.parametrize("text", ["", "- a list", "a: [", "\x00"])
def test_a_damaged_record_is_one_clear_line(text: str, tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path / "s")
    folder.path.mkdir()
    (folder.path / "study.yaml").write_text(text)
    with pytest.raises(StudyError, match=r"study\.yaml: is damaged"):
        folder.record()


def test_trials_lie_side_by_side_by_their_numbers(tmp_path: Path) -> None:
    trial = StudyFolder(tmp_path).trial(7)
    assert trial.path == tmp_path / "trials" / "0007"
    assert (trial.number, trial.study) == (7, tmp_path)
