"""Whatever a file holds, reading it ends in a space or in a SpaceError."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from small_vocabulary import VOCABULARY

from automl.core.errors import Infeasible, SpaceError
from automl.spaces.fixed_suggest import FixedSuggest
from automl.spaces.read import parse_space, read_space

TEXT = """
task: image_classification
data: {name: digits, size: {choices: [8, 16]}}
network:
  - stage: conv
    repeat: {low: 1, high: 4}
    layers:
      - conv2d:
          filters: {choices: [16, 32], grow: 2}
          kernel_size: {choices: [3, 5], shared: true}
      - batch_norm
      - residual: [{activation: {choices: [relu, gelu]}}, {grouped: {filters: 4, groups: 2}}]
      - dropout: {low: 0.0, high: 0.4, step: 0.1}
  - choices:
      flat: [flatten, {dense: {units: {low: 32, high: 256, log: true}}}]
      pool: []
    name: head
training:
  epochs: 10
  optimizer:
    choices:
      adamw: {lr: {low: 1e-4, high: 1e-2, log: true}}
      sgd: &sgd {lr: 0.1, momentum: {low: 0.8, high: 0.99}}
  schedule: {choices: [constant, cosine]}
  augment: [flip, {crop: {low: 0, high: 4}}]
objective: {metric: accuracy, constraints: {parameters: {max: 2000000}}}
search: {trials: 30, sampler: tpe, pruner: asha}
baseline: {conv.repeat: 1, conv.1.dropout: 0.2}
"""
TOKENS = [
    *("{", "}", "[", "]", ":", ": ", ", ", "\n", "\n  - ", "- ", "? ", "#", '"', "'", "|\n", "\t"),
    *(
        "&sgd ",
        "*sgd",
        "<<: ",
        "---\n",
        "...\n",
        "%YAML 1.3\n---\n",
        "%YAML 1.1\n---\n",
        "!!int ",
        "!x ",
    ),
    *("-1", "0", "1e400", "1e14", "0x" + "f" * 40, ".inf", "0o9", "null", "true", "~", "3.5", "''"),
    *("choices", "low", "high", "log: true", "step: 1", "shared: true", "grow: 0.5", "name", "lr"),
    *("stage", "layers", "repeat", "residual", "adamw", "epochs"),
    *("\x00", "\x85", "\ufeff", "\u00e9", "\U0001f600", '"\\ud800"', '"\\U00110000"'),
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The text with a few pieces cut out, put in, or moved."""
    text = TEXT
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 3, 10, 40])))
        piece = draw(st.one_of(st.sampled_from(TOKENS), st.just(""), st.text(max_size=5)))
        if draw(st.booleans()):
            other = draw(st.integers(0, len(TEXT)))
            piece = TEXT[other : other + draw(st.integers(1, 20))]
        text = text[:start] + piece + text[end:]
    return text


DOCUMENT = json.dumps(YAML(typ="safe", pure=True).load(TEXT))
ODD = st.recursive(
    st.sampled_from([None, True, 0, -1, 2, 10**14, 0.5, 1e-300, "", "x", "relu", "conv", "a.b"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["low", "high", "log", "step", "choices", "shared", "grow", "stage"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=5,
)


@st.composite
def restructured(draw: st.DrawFn) -> str:
    """The document with a few of its values replaced by odd ones."""
    root = json.loads(DOCUMENT)
    for _ in range(draw(st.integers(1, 3))):
        holder: Any = root
        while True:
            keys = range(len(holder)) if isinstance(holder, list) else sorted(holder)
            key = draw(st.sampled_from(keys))
            inner = holder[key]
            if not isinstance(inner, (dict, list)) or not inner or draw(st.integers(0, 3)) == 0:
                break
            holder = inner
        holder[key] = draw(ODD)
    return json.dumps(root)


def read_and_use(text: str) -> None:
    with contextlib.suppress(SpaceError, Infeasible):
        space = parse_space(text, VOCABULARY, "space.yaml")
        space.size()
        space.sample(FixedSuggest(space.baseline()))


@settings(max_examples=80, deadline=None)
@given(text=mutated())
def test_a_mutated_space(text: str):
    read_and_use(text)


@settings(max_examples=80, deadline=None)
@given(text=restructured())
def test_a_restructured_space(text: str):
    read_and_use(text)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text(text: str):
    read_and_use(text)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=60))
def test_any_bytes(tmp_path: Path, content: bytes):
    path = tmp_path / "space.yaml"
    path.write_bytes(content)
    with contextlib.suppress(SpaceError):
        read_space(path, VOCABULARY)


def test_the_text_is_right_before_it_is_mutated():
    space = parse_space(TEXT, VOCABULARY, "space.yaml")
    assert space.baseline()["conv.1.dropout"] == 0.2
