"""Every format holds every kind of model."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from export_formats import FORMATS
from export_models import CASES, outputs_of
from predicting import predict_files

from automl.core.data_types import Classes
from automl.core.errors import UserError
from automl.data.dataset import Dataset
from automl.export import EXPORTERS
from automl.export.bundle import WEIGHTS, Bundle
from automl.export.exporter import Exported, Exporter
from automl.export.runtime import ModelFunction, input_name
from automl.inference.predict import Predictor
from automl.tasks.task import LabelPrediction, QuantityPrediction

pytestmark = pytest.mark.slow


@dataclass(frozen=True, eq=False)
class Written:
    """A model in a format, and all it was made from."""

    exported: Exported
    exporter: Exporter
    bundle: Bundle
    model: torch.nn.Module
    file: Path
    data: Dataset
    run: ModelFunction


@pytest.fixture(scope="class", params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="class", params=FORMATS)
def written(
    request: pytest.FixtureRequest,
    case: str,
    data_of: Callable[[str], tuple[Path, Dataset]],
    bundle_of: Callable[[str], Bundle],
    exported_of: Callable[[str, str], Exported],
) -> Written:
    format: str = request.param
    bundle = bundle_of(case)
    file, data = data_of(CASES[case].kind)
    exported, exporter = exported_of(case, format), EXPORTERS[format]()
    run = exporter.load(exported.path)
    return Written(exported, exporter, bundle, bundle.model(), file, data, run)


class TestExporter:
    def test_it_says_what_it_did(self, written: Written) -> None:
        exported, decides = written.exported, isinstance(written.data.target, Classes)
        assert exported.size == (exported.path / written.exporter.file).stat().st_size > 0
        assert exported.parity.agrees
        assert exported.parity.equal_decisions == (1.0 if decides else None)
        examples = min(64, len(written.data.validation))
        assert (exported.parity.examples, exported.parity.batches) == (examples, (1, 7, examples))

    @pytest.mark.parametrize("length", [1, 2, 64])
    def test_it_agrees_at_any_batch_length(self, written: Written, length: int) -> None:
        inputs = written.data.train.inputs[:length]
        found = written.run(inputs)
        expected = outputs_of(written.model, inputs)
        assert (found.dtype, found.shape) == (np.float32, expected.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)

    def test_it_takes_read_only_inputs(self, written: Written) -> None:
        inputs = written.data.validation.inputs[:3].copy()
        inputs.setflags(write=False)
        assert len(written.run(inputs)) == 3

    def test_what_is_written_is_a_bundle(self, written: Written) -> None:
        path, format = written.exported.path, written.exported.format
        facts = written.bundle.facts.model_copy(update={"format": format})
        assert Bundle.load(path).facts == facts
        found = {each.name for each in path.iterdir()}
        people = {"README.md", "preprocessing.json", "requirements.txt", "predict.py"}
        labels = {"labels.txt"} if isinstance(written.data.target, Classes) else set()
        assert found == {"bundle.json", WEIGHTS, written.exporter.file} | people | labels

    def test_nothing_is_left_beside_it(self, written: Written) -> None:
        path = written.exported.path
        assert list(path.parent.iterdir()) == [path]

    def test_files_get_what_the_model_says_of_the_same_inputs(self, written: Written) -> None:
        """Read from the bundle alone, with the encoding that went through ``bundle.json``."""
        found = predict_files(written.exported.path, [written.file])
        files = list(written.file.rglob("*.png")) or [written.file]
        readings = [each for file in sorted(files) for each in written.data.encoding.read(file)]
        assert [each.name for each in found] == [each.name for each in readings]
        inputs = written.data.encoding.stack([each.value for each in readings])
        for each, expected in zip(found, outputs_of(written.model, inputs), strict=True):
            if isinstance(each.prediction, LabelPrediction):
                assert each.prediction.label == written.data.target.labels[expected.argmax()]
            else:
                assert isinstance(each.prediction, QuantityPrediction)
                values = np.array(list(each.prediction.values.values())).T
                target = written.data.target
                standard = (values - np.array(target.mean)) / np.array(target.std)
                np.testing.assert_allclose(standard, expected, rtol=1e-5, atol=1e-4)

    def test_the_card_says_how_to_run_it(
        self, written: Written, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        card = (written.exported.path / "README.md").read_text(encoding="utf-8")
        run, encode = re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)
        monkeypatch.chdir(written.exported.path)
        file = next(written.file.rglob("*.png"), written.file)
        names: dict[str, np.ndarray] = {}
        exec(re.sub(r'Path\("\w+\.\w+"\)', f"Path({str(file)!r})", encode), names)
        exec(run, names)
        expected = outputs_of(written.model, names["inputs"])
        np.testing.assert_allclose(names["outputs"], expected, rtol=1e-5, atol=1e-4)

    def test_the_card_speaks_of_no_other_kind_of_data(self, written: Written) -> None:
        card = (written.exported.path / "README.md").read_text(encoding="utf-8").lower()
        words = {"images": "pixel", "texts": "token", "rows": "categories", "steps": "oldest step"}
        unit = input_name(written.data.encoding).replace("windows", "steps")
        unit = unit.replace("series", "steps")
        assert {each for each, word in words.items() if word in card} == {unit}

    @pytest.mark.parametrize("kept", [0, 500])
    def test_truncated_weights_are_one_clear_error(
        self, written: Written, kept: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        for path in written.exported.path.iterdir():
            content = path.read_bytes()
            (tmp_path / path.name).write_bytes(content[:kept] if path.name == WEIGHTS else content)
        with pytest.raises(UserError, match=re.escape(WEIGHTS)) as caught:
            Predictor(tmp_path)
        assert "\n" not in str(caught.value)
        assert capfd.readouterr() == ("", "")

    def test_missing_weights_are_one_clear_error(self, written: Written, tmp_path: Path) -> None:
        (tmp_path / "bundle.json").write_bytes((written.exported.path / "bundle.json").read_bytes())
        with pytest.raises(UserError, match=re.escape(WEIGHTS)):
            Predictor(tmp_path)
