"""Models to export, and the layers they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from automl.data.dataset import Dataset
from automl.export.bundle import Bundle
from automl.export.facts import MemberNetwork, ModelFacts, ModelOrigin, ModelScore
from automl.models import make_preprocess
from automl.models.layers import LAYERS
from automl.models.modules.model import EnsembleModel
from automl.models.network import Network, build_model
from automl.tasks import TASKS


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
EMBEDDING = resolved("embedding", size=8)
LSTM = resolved("lstm", units=8)


@dataclass(frozen=True)
class ExportCase:
    """A network, the kind of data it is for, and another that answers with it."""

    kind: str
    network: tuple[dict[str, Any], ...]
    other: tuple[dict[str, Any], ...] | None = None


CASES = {
    "image_cnn": ExportCase("images", NETWORK),
    "text_lstm": ExportCase("text", (EMBEDDING, resolved("bidirectional", layers=[LSTM]))),
    "text_transformer": ExportCase(
        "text",
        (
            EMBEDDING,
            resolved("positional_embedding"),
            resolved("transformer_encoder", heads=2, feedforward=16),
            resolved("layer_norm"),
            resolved("attention_pool"),
        ),
    ),
    "text_conv": ExportCase(
        "text",
        (
            EMBEDDING,
            resolved("conv1d", filters=8),
            resolved("activation", name="relu"),
            resolved("global_max_pool"),
        ),
    ),
    "table_dense": ExportCase(
        "table", (resolved("dense", units=16), resolved("activation", name="relu"))
    ),
    "series_gru": ExportCase("series", (resolved("gru", units=8),)),
    "text_ensemble": ExportCase(
        "text",
        (EMBEDDING, resolved("global_avg_pool")),
        (
            EMBEDDING,
            resolved("conv1d", filters=8),
            resolved("max_pool1d"),
            resolved("global_max_pool"),
        ),
    ),
    "forecast_ensemble": ExportCase(
        "forecast", (resolved("gru", units=8),), (resolved("flatten"), resolved("dense", units=8))
    ),
    "forecast_temporal_conv": ExportCase(
        "forecast",
        (resolved("temporal_conv", filters=8, dilation=2), resolved("flatten")),
    ),
}


def model_of(network: Network, data: Dataset) -> torch.nn.Module:
    preprocess = make_preprocess(data.encoding.preprocessing)
    head = TASKS[data.task](data.target).head
    return build_model(network, data.encoding.shape, preprocess, head).eval()


def trained(network: Network, data: Dataset) -> torch.nn.Module:
    """A few steps of training: enough for weights and statistics to be real."""
    torch.manual_seed(0)
    model = model_of(network, data).train()
    loss = TASKS[data.task](data.target).loss
    inputs, targets = map(torch.tensor, (data.train.inputs, data.train.targets))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for batch in torch.randint(len(inputs), (40, 64)):
        optimizer.zero_grad()
        loss(model(inputs[batch]), targets[batch]).backward()
        optimizer.step()
    return model.eval()


def facts_of(network: Network, data: Dataset) -> ModelFacts:
    return ModelFacts(
        task=data.task,
        encoding=data.encoding,
        target=data.target,
        network=tuple(dict(layer) for layer in network),
        parameters=sum(each.numel() for each in model_of(network, data).parameters()),
        scores=(ModelScore(metric="accuracy", value=0.9125),),
        origin=ModelOrigin(
            study="cnn", trial=12, epochs=10, data=data.name, fingerprint=data.fingerprint
        ),
    )


def bundle_in(folder: Path, case: ExportCase, data: Dataset) -> Bundle:
    """The bundle of a case, trained."""
    if case.other is None:
        model = trained(case.network, data)
        return Bundle.write(folder, facts_of(case.network, data), model.state_dict())
    networks = (case.network, case.other)
    models = [trained(each, data) for each in networks]
    return ensemble_in(folder, networks, models, (0.75, 0.25), data)


def ensemble_in(
    folder: Path,
    networks: Sequence[Network],
    models: Sequence[torch.nn.Module],
    shares: Sequence[float],
    data: Dataset,
) -> Bundle:
    """The bundle of models that answer together."""
    members = tuple(
        MemberNetwork(trial=trial, network=tuple(map(dict, network)), share=share)
        for trial, (network, share) in enumerate(zip(networks, shares, strict=True), start=1)
    )
    average = TASKS[data.task](data.target).average
    facts = facts_of(networks[0], data)
    facts = facts.model_copy(update={"network": (), "ensemble": members})
    return Bundle.write(folder, facts, EnsembleModel(models, shares, average).state_dict())


def outputs_of(model: torch.nn.Module, inputs: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return model(torch.tensor(inputs)).numpy()
