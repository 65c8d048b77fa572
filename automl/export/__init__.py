"""Taking a model away: the formats a bundle can be written in, one file and one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.export.exporter import Exporter

EXPORTERS: Registry[type[Exporter]] = Registry(
    "export format",
    {
        "safetensors": "automl.export.pytorch:Safetensors",
        "torch_export": "automl.export.pytorch:TorchExport",
        "onnx": "automl.export.onnx:Onnx",
        "keras": "automl.export.keras.exporter:Keras",
    },
)
