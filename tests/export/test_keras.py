"""What Keras has otherwise than PyTorch, and that its file needs nothing of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from export_formats import WRITES_KERAS
from export_models import CONV, EMBEDDING, facts_of, model_of, outputs_of, resolved

from automl.core.errors import ExportError, MissingPackage
from automl.data.dataset import Dataset
from automl.export.bundle import Bundle
from automl.export.exporter import Exported, export_bundle
from automl.export.keras.exporter import Keras, check_same
from automl.export.keras.layers import BUILDERS
from automl.models import PREPROCESSING
from automl.models.layers import LAYERS
from automl.models.modules.model import Body

pytestmark = pytest.mark.slow

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]
needs_keras = pytest.mark.skipif(not WRITES_KERAS, reason="needs pip install 'automl[keras]'")

POOL = resolved("max_pool1d", size=3, stride=2)
IMAGES = (
    CONV,
    resolved("conv2d", filters=16, kernel_size=4, stride=3, groups=2),
    resolved("separable_conv2d", filters=12, kernel_size=2, dilation=2, bias=False),
    resolved("conv2d", filters=12, kernel_size=2, stride=2, dilation=2),
    resolved("flatten"),
)
SHORTCUTS = (
    resolved("residual", layers=[resolved("conv2d", filters=6, stride=3)]),
    resolved("residual", layers=[resolved("conv2d", filters=6), resolved("max_pool2d")]),
    resolved("activation", name="leaky_relu"),
    resolved("flatten"),
)
BLOCKS = (
    resolved("stem", filters=6, size=4, patches=True),
    resolved("residual", layers=[resolved("conv2d", filters=6)], drop_path=0.2),
    resolved("basic_block", squeeze_excite=True),
    resolved("inverted_residual", squeeze_excite=True, drop_path=0.1),
    resolved("convnext_block", kernel_size=5),
    resolved("flatten"),
)
TEXTS = (
    EMBEDDING,
    resolved("conv1d", filters=8, kernel_size=4, stride=2),
    resolved("conv1d", filters=8, kernel_size=3, stride=2, dilation=2, padding="valid"),
    resolved("residual", layers=[resolved("conv1d", filters=6), POOL]),
    resolved("bidirectional", layers=[resolved("gru", units=5, return_sequences=True), POOL]),
    resolved("transformer_encoder", heads=5, feedforward=8),
    resolved("flatten"),
)


def write(network: Any, data: Dataset, folder: Path) -> tuple[Path, torch.nn.Module]:
    torch.manual_seed(0)
    model = model_of(network, data)
    bundle = Bundle.write(folder / "best", facts_of(network, data), model.state_dict())
    return export_bundle(bundle, "keras", folder / "keras", data.validation.inputs).path, model


@pytest.fixture(scope="module")
def texts(
    data_of: DataOf, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, torch.nn.Module]:
    return write(TEXTS, data_of("text")[1], tmp_path_factory.mktemp("texts"))


@needs_keras
@pytest.mark.parametrize(
    "network", [IMAGES, SHORTCUTS, BLOCKS], ids=["windows", "shortcuts", "blocks"]
)
def test_windows_on_images_lie_where_they_lay(
    network: Any, digits: Dataset, tmp_path: Path
) -> None:
    folder, model = write(network, digits, tmp_path)
    inputs = digits.test.inputs[:9]
    np.testing.assert_allclose(
        Keras().load(folder)(inputs), outputs_of(model, inputs), rtol=1e-5, atol=1e-5
    )


@needs_keras
def test_a_text_does_not_see_the_padding_that_longer_ones_bring(
    texts: tuple[Path, torch.nn.Module],
) -> None:
    folder, model = texts
    inputs = np.zeros((5, 20), np.int32)
    for row, length in enumerate((0, 1, 2, 7, 20)):
        inputs[row, :length] = np.arange(2, 2 + length) % 9 + 1
    build_layers = Keras().load(folder)
    together = build_layers(inputs)
    np.testing.assert_allclose(together, outputs_of(model, inputs), rtol=1e-5, atol=1e-5)
    alone = np.concatenate([build_layers(inputs[row : row + 1, : max(1, row)]) for row in range(3)])
    np.testing.assert_allclose(alone, together[:3], rtol=1e-5, atol=1e-5)


@needs_keras
def test_a_relative_folder_is_that_of_the_caller_now(
    digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, network in (("first", IMAGES), ("second", SHORTCUTS)):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        folder, _ = write(network, digits, Path("models"))
    assert folder.resolve() == tmp_path / "second" / "models" / "keras"


@needs_keras
@pytest.mark.parametrize("case", ["table_dense", "series_gru", "forecast_temporal_conv"])
def test_missing_numbers_and_unknown_categories_are_what_they_were(
    bundle_of: BundleOf,
    data_of: DataOf,
    exported_of: Callable[[str, str], Exported],
    case: str,
) -> None:
    bundle, folder = bundle_of(case), exported_of(case, "keras").path
    _, data = data_of({"table_dense": "table", "series_gru": "series"}.get(case, "forecast"))
    inputs = data.test.inputs[:6].copy()
    inputs[1].flat[:2] = np.nan
    inputs[2].flat[-1] = -1
    inputs[3] = 1e30
    found, expected = Keras().load(folder)(inputs), outputs_of(bundle.model(), inputs)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-3)


@needs_keras
@pytest.mark.parametrize(
    "embedding",
    [
        resolved("periodic_embedding"),
        resolved("piecewise_embedding", relu=True, categories=2),
    ],
    ids=["periodic", "piecewise"],
)
def test_columns_of_a_table_are_embedded_as_they_were(
    data_of: DataOf, embedding: dict[str, Any], tmp_path: Path
) -> None:
    data = data_of("table")[1]
    network = (resolved("feature_scale"), embedding, resolved("parametric_activation", name="silu"))
    folder, model = write(network, data, tmp_path)
    inputs = data.test.inputs[:9]
    np.testing.assert_allclose(
        Keras().load(folder)(inputs), outputs_of(model, inputs), rtol=1e-5, atol=1e-5
    )


LOAD = """
import sys, keras, numpy
model = keras.saving.load_model("model.keras")
numpy.save(sys.argv[1], model.predict(numpy.load("inputs.npy"), verbose=0))
print(keras.config.backend(), keras.config.image_data_format(), "automl" in sys.modules)
"""


@needs_keras
@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_it_loads_where_there_is_keras_alone_however_that_is_set_up(
    bundle_of: BundleOf,
    data_of: DataOf,
    exported_of: Callable[[str, str], Exported],
    backend: str,
    tmp_path: Path,
) -> None:
    inputs = data_of("images")[1].test.inputs[:40]
    np.save(tmp_path / "inputs.npy", inputs)
    copyfile(exported_of("image_cnn", "keras").path / "model.keras", tmp_path / "model.keras")
    settings = {"floatx": "float16", "image_data_format": "channels_first", "backend": backend}
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    command = [sys.executable, "-I", "-c", LOAD, str(tmp_path / "outputs.npy")]
    environment = {**os.environ, "KERAS_HOME": str(tmp_path), "CUDA_VISIBLE_DEVICES": ""}
    said = subprocess.check_output(
        command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL, text=True
    )
    assert said.split() == [backend, "channels_first", "False"]
    expected = outputs_of(bundle_of("image_cnn").model(), inputs)
    np.testing.assert_allclose(np.load(tmp_path / "outputs.npy"), expected, rtol=1e-5, atol=1e-4)


@needs_keras
def test_it_is_made_of_keras_alone(texts: tuple[Path, torch.nn.Module]) -> None:
    folder, _ = texts
    config = json.loads(
        ZipFile(folder / "model.keras").read("config.json"), parse_constant=pytest.fail
    )
    made_of = list(parts(config))
    assert {module.split(".")[0] for module, _ in made_of} == {"keras"}
    assert {"Embedding", "Conv1D", "GRU", "MultiHeadAttention"} < {kind for _, kind in made_of}
    assert "Lambda" not in {kind for _, kind in made_of}


def parts(config: Any) -> Any:
    """Module and class of each thing that a configuration names."""
    if isinstance(config, dict):
        if isinstance(config.get("module"), str):
            yield config["module"], config["class_name"]
        config = list(config.values())
    if isinstance(config, list):
        for each in config:
            yield from parts(each)


@needs_keras
def test_every_layer_and_preprocessing_has_its_line() -> None:
    from automl.export.keras.build import KERAS_PREPROCESSING

    assert set(BUILDERS) == set(LAYERS)
    assert set(KERAS_PREPROCESSING) == set(PREPROCESSING)


@needs_keras
def test_a_layer_without_a_builder_is_refused_by_name() -> None:
    from automl.export.keras.layers import build_layers
    from automl.export.keras.layers.basic import MaskedValues

    body = Body(OrderedDict(no_such_layer_1=torch.nn.Identity()))
    with pytest.raises(ExportError, match=r"no layer 'no_such_layer'.*: safetensors, torch_export"):
        build_layers(body, MaskedValues(None))


@pytest.mark.parametrize("package", ["keras", "tensorflow"])
def test_without_the_extra_its_command_is_named(
    bundle: Bundle,
    digits: Dataset,
    package: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # what Python takes for "not installed"
    with pytest.raises(MissingPackage, match=r"pip install 'automl\[keras\]'"):
        export_bundle(bundle, "keras", tmp_path / "keras", digits.validation.inputs)
    assert not (tmp_path / "keras").exists()


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ([[1.0, 2.01]], "differ by up to 0.01"),
        ([[1.0, np.nan]], "differ by up to nan"),
        ([[1.0]], r"\(1, 2\) on TensorFlow, \(1, 1\) on PyTorch"),
    ],
)
def test_backends_that_differ_are_an_error(others: Any, says: str) -> None:
    outputs = np.array([[1.0, 2.0]], np.float32)
    assert check_same(outputs, outputs + np.float32(1e-6)) is outputs
    with pytest.raises(ExportError, match=says):
        check_same(outputs, np.array(others, np.float32))
