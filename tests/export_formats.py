"""What the installed software can write."""

from __future__ import annotations

from importlib.util import find_spec

import torch

from automl.export import EXPORTERS

WRITES_ONNX = torch.__version__ >= "2.5"
WRITES_KERAS = bool(find_spec("keras") and find_spec("tensorflow"))
_ABLE = {"onnx": WRITES_ONNX, "keras": WRITES_KERAS}
FORMATS = tuple(name for name in EXPORTERS.names if _ABLE.get(name, True))
