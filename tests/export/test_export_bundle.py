from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from export_seams import SEAMS, OneWrongWeight

from automl.core.errors import ExportError, UnknownName, UserError
from automl.data.dataset import Dataset
from automl.export.bundle import Bundle
from automl.export.exporter import Exported, export_bundle, export_with


def export(bundle: Bundle, data: Dataset, output: Path, format: str = "safetensors") -> Exported:
    return export_bundle(bundle, format, output, data.validation.inputs)


@pytest.mark.parametrize("format", SEAMS.names)
class TestParityGate:
    def test_what_does_not_agree_is_not_written(
        self, format: str, bundle: Bundle, digits: Dataset, tmp_path: Path
    ) -> None:
        with pytest.raises(ExportError, match=format) as caught:
            export_with(SEAMS[format](), bundle, format, tmp_path / "out", digits.validation.inputs)
        assert list(tmp_path.iterdir()) == []
        assert "\n" not in str(caught.value)

    def test_what_was_there_stays(
        self, format: str, bundle: Bundle, digits: Dataset, tmp_path: Path
    ) -> None:
        before = export(bundle, digits, tmp_path / "out")
        with pytest.raises(ExportError):
            export_with(SEAMS[format](), bundle, format, before.path, digits.validation.inputs)
        assert list(tmp_path.iterdir()) == [before.path]
        assert Bundle.load(before.path).model()


def test_the_refusal_gives_the_figures(bundle: Bundle, digits: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ExportError) as caught:
        export_with(OneWrongWeight(), bundle, "seam", tmp_path / "out", digits.validation.inputs)
    assert "on 64 real inputs, in batches of 1, 7, 64, logits differ by up to 0.01" in str(
        caught.value
    )
    assert "% of the decisions are the same; most at input " in str(caught.value)


def test_an_older_export_is_replaced(bundle: Bundle, digits: Dataset, tmp_path: Path) -> None:
    export(bundle, digits, tmp_path / "out")
    again = export_bundle(bundle, "safetensors", tmp_path / "out", digits.test.inputs[:2])
    assert again.parity.batches == (1, 2)
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_the_samples_are_spread_over_the_split(
    bundle: Bundle, digits: Dataset, tmp_path: Path
) -> None:
    broken = digits.validation.inputs.copy()
    assert len(broken) > 64
    assert export_bundle(bundle, "safetensors", tmp_path / "a", broken).parity.examples == 64
    with pytest.raises(ExportError, match=r"takes uint8 \(N, 1, 8, 8\)"):
        export_bundle(bundle, "safetensors", tmp_path / "b", broken[:, :, :4])
    with pytest.raises(ExportError, match="N > 0"):
        export_bundle(bundle, "safetensors", tmp_path / "b", broken[:0])


def test_an_unknown_format_suggests_the_nearest(
    bundle: Bundle, digits: Dataset, tmp_path: Path
) -> None:
    with pytest.raises(UnknownName, match="did you mean 'onnx'"):
        export(bundle, digits, tmp_path / "out", format="onx")


@pytest.mark.skipif(torch.__version__ >= "2.5", reason="torch is new enough")
def test_onnx_says_which_torch_it_needs(bundle: Bundle, digits: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"needs torch 2\.5 or newer \(installed: 2"):
        export(bundle, digits, tmp_path / "out", format="onnx")


@pytest.mark.parametrize("inside", [".", "onnx"])
def test_a_bundle_is_not_written_into_itself(bundle: Bundle, digits: Dataset, inside: str) -> None:
    with pytest.raises(ExportError, match="choose a folder outside"):
        export(bundle, digits, bundle.folder / inside)
    assert Bundle.load(bundle.folder).model()


def test_a_folder_that_is_somebodys_own_is_left_as_it_is(
    bundle: Bundle, digits: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ExportError, match=r"thesis\.tex"):
        export(bundle, digits, tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_damaged_weights_are_told_before_anything_is_written(
    bundle: Bundle, digits: Dataset, tmp_path: Path
) -> None:
    copied = export(bundle, digits, tmp_path / "copy").path
    weights = copied / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(UserError, match="damaged"):
        export(Bundle.load(copied), digits, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [copied]


def test_samples_are_not_changed(bundle: Bundle, digits: Dataset, tmp_path: Path) -> None:
    before = digits.validation.inputs.copy()
    export(bundle, digits, tmp_path / "out")
    np.testing.assert_array_equal(before, digits.validation.inputs)
