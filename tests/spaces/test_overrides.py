"""``--set``: a space with other values, which are checked as the file's are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_spaces import names
from small_vocabulary import VOCABULARY

from automl.core.errors import SpaceError, UserError
from automl.spaces.document import split_overrides
from automl.spaces.domain import FixedSuggest
from automl.spaces.space import SearchSpace, parse_space

TEXT = """
task: image_classification
data: digits
network:
  - stage: body
    repeat: {low: 1, high: 3}
    layers:
      - conv2d: {filters: {choices: [8, 16]}}
      - activation: relu
  - flatten
  - dropout: {low: 0.0, high: 0.5}
training:
  batch_size: {choices: [32, 64]}
  optimizer:
    choices:
      adamw: {lr: {low: 0.001, high: 0.1, log: true}}
      sgd: {lr: 0.1}
baseline: {batch_size: 64, dropout: 0.1}
"""


def read(*given: str) -> SearchSpace:
    return parse_space(TEXT, VOCABULARY, "space.yaml", split_overrides(given))


def training(space: SearchSpace) -> dict[str, object]:
    return dict(space.sample(FixedSuggest(space.baseline())).training)


def test_a_fixed_value_is_no_longer_drawn() -> None:
    space = read("training.batch_size=128")
    assert "batch_size" in names(read())
    assert "batch_size" not in names(space)
    assert training(space)["batch_size"] == 128
    assert space.baseline()["dropout"] == 0.1


def test_a_section_that_the_file_does_not_have_is_made() -> None:
    assert read("search.trials=7").search.trials == 7
    assert read("objective.metric=loss").objective.metric == "loss"


def test_a_distribution_is_a_value() -> None:
    space = read("training.batch_size={choices: [8, 9]}")
    assert space.baseline()["batch_size"] == 8  # the file's 64 is none of them
    assert "clip_norm" in names(read("training.clip_norm={low: 0.1, high: 1}"))


def test_a_branch_of_choices_is_reached_by_its_name() -> None:
    space = read("training.optimizer.adamw.lr=0.02")
    assert "optimizer" in names(space)
    assert "optimizer.adamw.lr" not in names(space)


def test_one_branch_alone_can_be_left() -> None:
    space = read("training.optimizer={adamw: {lr: 0.5}}")
    assert "optimizer" not in names(space)


def test_a_short_form_is_as_good_as_a_long_one() -> None:
    space = read("training.schedule=cosine", "training.optimizer=adamw")
    assert "optimizer" not in names(space)


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        ("network.body.repeat=2", "body.repeat"),
        ("network.body.layers.conv2d.filters=4", "body.1.filters"),
        ("network.dropout=0.2", "dropout"),
    ],
)
def test_stages_and_layers_are_found_by_their_names(given: str, gone: str) -> None:
    assert gone in names(read())
    assert gone not in names(read(given))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("training.batch_size=ten", "`batch_size` of training (='ten') must be a whole number"),
        ("training.batchsize=3", "unknown option 'batchsize' of training; did you mean 'batch_size'?"),  # noqa: E501
        ("trainig.epochs=3", "unknown key 'trainig' of a search space; did you mean 'training'?"),
        ("network.boby.repeat=2", "there is no 'boby' in that list; did you mean 'body'?"),
        ("task.name=3", "it has no 'name' there, only 'image_classification'"),
        ("training.batch_size={low: 1", "broken YAML: "),
        ("training.epochs={low: 1, high: 2}", "`epochs` cannot be drawn"),
    ],
)  # fmt: skip
def test_a_wrong_value_names_its_flag(given: str, problem: str) -> None:
    with pytest.raises(SpaceError) as caught:
        read(given)
    first = str(caught.value).splitlines()[0]
    assert first.startswith(f"--set {given}: {problem}")


def test_problems_of_the_file_keep_their_lines() -> None:
    with pytest.raises(SpaceError) as caught:
        parse_space(
            TEXT.replace("flatten", "flaten"),
            VOCABULARY,
            "space.yaml",
            {"training.epochs": "x"},
        )
    assert [line.partition(": ")[0] for line in str(caught.value).splitlines()] == [
        "space.yaml:10",
        "--set training.epochs=x",
    ]


@pytest.mark.parametrize("given", ["training.epochs", "=3", "training..epochs=3", "a.b= "])
def test_what_is_no_path_and_value_is_refused(given: str) -> None:
    with pytest.raises(UserError, match=r"--set .* must be PATH=VALUE, such as"):
        split_overrides([given])


def test_one_path_has_one_value() -> None:
    with pytest.raises(UserError, match=r"--set a\.b is there twice: 1 and 2"):
        split_overrides(["a.b=1", "a.b=2"])


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_a_value_or_a_problem(path: str, value: str) -> None:
    try:
        overrides = split_overrides([f"{path}={value}"])
        parse_space(TEXT, VOCABULARY, "space.yaml", overrides)
    except UserError:
        pass
