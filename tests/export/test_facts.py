from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from automl.core.errors import UserError
from automl.export.card import render_card
from automl.export.facts import Input, ModelFacts, Origin, Score

FACTS = ModelFacts(
    task="image_classification",
    labels=("cat", "dog"),
    input=Input(shape=(3, 8, 8), mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2)),
    network=({"flatten": {}},),
    parameters=386,
    score=Score(metric="accuracy", value=0.5),
    origin=Origin(study="pets", trial=0, epochs=1, data="photos", fingerprint="ab"),
)

texts = st.text(max_size=20)
written = st.builds(
    ModelFacts,
    format=texts,
    task=texts,
    labels=st.lists(texts, min_size=1, max_size=4).map(tuple),
    input=st.just(FACTS.input),
    network=st.lists(
        st.dictionaries(
            texts, st.dictionaries(texts, st.integers() | texts), min_size=1, max_size=1
        ),
        max_size=3,
    ).map(tuple),
    score=st.builds(Score, value=st.floats(allow_nan=False, allow_infinity=False)),
    origin=st.builds(Origin),
    versions=st.just(FACTS.versions),
)


@settings(max_examples=40)
@given(written)
def test_facts_survive_json(facts: ModelFacts) -> None:
    assert ModelFacts.from_json(facts.to_json(), "bundle.json") == facts


@settings(max_examples=40)
@given(written)
def test_no_name_breaks_the_table_of_the_card(facts: ModelFacts) -> None:
    rows = [row for row in render_card(facts, "").splitlines() if row.startswith("| ")]
    assert len(rows) == 8
    assert all(row.replace("\\|", "").count("|") == 3 for row in rows)


def test_facts_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        FACTS.task = "other"  # type: ignore[misc]


def altered(**changes: Any) -> str:
    return json.dumps({**json.loads(FACTS.to_json()), **changes})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Invalid JSON"),
        (FACTS.to_json()[:200], "Invalid JSON"),
        ("[]", "should be"),
        ("{}", "version: Field required"),
        (altered(version="one"), "version"),
        (altered(version=0), "version"),
        (altered(labels=[]), "labels"),
        (altered(parameters=-1), "parameters"),
        (altered(network=[{"flatten": {}, "dense": {}}]), r"network\.0"),
        (altered(input={"shape": [1, 8, 8], "mean": [0.5, 0.5], "std": [1]}), "1 channels"),
        (altered(input={"shape": [1, 0, 8], "mean": [0.5], "std": [1]}), r"input\.shape\.1"),
        (altered(weights="/etc/passwd"), "weights"),
        ("[" * 100_000, "Invalid JSON"),
    ],
)
def test_what_is_damaged_or_foreign_is_one_clear_error(text: str, says: str) -> None:
    with pytest.raises(UserError, match=rf"^b/bundle\.json is no .*{says}") as caught:
        ModelFacts.from_json(text, "b/bundle.json")
    assert "\n" not in str(caught.value)


def test_a_newer_bundle_asks_for_a_newer_program() -> None:
    with pytest.raises(UserError, match=r"has bundle version 2, .* pip install --upgrade automl"):
        ModelFacts.from_json(altered(version=2, news="unknown here"), "bundle.json")
