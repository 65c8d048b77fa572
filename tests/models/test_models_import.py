from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "names",
    [
        "from automl.models.layers import LAYERS as names",
        "from automl.tasks import TASKS as names",
        "import automl.models.network; names = []",
    ],
)
def test_torch_is_imported_on_use_only(names: str) -> None:
    code = f"{names}; import sys; [names[each] for each in names]; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
