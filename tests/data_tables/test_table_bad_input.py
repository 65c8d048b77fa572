"""What a user's table may have wrong with it, and what they are told."""

from __future__ import annotations

import json

import numpy as np
import pytest
from table_files import load

from automl.core.errors import DataError


def table(rows: int = 40, **columns) -> str:
    """JSON lines: what the functions in ``columns`` make of each row's number."""
    base = {"size": lambda row: row * 37 % 101 / 7}
    made = [{name: of(row) for name, of in {**base, **columns}.items()} for row in range(rows)]
    return "\n".join(json.dumps(row) for row in made)


def ab(row: int) -> str:
    return "ab"[row % 2]


REFUSED = [
    ("a,label\n1,a\n2\n", {}, [":3", "header has 2 fields", "this row 1"]),
    ("1,a\n2,b\n3,a\n", {}, [":1", "looks like data"]),
    (table(label=lambda row: "same"), {}, ["'label' is 'same' in every row"]),
    (table(price=lambda row: 3.5), {}, ["'price' is '3.5' in every row"]),
    (table(label=lambda row: None), {}, ["'label' is missing in every row"]),
    (table(label=lambda row: "rare" if row < 2 else "common"), {}, ["'rare' has 2", "at least 3"]),
    (table(label=lambda row: [row]), {}, ["'label' holds lists"]),
    (table(2, price=lambda row: row + 0.5), {}, ["2 rows", "3 splits"]),
    (
        table(label=ab),
        {"target": "Labels"},
        ["no column 'Labels'", "--target", "did you mean 'label'"],
    ),
    (table(label=ab), {"target": "qqqq"}, ["no column 'qqqq'", "it has size, label"]),
    (table(label=ab), {"drop": "size, sise"}, ["no column 'sise'", "`drop`", "'size'"]),
    (table(label=ab), {"drop": "size"}, ["'label' is its only column"]),
    (
        table(label=ab, size=lambda row: 1),
        {},
        ["no column is left", "left out 'size'", "same value"],
    ),
    (table(label=ab), {"group": "sizes"}, ["no column 'sizes'", "--group", "'size'"]),
    (
        table(label=ab),
        {"group": "size", "time": "size"},
        ["--group 'size'", "--time 'size'", "by one of them"],
    ),
    (table(label=ab, who=ab), {"group": "who"}, ["2 groups cannot be split into 3 splits"]),
    (table(label=ab, day=ab), {"time": "day"}, ["'day'", "dates or numbers", "'a' is neither"]),
    (
        table(label=ab, day=lambda row: row or None),
        {"time": "day"},
        ["1 row has no value in 'day'"],
    ),
    (
        table(label=lambda row: "old" if row < 20 else "new", day=lambda row: row),
        {"time": "day"},
        ["validation has examples of 1 class only, 'new'"],
    ),
]


@pytest.mark.parametrize(("content", "options", "told"), REFUSED)
def test_what_cannot_be_learned_from_is_refused_in_a_line(content, options, told, tmp_path):
    path = tmp_path / ("t.jsonl" if content.startswith("{") else "t.csv")
    path.write_text(content)
    with pytest.raises(DataError) as error:
        load(path, **options)
    line = str(error.value)
    assert "\n" not in line
    assert line.startswith(str(path))
    for words in told:
        assert words in line


TOLD = [
    (table(label=lambda row: ab(row) if row % 4 else None), {}, ["10 rows of 40 whose target"]),
    (
        table(label=lambda row: float("inf") if row == 2 else row / 7),
        {},
        ["1 row of 40 whose target"],
    ),
    (table(outcome=ab), {}, ["predicts 'outcome'"]),
    (table(label=ab, key=lambda row: row + 7), {}, ["left out 'key': whole numbers"]),
    (table(label=ab, name=lambda row: f"no {row}"), {}, ["left out 'name'", "text or a name"]),
    (
        table(label=ab, power=lambda row: "?" if row == 5 else str(row / 7)),
        {},
        ["1 cell without a value: 'power' 1 (such as '?')"],
    ),
    (
        table(label=ab, power=lambda row: "low" if row % 5 == 0 else str(row / 7)),
        {},
        ["left out 'power': numbers except for 8 of 40 values such as 'low'", "clear them"],
    ),
    (
        table(label=lambda row: ["no", " no", "No", "yes"][row % 4]),
        {},
        ["'No' and 'no' in 'label'"],
    ),
    (
        table(price=lambda row: "<1.0" if row == 7 else row / 7),
        {},
        ["1 cell without a value: 'price' 1 (such as '<1.0')", "1 row of 40 whose target"],
    ),
    (table(label=ab, tags=lambda row: [row]), {}, ["left out 'tags': lists"]),
    (
        table(label=ab, none=lambda row: None, one=lambda row: 1),
        {},
        ["left out 'none', 'one': the same"],
    ),
    (table(label=ab, twin=lambda row: "pq"[row % 2]), {}, ["'twin' gives 'label' away"]),
    (table(label=ab, one=lambda row: row % 2, two=ab), {}, ["'one', 'two' give 'label' away"]),
    (table(price=lambda row: row**1.5, cents=lambda row: -100 * row**1.5), {}, ["'cents' gives"]),
    (table(price=lambda row: row**1.5, log=np.log1p), {}, ["'log' gives"]),
    (
        table(label=ab, size=lambda row: row % 2 + row % 3),
        {},
        ["validation rows are also in train,", "test rows are also in train or validation,"],
    ),
]


@pytest.mark.parametrize(("content", "options", "told"), TOLD)
def test_what_is_suspicious_is_told_with_names_and_counts(content, options, told, tmp_path):
    (tmp_path / "t.jsonl").write_text(content)
    notes = " | ".join(load(tmp_path / "t.jsonl", **options).notes)
    for words in told:
        assert words in notes


def test_what_is_fine_is_not_spoken_of(tmp_path):
    (tmp_path / "t.jsonl").write_text(table(label=lambda row: "ab"[row * row % 7 > 2]))
    assert load(tmp_path / "t.jsonl", target="label").notes == ()
