"""Recurrent networks are traced as what they are: one operator, for sequences of any length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from export_formats import WRITES_ONNX
from torch import Tensor, nn

from automl.export.onnx_graph import translations
from automl.export.trace import traceable, with_pytorch_operators

pytestmark = pytest.mark.slow


class AllOutputs(nn.Module):
    """All that a recurrent network gives: its outputs and its last states."""

    def __init__(self, layer: nn.RNNBase) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, inputs: Tensor) -> Tensor:
        outputs, states = self.layer(inputs)
        states = states if isinstance(states, tuple) else (states,)
        ends = [state.flatten() for state in states]
        return torch.cat([outputs.flatten(), *ends])


@pytest.fixture(
    scope="module",
    params=[
        (nn.LSTM, {}),
        (nn.GRU, {}),
        (nn.RNN, {}),
        (nn.RNN, {"nonlinearity": "relu"}),
    ],
    ids=["lstm", "gru", "rnn_tanh", "rnn_relu"],
)
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(
    scope="module",
    params=[
        {"batch_first": True, "num_layers": 2, "bidirectional": True, "dropout": 0.5},
        {"bias": False},
    ],
    ids=["stacked", "no_bias"],
)
def model(request: pytest.FixtureRequest, kind: Any) -> AllOutputs:
    torch.manual_seed(0)
    layer, options = kind
    return AllOutputs(layer(3, 5, **options, **request.param)).eval()


def trace(model: nn.Module) -> torch.export.ExportedProgram:
    axes = {0: torch.export.Dim("one"), 1: torch.export.Dim("other")}
    with torch.no_grad():
        inputs = torch.zeros(4, 6, 3)
        return torch.export.export(traceable(model), (inputs,), dynamic_shapes=(axes,))


SIZES = [(1, 1, 3), (2, 9, 3), (7, 2, 3)]


def test_the_program_is_the_network(model: AllOutputs, tmp_path: Path) -> None:
    torch.export.save(with_pytorch_operators(trace(model)), tmp_path / "model.pt2")
    program = torch.export.load(tmp_path / "model.pt2")
    assert "automl" not in program.graph_module.code
    for size in SIZES:
        inputs = torch.randn(size)
        with torch.no_grad():
            torch.testing.assert_close(program.module()(inputs), model(inputs))


@pytest.mark.skipif(not WRITES_ONNX, reason="needs torch 2.5")
def test_onnx_is_the_network(model: AllOutputs, tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    torch.onnx.export(
        trace(model), (), file, dynamo=True, verbose=False, custom_translation_table=translations()
    )
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    for size in SIZES:
        inputs = torch.randn(size)
        (found,) = session.run(None, {session.get_inputs()[0].name: inputs.numpy()})
        np.testing.assert_allclose(found, model(inputs).detach().numpy(), atol=1e-6)


def test_the_model_itself_is_left_as_it_is(model: AllOutputs) -> None:
    before = type(model.layer)
    traceable(model)
    assert type(model.layer) is before
