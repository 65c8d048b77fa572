"""Models to export, and the layers they are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from automl.data.dataset import Dataset
from automl.export.facts import Input, ModelFacts, Origin, Score
from automl.models.layers import LAYERS
from automl.models.network import Network, build_model
from automl.models.preprocess import Normalize
from automl.tasks import TASKS

TASK = "image_classification"


def resolved(layer: str, /, **options: Any) -> dict[str, Any]:
    return {layer: LAYERS[layer].model_validate(options).model_dump(mode="json")}


CONV = resolved("conv2d", filters=16)
NETWORK: tuple[dict[str, Any], ...] = (
    CONV,
    resolved("batch_norm"),
    resolved("activation", name="relu"),
    resolved("max_pool2d"),
    resolved(
        "residual", layers=[CONV, resolved("batch_norm"), resolved("activation", name="silu")]
    ),
    resolved("squeeze_excite"),
    resolved("global_avg_pool"),
    resolved("dropout", rate=0.2),
)


def model_of(network: Network, data: Dataset) -> torch.nn.Module:
    head = TASKS[TASK]().head
    normalize = Normalize(data.mean, data.std)
    return build_model(
        network, data.shape, normalize, lambda shape: head(shape, len(data.labels))
    ).eval()


def facts_of(network: Network, data: Dataset) -> ModelFacts:
    return ModelFacts(
        task=TASK,
        labels=data.labels,
        input=Input(shape=data.shape, mean=data.mean, std=data.std),
        network=tuple(dict(layer) for layer in network),
        parameters=sum(each.numel() for each in model_of(network, data).parameters()),
        score=Score(metric="accuracy", value=0.9125),
        origin=Origin(
            study="cnn", trial=12, epochs=10, data=data.name, fingerprint=data.fingerprint
        ),
    )


def logits_of(model: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return model(torch.tensor(images)).numpy()
