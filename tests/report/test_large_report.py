"""A study of 5,000 trials has a report that can be sent by mail."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from report_values import made_study, made_trial

from automl import api

pytestmark = pytest.mark.slow

TRIALS = 5000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    random = Random(0)
    statuses = ("complete", "pruned", "pruned")
    trials = [made_trial(number, random, statuses[number % 3]) for number in range(TRIALS)]
    return made_study(tmp_path_factory.mktemp("large"), trials)


def test_it_is_small_and_says_what_it_leaves_out(large: str) -> None:
    path = api.report("made", results=large)
    assert path.stat().st_size < 5_000_000
    text = path.read_text(encoding="utf-8")
    assert "All plots but the history show 1,000 of the 5,000 trials" in text
    assert text.count("rung 1 asks for 0.9") == sum(number % 3 > 0 for number in range(TRIALS))


def test_as_markdown_it_fits_into_a_comment(large: str) -> None:
    text = Path(api.report("made", "md", results=large)).read_text(encoding="utf-8")
    assert len(text) < 65_536
    assert "The first 100 of them, with their reasons" in text
