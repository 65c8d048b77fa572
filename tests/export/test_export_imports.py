from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

HEAVY = (
    *(
        "torch",
        "torchvision",
        "onnx",
        "onnxscript",
        "onnxruntime",
        "safetensors",
        "keras",
        "tensorflow",
    ),
    *("PIL", "sklearn", "pandas", "pyarrow", "tokenizers"),
)


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys; from automl.export import EXPORTERS, bundle, exporter; "
        "from automl.inference import predict; "
        "[EXPORTERS[name] for name in EXPORTERS]; "
        f"print(set({HEAVY}) & set(sys.modules))"
    )
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.strip() == "set()"
