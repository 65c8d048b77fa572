from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from export_models import logits_of
from PIL import Image

from automl.core.errors import UserError
from automl.data.dataset import Dataset
from automl.export import EXPORTERS
from automl.export.bundle import Bundle
from automl.export.export import Exported, export_bundle
from automl.export.exporter import Exporter
from automl.export.facts import ModelFacts
from automl.export.predict import Predictor


@pytest.fixture(scope="class", params=EXPORTERS.names)
def format(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="class")
def exported(
    format: str, bundle: Bundle, digits: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    output = tmp_path_factory.mktemp("exported") / format
    return export_bundle(bundle, format, output, digits.validation.inputs)


@pytest.fixture
def exporter(format: str) -> Exporter:
    return EXPORTERS[format]()


class TestExporter:
    def test_it_says_what_it_did(self, exported: Exported, exporter: Exporter, format: str) -> None:
        assert exported.format == format
        assert exported.size == (exported.path / exporter.file).stat().st_size > 0
        assert exported.parity.agrees
        assert exported.parity.equal_decisions == 1.0
        assert exported.parity.examples == 64
        assert exported.parity.batches == (1, 7, 64)

    @pytest.mark.parametrize("length", [1, 2, 64])
    def test_it_agrees_at_any_batch_length(
        self,
        exported: Exported,
        exporter: Exporter,
        model: torch.nn.Module,
        digits: Dataset,
        length: int,
    ) -> None:
        images = digits.validation.inputs[:length]
        found = exporter.load(exported.path)(images)
        assert (found.dtype, found.shape) == (np.float32, (length, 10))
        np.testing.assert_allclose(found, logits_of(model, images), atol=1e-4)

    def test_it_takes_read_only_images(
        self, exported: Exported, exporter: Exporter, digits: Dataset
    ) -> None:
        images = digits.validation.inputs[:3].copy()
        images.setflags(write=False)
        assert exporter.load(exported.path)(images).shape == (3, 10)

    def test_what_is_written_is_a_bundle(
        self, exported: Exported, exporter: Exporter, facts: ModelFacts, format: str
    ) -> None:
        assert Bundle.load(exported.path).facts == facts.model_copy(update={"format": format})
        written = {path.name for path in exported.path.iterdir()}
        assert written == {"bundle.json", "README.md", exporter.file}

    def test_nothing_is_left_beside_it(self, exported: Exported) -> None:
        assert list(exported.path.parent.iterdir()) == [exported.path]

    def test_image_files_get_the_labels_that_the_model_gives(
        self, exported: Exported, model: torch.nn.Module, digits: Dataset, tmp_path: Path
    ) -> None:
        images = digits.validation.inputs[:20]
        for at, image in enumerate(images):
            Image.fromarray(image[0]).save(tmp_path / f"{at:02d}.png")
        found = Predictor(exported.path).predict([tmp_path])
        expected = [digits.labels[each] for each in logits_of(model, images).argmax(axis=1)]
        assert [each.prediction.label for each in found if each.prediction] == expected
        assert len(set(expected)) > 5

    def test_the_card_says_how_to_run_it(
        self,
        exported: Exported,
        model: torch.nn.Module,
        digits: Dataset,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        card = (exported.path / "README.md").read_text(encoding="utf-8")
        (code,) = re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)
        names = {"images": digits.validation.inputs[:5]}
        monkeypatch.chdir(exported.path)
        exec(code, names)
        np.testing.assert_allclose(names["logits"], logits_of(model, names["images"]), atol=1e-4)

    @pytest.mark.parametrize("kept", [0, 500])
    def test_a_truncated_file_is_one_clear_error(
        self,
        exported: Exported,
        exporter: Exporter,
        kept: int,
        tmp_path: Path,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        for path in exported.path.iterdir():
            content = path.read_bytes()
            (tmp_path / path.name).write_bytes(content[:kept] if "model." in path.name else content)
        with pytest.raises(UserError, match=re.escape(exporter.file)) as caught:
            Predictor(tmp_path)
        assert "\n" not in str(caught.value)
        assert capfd.readouterr() == ("", "")

    def test_a_missing_file_is_one_clear_error(
        self, exported: Exported, exporter: Exporter, tmp_path: Path
    ) -> None:
        (tmp_path / "bundle.json").write_bytes((exported.path / "bundle.json").read_bytes())
        with pytest.raises(UserError, match=re.escape(exporter.file)):
            Predictor(tmp_path)
