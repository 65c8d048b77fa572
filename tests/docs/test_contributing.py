"""The guide's new layer works as it stands."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

GUIDE = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> type:
    """The layer's options, from the two files that the guide has one write."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    options, module = (each for each in blocks if each.startswith('"""'))
    names = ("automl.models.modules.gaussian_noise", "automl.models.layers.noise")
    for name, code in zip(names, (module, options), strict=True):
        made = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, made)
        exec(compile(code, str(GUIDE), "exec", dont_inherit=True), made.__dict__)
    return sys.modules[names[1]].GaussianNoise


def test_it_is_a_layer(layer: type) -> None:
    noise = layer.model_validate({"stddev": 0.5}).build((16,))
    inputs = torch.zeros(4, 16)
    assert noise(inputs).std() > 0.1
    assert torch.equal(noise.eval()(inputs), inputs)


def test_the_registry_line_is_as_in_the_guide(layer: type) -> None:
    line = re.search(r'"(\w+)": "([\w.]+):(\w+)"', GUIDE.read_text(encoding="utf-8"))
    assert line is not None
    assert getattr(sys.modules[line[2]], line[3]) is layer
