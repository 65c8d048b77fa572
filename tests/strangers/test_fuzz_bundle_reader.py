"""Whatever is in a bundle's files, it predicts or is refused in one line."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import bounded
from predicting import predict_files
from stranger_bundles import CASES, StrangerSample

from automl.core.errors import UserError

SampleOf = Callable[[str], StrangerSample]
Place = tuple[str | int, ...]

PLAIN = st.one_of(
    st.sampled_from([None, True, 0, -1, 1, 3, 2**31, 2**63, 10**400, 0.5, -0.5, 1e308]),
    st.sampled_from([float("nan"), float("inf"), "", "../x", "/etc/passwd", "\x00", "a\nb", "%Q"]),
    st.sampled_from(["dense", "flatten", "word", "bpe", "byte", "images", "series", "table"]),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
)
ODD = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    """Where each value inside a document is."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in inside:
        yield (*above, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*above, key))


def inside(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value


def changed(draw: st.DrawFn, document: Any) -> None:
    """Replace, take away, double or nudge one value of a document."""
    everywhere = list(places(document))
    if not everywhere:
        return
    *above, key = draw(st.sampled_from(everywhere))
    holder = inside(document, tuple(above))
    value = holder[key]
    if isinstance(value, str) and value.startswith("{") and draw(st.booleans()):
        holder[key] = spoiled_text(draw, value)  # a tokenizer's state is JSON itself
        return
    change = draw(st.sampled_from(["odd", "other", "nudge", "drop", "double"]))
    if change == "drop":
        del holder[key]
    elif change == "double" and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(value))
    elif change == "nudge" and isinstance(value, int | float):
        holder[key] = draw(st.sampled_from([value + 1, -value, 1000 * value, value / 3]))
    elif change == "other":
        holder[key] = copy.deepcopy(inside(document, draw(st.sampled_from(everywhere))))
    else:
        holder[key] = draw(ODD)


def spoiled_text(draw: st.DrawFn, text: str) -> str:
    """A JSON document with one to three changes."""
    document = json.loads(text)
    for _ in range(draw(st.integers(1, 3))):
        changed(draw, document)
    return json.dumps(document)


def spoiled_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes of which a few differ, most of them in the header, or that break off."""
    spoiled = bytearray(content)
    header = 8 + int.from_bytes(content[:8], "little")
    for _ in range(draw(st.integers(0, 4))):
        most = draw(st.sampled_from([8, header, len(spoiled)]))
        spoiled[draw(st.integers(0, most - 1))] = draw(st.integers(0, 255))
    return bytes(spoiled[: draw(st.one_of(st.none(), st.integers(0, len(spoiled))))])


def predicts_or_is_refused(folder: Path, file: Path) -> None:
    said = "nothing is wrong"
    with bounded(seconds=30):
        try:
            predict_files(folder, [file])
        except UserError as error:
            said = str(error)
    assert said.isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(list(CASES)))
def test_a_spoiled_description(
    data: st.DataObject, name: str, sample_of: SampleOf, tmp_path: Path
) -> None:
    sample = sample_of(name)
    folder = Path(shutil.copytree(sample.folder, tmp_path / "bundle", dirs_exist_ok=True))
    text = (sample.folder / "bundle.json").read_text("utf-8")
    (folder / "bundle.json").write_text(data.draw(st.composite(spoiled_text)(text)), "utf-8")
    predicts_or_is_refused(folder, sample.file)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(list(CASES)))
def test_spoiled_weights(
    data: st.DataObject, name: str, sample_of: SampleOf, tmp_path: Path
) -> None:
    sample = sample_of(name)
    folder = Path(shutil.copytree(sample.folder, tmp_path / "bundle", dirs_exist_ok=True))
    content = (sample.folder / "model.safetensors").read_bytes()
    spoiled = data.draw(st.composite(spoiled_bytes)(content))
    (folder / "model.safetensors").write_bytes(spoiled)
    predicts_or_is_refused(folder, sample.file)
