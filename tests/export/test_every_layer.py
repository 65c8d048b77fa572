"""Every layer of the registry survives every format; a new layer is covered by being there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from export_formats import FORMATS
from export_models import CONV, EMBEDDING, LSTM, ensemble_in, model_of, resolved

from automl.core.data_types import Classes, Shape
from automl.core.errors import Infeasible
from automl.data.dataset import Dataset, Split
from automl.data.encoding import Encoding
from automl.data.images.encoding import ImageEncoding
from automl.data.text.encoding import TextEncoding
from automl.export.exporter import export_bundle
from automl.models.layers import LAYERS
from automl.models.network import trace_layers

pytestmark = pytest.mark.slow

Network = tuple[dict[str, Any], ...]
IMAGES = ImageEncoding(image_shape=(3, 16, 16), mean=(0.5,) * 3, std=(0.3,) * 3)
TEXTS = TextEncoding.train("byte", [], vocabulary=258, length=16, text=None)
# What each kind of network begins with.
FIRST: dict[str, tuple[Encoding, Network]] = {
    "images": (IMAGES, (CONV,)),
    "texts": (TEXTS, (EMBEDDING,)),
}


def variants(name: str) -> list[dict[str, Any]]:
    """A layer with its defaults, and once with each other word or truth that a field may have."""
    schema = LAYERS[name].model_json_schema()
    fields, required = schema["properties"], schema.get("required", [])
    found = []
    for inner in (CONV, LSTM):
        plain = {field: example(fields[field], inner) for field in required}
        others = [{key: word} for key, rule in fields.items() for word in words(rule)]
        found += [resolved(name, **{**plain, **other}) for other in ({}, *others)]
    return [each for at, each in enumerate(found) if each not in found[:at]]


def words(rule: dict[str, Any]) -> list[Any]:
    return [True, False] if rule.get("type") == "boolean" else rule.get("enum", [])


def example(rule: dict[str, Any], inner: dict[str, Any]) -> Any:
    if "enum" in rule:
        return rule["enum"][0]
    return {"integer": 8, "number": 0.5, "array": [inner]}[rule["type"]]


def output(encoding: Encoding, network: Network) -> Shape | None:
    try:
        return [size.shape for _, size in trace_layers(network, encoding.shape)][-1]
    except Infeasible:
        return None


def networks(encoding: Encoding, start: Network) -> Iterator[tuple[Network, ...]]:
    """A network with every layer that can follow another; together, one for each way to a vector.

    To trace a model and to translate it takes seconds, however small it is.
    """
    everything = [layer for name in LAYERS for layer in variants(name)]
    fits = [each for each in everything if output(encoding, (*start, each))]
    to_vector = [each for each in fits if len(output(encoding, (*start, each)) or ()) == 1]
    first, *others = to_vector
    long = start
    for layer in everything:
        if layer not in to_vector and output(encoding, (*long, layer)):
            long += (layer,)
    long += (first,)
    for layer in (variants(name)[0] for name in LAYERS):
        long += (layer,) if output(encoding, (*long, layer)) else ()
    yield (long,)
    yield tuple((*start, each) for each in others)


BAG = ("texts", ((resolved("ngram_bag", units=8, ngrams=3),),))
NETWORKS = (
    *((kind, found) for kind, start in FIRST.items() for found in networks(*start)),
    BAG,
)


@pytest.fixture(scope="module")
def noise() -> Callable[[str], Dataset]:
    return cache(make_noise)


def make_noise(kind: str) -> Dataset:
    """Random examples; texts of 1 to 16 tokens."""
    encoding, numbers = FIRST[kind][0], np.random.default_rng(0)
    inputs = numbers.integers(1, 256, (8, *encoding.raw_shape)).astype(encoding.dtype)
    if kind == "texts":
        for row, length in enumerate((16, 1, 2, 3, 5, 8, 13, 15)):
            inputs[row, length:] = 0
    split = Split(inputs, np.arange(8) % 2)
    task = {"images": "image_classification", "texts": "text_classification"}[kind]
    return Dataset("noise", task, split, split, split, encoding, Classes(("a", "b")), (), "")


def test_the_networks_hold_every_layer() -> None:
    layers = [layer for _, found in NETWORKS for network in found for layer in network]
    assert {name for layer in layers for name in layer} == set(LAYERS)


@pytest.mark.parametrize(
    ("kind", "found"),
    NETWORKS,
    ids=[f"{kind}-{len(found)}x{len(found[0])}" for kind, found in NETWORKS],
)
@pytest.mark.parametrize("format", FORMATS)
def test_it_can_be_exported_and_nothing_is_said(
    format: str,
    kind: str,
    found: tuple[Network, ...],
    noise: Callable[[str], Dataset],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    data = noise(kind)
    torch.manual_seed(0)
    models = [model_of(each, data).train() for each in found]
    for model in models:
        model.adapt([torch.tensor(data.train.inputs)], whole_split=True)
        for weights in model.parameters():
            if not weights.any():  # which would hide any mistake
                torch.nn.init.normal_(weights, std=0.1)
        model.train()(torch.tensor(data.train.inputs))  # gives batch_norm its statistics
    shares = [1 / len(found)] * len(found)
    bundle = ensemble_in(tmp_path / "best", found, models, shares, data)
    assert export_bundle(bundle, format, tmp_path / format, data.train.inputs).parity.agrees
    assert capfd.readouterr() == ("", "")
