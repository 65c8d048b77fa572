"""Whatever a file holds, reading it ends in a space that can be used or in a SpaceError."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import own_data
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import bounded
from ruamel.yaml import YAML

from automl.api.spaces import make_vocabulary
from automl.core.errors import Infeasible, SpaceError
from automl.core.trial import Config
from automl.data.dataset import Dataset
from automl.spaces import list_spaces
from automl.spaces.domain import FixedSuggest, RandomSuggest
from automl.spaces.space import parse_space, read_space
from automl.tasks import TASKS
from automl.trials.preparation import inspect

VOCABULARY = make_vocabulary()
TEXTS = [path.read_text("utf-8") for _, path in list_spaces(Path("/"))]
DOCUMENTS = [json.dumps(YAML(typ="safe", pure=True).load(text)) for text in TEXTS]
PIECES = [
    *("{", "}", "[", "]", ":", ": ", ", ", "\n", "\n  - ", "- ", "? ", "#", '"', "'", "|\n", "\t"),
    *("&a ", "*a", "&a [*a, *a]", "<<: ", "---\n", "...\n", "%YAML 1.3\n---\n", "%YAML 1.1\n---\n"),
    *("!!int ", "!x ", "!!python/object/apply:os.system [x]", "!!python/name:os.system"),
    *("-1", "0", "1e400", "1e14", "0x" + "f" * 40, ".inf", "0o9", "null", "true", "~", "3.5", "''"),
    *("choices", "low", "high", "log: true", "step: 1", "shared: true", "grow: 0.5", "name", "lr"),
    *("stage", "layers", "repeat", "residual", "adamw", "epochs", "data: {name: digits, x: 1}"),
    *("\x00", "\x85", "\ufeff", "\u00e9", "\U0001f600", '"\\ud800"', '"\\U00110000"'),
]
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


@pytest.fixture(scope="module")
def data_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Dataset]:
    """Something of each kind of data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_DATA", str(tmp_path_factory.mktemp("cache")))
        yield cache(lambda kind: own_data.load(kind, tmp_path_factory.mktemp(kind))[1])


def lines_moved(draw: st.DrawFn, text: str) -> str:
    lines = text.splitlines(keepends=True)
    one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    change = draw(st.sampled_from(["drop", "double", "swap"]))
    if change == "drop":
        del lines[one]
    elif change == "double":
        lines.insert(other, lines[one])
    else:
        lines[one], lines[other] = lines[other], lines[one]
    return "".join(lines)


def word_replaced(draw: st.DrawFn, text: str) -> str:
    words = list(re.finditer(r"[\w.-]+", text))
    one, other = (words[draw(st.integers(0, len(words) - 1))] for _ in range(2))
    numbers = st.one_of(st.integers(), st.floats()).map(str)
    new = draw(st.one_of(st.just(other.group()), numbers, st.sampled_from(PIECES)))
    return text[: one.start()] + new + text[one.end() :]


def piece_put_in(draw: st.DrawFn, text: str) -> str:
    start = draw(st.integers(0, len(text)))
    end = start + draw(st.sampled_from([0, 0, 1, 3, 10, 40]))
    piece = draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)))
    return text[:start] + piece + text[end:]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A shipped space with a few lines, words or letters changed."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        if text.strip():
            text = draw(st.sampled_from([lines_moved, word_replaced, piece_put_in]))(draw, text)
    return text


@st.composite
def restructured(draw: st.DrawFn) -> str:
    """A shipped space with a few of its values replaced by odd ones."""
    root = json.loads(draw(st.sampled_from(DOCUMENTS)))
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


def read_and_check(text: str, data_of: Callable[[str], Dataset]) -> None:
    """Read a text and look at a few samples, as ``automl check`` does."""
    with contextlib.suppress(SpaceError), bounded(seconds=30):
        space = parse_space(text, VOCABULARY, "space.yaml")
        space.size()
        data = data_of(TASKS[space.tasks[0]].data)
        for suggest in (FixedSuggest(space.baseline()), RandomSuggest(0), RandomSuggest(1)):
            with contextlib.suppress(Infeasible):
                check(space.sample(suggest), data, space.objective.constraints)


def check(config: Config, data: Dataset, constraints: Mapping[str, float]) -> None:
    assert inspect(config, data, constraints).rows


@pytest.mark.parametrize("text", TEXTS)
def test_the_texts_are_right_before_they_are_spoiled(
    text: str, data_of: Callable[[str], Dataset]
) -> None:
    space = parse_space(text, VOCABULARY, "space.yaml")
    data = data_of(TASKS[space.tasks[0]].data)
    check(space.sample(FixedSuggest(space.baseline())), data, {})


@given(text=mutated())
def test_a_mutated_space(text: str, data_of: Callable[[str], Dataset]) -> None:
    read_and_check(text, data_of)


@given(text=restructured())
def test_a_restructured_space(text: str, data_of: Callable[[str], Dataset]) -> None:
    read_and_check(text, data_of)


@given(text=st.text(max_size=60))
def test_any_text(text: str, data_of: Callable[[str], Dataset]) -> None:
    read_and_check(text, data_of)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "space.yaml"
    path.write_bytes(content)
    with contextlib.suppress(SpaceError):
        read_space(path, VOCABULARY)
