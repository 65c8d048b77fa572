"""What the installed PyTorch can write."""

from __future__ import annotations

import torch

from automl.export import EXPORTERS

WRITES_ONNX = torch.__version__ >= "2.5"
FORMATS = tuple(name for name in EXPORTERS.names if name != "onnx" or WRITES_ONNX)
