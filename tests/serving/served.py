"""Bundles of small models with fresh weights, and servers of them in this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import own_data
import torch
from patience import PATIENCE

from automl.export.bundle import Bundle
from automl.export.facts import ModelFacts, ModelOrigin, ModelScore
from automl.inference.predict import Predictor
from automl.models import make_preprocess
from automl.models.layers import LAYERS
from automl.models.network import build_model
from automl.serving import ServerSettings
from automl.serving.server import PredictionServer
from automl.tasks import TASKS

NETWORKS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "images": [("conv2d", {"filters": 4}), ("global_avg_pool", {})],
    "text": [("embedding", {"size": 4}), ("lstm", {"units": 4})],
    "table": [("dense", {"units": 4})],
    "series": [("conv1d", {"filters": 4}), ("global_max_pool", {})],
    "forecast": [("gru", {"units": 4})],
}


@dataclass(frozen=True)
class ServedSample:
    """A bundle, and the file that its model was made for."""

    folder: Path
    file: Path


def make_sample(kind: str, folder: Path) -> ServedSample:
    file, data = own_data.load(kind, folder)
    network = [
        {layer: LAYERS[layer].model_validate(options).model_dump(mode="json")}
        for layer, options in NETWORKS[kind]
    ]
    torch.manual_seed(0)
    preprocess = make_preprocess(data.encoding.preprocessing)
    model = build_model(
        network, data.encoding.shape, preprocess, TASKS[data.task](data.target).head
    )
    facts = ModelFacts(
        task=data.task,
        encoding=data.encoding,
        target=data.target,
        network=tuple(network),
        parameters=sum(each.numel() for each in model.parameters()),
        scores=(ModelScore(metric="loss", value=0.5),),
        origin=ModelOrigin(study="s", trial=7, epochs=1, data="d", fingerprint=data.fingerprint),
    )
    Bundle.write(folder / "bundle", facts, model.state_dict())
    return ServedSample(folder / "bundle", file)


@contextmanager
def serving(sample: ServedSample | Predictor, settings: ServerSettings) -> Iterator[httpx.Client]:
    """A client of a real server, on a free port of this machine; both end with the block."""
    predictor = sample if isinstance(sample, Predictor) else Predictor(sample.folder)
    began = threading.Event()
    server = PredictionServer(predictor, settings, lambda url, example: began.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert began.wait(PATIENCE)
        with httpx.Client(base_url=server.url, timeout=PATIENCE, trust_env=False) as client:
            yield client
    finally:
        server.stop()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def as_sent(prediction: Any) -> dict[str, Any]:
    """A prediction of ``Predictor`` as the server says it, with every probability."""
    record = json.loads(json.dumps(vars(prediction)))
    return {key: value for key, value in record.items() if value not in (None, [], "")}
