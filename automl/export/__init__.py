"""Taking a model away: the formats a bundle can be written in, one file and one line each."""

from __future__ import annotations

from automl.core.registry import Registry
from automl.export.exporter import Exporter

EXPORTERS: Registry[type[Exporter]] = Registry(
    "export format",
    {
        "safetensors": "automl.export.safetensors:Safetensors",
        "torch_export": "automl.export.torch_export:TorchExport",
        "onnx": "automl.export.onnx:Onnx",
    },
)
