"""Every layer of the registry survives every format; a new layer is covered by being there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from export_models import CONV, facts_of, model_of, resolved

from automl.core.errors import Infeasible
from automl.data.dataset import Dataset, Split
from automl.export import EXPORTERS
from automl.export.bundle import Bundle
from automl.export.export import export_bundle
from automl.models.layer import Shape
from automl.models.layers import LAYERS
from automl.models.network import trace

Network = tuple[dict[str, Any], ...]
IMAGE: Shape = (3, 16, 16)


def variants(name: str) -> list[dict[str, Any]]:
    """A layer with its defaults, once for each of the words that a required field may be."""
    schema = LAYERS[name].model_json_schema()
    required = {field: schema["properties"][field] for field in schema.get("required", [])}
    options = {field: example(rule) for field, rule in required.items()}
    words = [{key: word} for key, rule in required.items() for word in rule.get("enum", [])]
    return [resolved(name, **{**options, **word}) for word in words or [{}]]


def example(rule: dict[str, Any]) -> Any:
    if "enum" in rule:
        return rule["enum"][0]
    return {"integer": 8, "number": 0.5, "array": [CONV]}[rule["type"]]


def output(network: Network) -> Shape | None:
    try:
        return [size.shape for _, size in trace(network, IMAGE)][-1]
    except Infeasible:
        return None


def networks() -> Iterator[Network]:
    """One network with every layer that can follow another, and one for each way to a vector."""
    everything = [layer for name in LAYERS for layer in variants(name)]
    to_vector = [each for each in everything if len(output((CONV, each)) or IMAGE) == 1]
    first, *others = to_vector
    long: Network = (CONV,)
    for layer in everything:
        long += (layer,) if layer not in to_vector and output((*long, layer)) else ()
    long += (first,)
    for layer in (variants(name)[0] for name in LAYERS):
        long += (layer,) if output((*long, layer)) else ()
    yield long
    yield from ((CONV, each) for each in others)


NETWORKS = tuple(networks())


@pytest.fixture(scope="module")
def data() -> Dataset:
    numbers = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (8, *IMAGE), generator=numbers, dtype=torch.uint8).numpy()
    split = Split(images, images[:, 0, 0, 0].astype("int64"))
    return Dataset("noise", split, split, split, ("a", "b"), (0.5,) * 3, (0.3,) * 3, (), "")


def test_the_networks_hold_every_layer() -> None:
    assert {name for network in NETWORKS for layer in network for name in layer} == set(LAYERS)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: f"{len(network)}-layers")
@pytest.mark.parametrize("format", EXPORTERS.names)
def test_it_can_be_exported_and_nothing_is_said(
    format: str,
    network: Network,
    data: Dataset,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    torch.manual_seed(0)
    model = model_of(network, data).train()
    model(torch.tensor(data.train.inputs))  # gives batch_norm its statistics
    facts = facts_of(network, data)
    bundle = Bundle.write(tmp_path / "best", facts, model.state_dict())
    assert export_bundle(bundle, format, tmp_path / format, data.train.inputs).parity.agrees
    assert capfd.readouterr() == ("", "")
