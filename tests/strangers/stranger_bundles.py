"""Small bundles of every kind, for a stranger to spoil."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import own_data
import torch

from automl.data.dataset import Dataset
from automl.data.source import load_dataset
from automl.export.bundle import Bundle
from automl.export.facts import MemberNetwork, ModelFacts, ModelOrigin, ModelScore
from automl.models import make_preprocess
from automl.models.layers import LAYERS
from automl.models.modules.model import EnsembleModel, Model
from automl.models.network import build_model
from automl.tasks import TASKS


@dataclass(frozen=True)
class StrangerSample:
    """A bundle, and a file with an example or a few for it."""

    folder: Path
    file: Path


@dataclass(frozen=True)
class StrangerCase:
    """What a bundle is made of: a kind of data, its options, a network, and how often that."""

    kind: str
    network: tuple[tuple[str, dict[str, Any]], ...]
    options: tuple[tuple[str, Any], ...] = ()
    members: int = 1


INNER = [{"conv2d": {"filters": 4, "kernel_size": 1}}, {"batch_norm": {}}]
CASES = {
    "images": StrangerCase(
        "images",
        (
            ("conv2d", {"filters": 4}),
            ("activation", {"name": "relu"}),
            ("max_pool2d", {}),
            ("residual", {"layers": INNER}),
            ("global_avg_pool", {}),
        ),
    ),
    "words": StrangerCase(
        "text", (("embedding", {"size": 4}), ("lstm", {"units": 4})), (("tokenizer", "word"),)
    ),
    "pieces": StrangerCase(
        "text",
        (
            ("embedding", {"size": 4}),
            ("transformer_encoder", {"heads": 2, "feedforward": 8}),
            ("attention_pool", {}),
        ),
        (("tokenizer", "bpe"),),
    ),
    "table": StrangerCase("table", (("dense", {"units": 4}), ("layer_norm", {}))),
    "series": StrangerCase("series", (("conv1d", {"filters": 4}), ("global_max_pool", {}))),
    "forecast": StrangerCase("forecast", (("gru", {"units": 4}),)),
    "ensemble": StrangerCase("table", (("dense", {"units": 4}),), members=2),
}


def make_sample(name: str, folder: Path) -> StrangerSample:
    """Write the bundle of a case with fresh weights, and a file for it to predict."""
    case = CASES[name]
    path = own_data.WRITERS[case.kind](folder)
    data = load_dataset(str(path), case.kind, dict(case.options), 0, lambda line: None)
    network = [{layer: _resolved(layer, options)} for layer, options in case.network]
    model: Model | EnsembleModel = _model(network, data)
    facts = ModelFacts(
        task=data.task,
        encoding=data.encoding,
        target=data.target,
        network=tuple(network),
        parameters=sum(each.numel() for each in model.parameters()),
        scores=(ModelScore(metric="loss", value=0.5),),
        origin=ModelOrigin(study="s", trial=0, epochs=1, data="d", fingerprint=data.fingerprint),
    )
    if case.members > 1:
        share = 1 / case.members
        member = MemberNetwork(trial=0, network=tuple(network), share=share)
        average = TASKS[data.task](data.target).average
        members = (member,) * case.members
        model = EnsembleModel(
            [_model(network, data) for _ in members], [share] * len(members), average
        )
        facts = facts.model_copy(update={"network": (), "ensemble": members})
    Bundle.write(folder / "bundle", facts, model.state_dict())
    return StrangerSample(folder / "bundle", _few(path, case.kind))


def _resolved(layer: str, options: dict[str, Any]) -> dict[str, Any]:
    return LAYERS[layer].model_validate(options).model_dump(mode="json")


def _model(network: list[dict[str, Any]], data: Dataset) -> Model:
    torch.manual_seed(0)
    preprocess = make_preprocess(data.encoding.preprocessing)
    head = TASKS[data.task](data.target).head
    return build_model(network, data.encoding.shape, preprocess, head)


def _few(path: Path, kind: str) -> Path:
    """One image, or the first rows; a forecast needs all that lies before it."""
    if kind == "images":
        return next(path.rglob("*.png"))
    if kind == "forecast":
        return path
    few = path.with_name(f"few-{path.name}")
    few.write_text("\n".join(path.read_text("utf-8").splitlines()[:4]), "utf-8")
    return few
