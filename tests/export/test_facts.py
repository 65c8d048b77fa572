from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from automl.core.data_types import Classes, Quantities
from automl.core.errors import UnknownName, UserError
from automl.data.images.encoding import ImageEncoding
from automl.export.card import render_card
from automl.export.facts import ModelFacts, ModelOrigin, ModelScore

FACTS = ModelFacts(
    task="image_classification",
    encoding=ImageEncoding(image_shape=(3, 8, 8), mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2)),
    target=Classes(("cat", "dog")),
    network=({"flatten": {}},),
    parameters=386,
    scores=(ModelScore(metric="accuracy", value=0.5),),
    origin=ModelOrigin(study="pets", trial=0, epochs=1, data="photos", fingerprint="ab"),
)

texts = st.text(max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False)
classes = st.builds(Classes, st.lists(texts, min_size=1, max_size=4).map(tuple))
quantities = st.builds(
    lambda of, steps: Quantities(*map(tuple, zip(*of, strict=True)), steps=steps),
    st.lists(st.tuples(texts, numbers, st.floats(1e-6, 1e6)), min_size=1, max_size=3),
    st.integers(1, 9),
)
written = st.builds(
    ModelFacts,
    format=texts,
    task=texts,
    encoding=st.just(FACTS.encoding),
    target=classes | quantities,
    network=st.lists(
        st.dictionaries(
            texts, st.dictionaries(texts, st.integers() | texts), min_size=1, max_size=1
        ),
        max_size=3,
    ).map(tuple),
    scores=st.lists(st.builds(ModelScore, value=numbers), min_size=1, max_size=3).map(tuple),
    origin=st.builds(ModelOrigin),
    versions=st.just(FACTS.versions),
)


@settings(max_examples=40)
@given(written)
def test_facts_survive_json(facts: ModelFacts) -> None:
    assert ModelFacts.from_json(facts.to_json(), "bundle.json") == facts


@settings(max_examples=40)
@given(written)
def test_no_name_breaks_the_tables_of_the_card(facts: ModelFacts) -> None:
    rows = [row for row in render_card(facts, "").splitlines() if row.startswith("| ")]
    bars = [row.replace("\\|", "").count("|") for row in rows]
    assert bars == [3] * 9 + [6] * (2 + len(facts.scores))


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
        (altered(target={"labels": []}), "`labels` must have at least one"),
        (altered(target={"names": ["a"], "mean": [0], "std": [0]}), "must be above 0"),
        (altered(target={"names": ["a"], "mean": [0], "std": []}), "of one length"),
        (altered(target={"names": ["a"]}), r"target\..*Field required"),
        (altered(parameters=-1), "parameters"),
        (altered(scores=[]), "scores"),
        (altered(network=[{"flatten": {}, "dense": {}}]), r"network\.0"),
        (altered(encoding={}), "one kind of encoding"),
        (altered(encoding=7), "one kind of encoding"),
        (altered(encoding={"images": {"mean": [0.5]}}), "encoding: .*image_shape: Field required"),
        (altered(weights="/etc/passwd"), "weights"),
        ("[" * 100_000, "Invalid JSON"),
    ],
)
def test_what_is_damaged_or_foreign_is_one_clear_error(text: str, says: str) -> None:
    with pytest.raises(UserError, match=rf"^b/bundle\.json is no .*{says}") as caught:
        ModelFacts.from_json(text, "b/bundle.json")
    assert "\n" not in str(caught.value)


def test_a_newer_bundle_asks_for_a_newer_program() -> None:
    with pytest.raises(UserError, match=r"has bundle version 5, .* pip install --upgrade automl"):
        ModelFacts.from_json(altered(version=5, news="unknown here"), "bundle.json")


def test_an_older_bundle_is_to_be_exported_again() -> None:
    with pytest.raises(UserError, match=r"version 1, .* reads 4; export the model again"):
        ModelFacts.from_json(altered(version=1, labels=["cat"]), "bundle.json")


def test_an_unknown_encoding_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'images'"):
        ModelFacts.from_json(altered(encoding={"image": {}}), "bundle.json")


def test_a_target_that_the_task_is_not_about_is_told() -> None:
    facts = FACTS.model_copy(update={"target": Quantities(("a",), (0.0,), (1.0,))})
    with pytest.raises(UserError, match="ImageClassification predicts Classes"):
        facts.make_task()
