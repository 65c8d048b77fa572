"""A search space from a stranger builds no objects, and is refused before it takes long."""

from __future__ import annotations

from pathlib import Path

import pytest
from limits import bounded

from automl.api.spaces import make_vocabulary
from automl.core.errors import SpaceError
from automl.spaces.space import read_space

VOCABULARY = make_vocabulary()
NINE = ", ".join(["*{0}"] * 9)
LAUGHS = "a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"{name}: &{name} [{NINE.format(before)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
ATTACKS = {
    "a call": ("!!python/object/apply:os.mkdir [{marker}]", "the tag python/object/apply"),
    "a call in a value": ("task: !!python/object/apply:os.mkdir [{marker}]", "has no meaning"),
    "a call as a key": ("? !!python/object/apply:os.mkdir [{marker}]\n: 1", "must be a text"),
    "an object": ("task: !!python/object/new:os.mkdir {{args: [{marker}]}}", "has no meaning"),
    "a function": ("task: !!python/name:os.mkdir", "the tag python/name:os.mkdir"),
    "a module": ("task: !!python/module:os", "the tag python/module:os"),
    "a tag of its own": ("%TAG ! tag:a,2000:\n---\ntask: !b c", "the tag tag:a,2000:b"),
    "bytes": ("task: !!binary aGVsbG8=", "the tag binary"),
    "a billion laughs": (LAUGHS, "too large: over 10,000 values"),
    "a value inside itself": ("task: &a [*a]", "nested too deeply"),
    "a merge of itself": ("task: &a {{<<: *a}}", "nested too deeply"),
    "a thousand lists": ("task: " + "[" * 1000, "nested too deeply"),
    "ten thousand mappings": ("{{a: " * 10_000, "nested too deeply"),
    "ten thousand dashes": ("- " * 10_000, "nested too deeply"),
    "a key twice": ("task: a\ntask: b", "'task' is here twice; first in line 1"),
    "a merge key": ("training:\n  <<: {{epochs: 1}}", "unknown option '<<' of training"),
    "two documents": ("task: a\n---\ntask: b", "found another document"),
    "a number without an end": ("task: " + "9" * 50_000, "is not a number"),
    "a zero byte": ("task: \0", "special characters are not allowed"),
    "what a terminal acts on": ("task: \x1b[2J", "special characters are not allowed"),
    "many values": ("task: [" + "1," * 10_001 + "]", "too large: over 10,000 values"),
    "a hundred megabytes": ("# " + "x" * 100_000_000, "too large: over 100,000 bytes"),
}


def refuses(path: Path, saying: str) -> None:
    with bounded(seconds=20), pytest.raises(SpaceError, match=saying):
        read_space(path, VOCABULARY)


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused(tmp_path: Path, name: str) -> None:
    text, saying = ATTACKS[name]
    path = tmp_path / "space.yaml"
    path.write_text(text if "x" * 9 in text else text.format(marker=tmp_path / "marker"), "utf-8")
    refuses(path, saying)
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_another_encoding_is_told(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "space.yaml"
    path.write_bytes("task: é\n".encode(encoding))
    refuses(path, "this is not text in UTF-8")


def test_a_device_that_never_ends_is_told() -> None:
    refuses(Path("/dev/zero"), "too large")
