"""Texts that torchtext cuts, which is only there beside the oldest PyTorch."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import own_data
import pytest

from automl import api
from automl.core.errors import MissingPackage

pytestmark = pytest.mark.slow

TORCHTEXT = importlib.util.find_spec("torchtext") is not None
SPACE = """\
task: text_classification
data: {name: texts.csv, tokenizer: torchtext, vocabulary: 300, length: 30}
network: [{embedding: 16}, {conv1d: 16}, max_pool1d, global_max_pool]
training: {epochs: 4, batch_size: 16, optimizer: {adamw: {lr: 1e-2}}}
search: {trials: 1}
"""


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of them, with ``texts.yaml`` beside it where the test runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
    (tmp_path / "texts.yaml").write_text(SPACE)
    return own_data.write_texts(tmp_path)


@pytest.mark.skipif(not TORCHTEXT, reason="torchtext is not installed")
def test_from_a_search_to_predictions(texts: Path) -> None:
    api.search("texts.yaml", executor="local", finalize=False)
    for format in ("safetensors", "torch_export"):
        exported = api.export("texts", format=format)
        found = api.predict(str(exported.path), [str(texts)])
        labels = [each.prediction.label for each in found]
        assert labels == ["bad", "good"] * (own_data.ROWS // 2)


@pytest.mark.skipif(TORCHTEXT, reason="torchtext is installed")
def test_without_it_the_command_that_gives_it_is_told(texts: Path) -> None:
    with pytest.raises(MissingPackage, match=r"pip install 'automl\[torchtext\]' \(in an env"):
        api.search("texts.yaml", executor="local", finalize=False)
    assert not Path("results", "texts").exists()
