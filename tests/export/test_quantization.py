"""Smaller weights: what a format can do, what it costs, and when that is too much."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from export_formats import FORMATS, WRITES_ONNX
from export_models import CASES, outputs_of
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

from automl.core.errors import ExportError, UnknownName
from automl.data.dataset import Dataset
from automl.export import EXPORTERS
from automl.export.bundle import Bundle
from automl.export.exporter import Exported, check_quantization, export_bundle
from automl.export.facts import ModelFacts, Quantized
from automl.export.quantization import Quantization, QuantizationKind, measure_cost, objection
from automl.export.runtime import Inputs, Outputs

pytestmark = pytest.mark.slow

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]
ABLE = [(each, kind) for each in FORMATS for kind in EXPORTERS[each].quantizations]


def quantized(
    bundle: Bundle, data: Dataset, format: str, kind: QuantizationKind, output: Path
) -> Exported:
    asked = Quantization(kind, data.train.inputs, data.validation)
    return export_bundle(bundle, format, output, data.validation.inputs, quantization=asked)


@pytest.fixture(scope="module")
def quantized_of(
    bundle_of: BundleOf, data_of: DataOf, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str, QuantizationKind], Exported]:
    """A case's model in a format, in smaller numbers; made once."""

    def make(case: str, format: str, kind: QuantizationKind) -> Exported:
        output = tmp_path_factory.mktemp("quantized") / "out"
        return quantized(bundle_of(case), data_of(CASES[case].kind)[1], format, kind, output)

    return cache(make)


@pytest.mark.parametrize(("format", "kind"), ABLE)
@pytest.mark.parametrize("case", ["image_cnn", "text_lstm", "text_transformer", "series_gru"])
def test_what_is_quantised_says_what_it_costs(
    format: str,
    kind: QuantizationKind,
    case: str,
    quantized_of: Callable[[str, str, QuantizationKind], Exported],
    data_of: DataOf,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _, data = data_of(CASES[case].kind)
    made = quantized_of(case, format, kind)
    assert made.quantized is not None
    assert made.quantized.kind == kind
    assert made.quantized.examples == len(data.validation)
    assert Bundle.load(made.path).facts.quantized == made.quantized
    assert f"It is written in {kind}: on " in (made.path / "README.md").read_text("utf-8")
    assert 0 < made.parity.difference < 0.2
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("format", [each for each, kind in ABLE if kind == "fp16"])
def test_half_precision_halves_the_weights_and_predict_reads_them(
    format: str, quantized_of: Callable[[str, str, QuantizationKind], Exported], data_of: DataOf
) -> None:
    made = quantized_of("image_cnn", format, "fp16")
    weights = load_file(made.path / "model.safetensors")
    kept = {each.dtype.name for each in weights.values() if each.squeeze().ndim > 1}
    assert kept == {"float16"}
    assert (made.path / "model.safetensors").stat().st_size < 0.7 * made.original_size
    inputs = data_of("images")[1].validation.inputs[:16]
    found = outputs_of(Bundle.load(made.path).model(), inputs)
    written = EXPORTERS[format]().load(made.path)(inputs)
    # ONNX has batch_norm in the weights before it, so that other numbers are rounded.
    np.testing.assert_allclose(found, written, atol=1e-2 if format == "onnx" else 1e-4)


@pytest.mark.skipif(not WRITES_ONNX, reason="needs torch 2.5")
def test_convolutions_compute_in_whole_numbers(
    quantized_of: Callable[[str, str, QuantizationKind], Exported],
) -> None:
    file = quantized_of("image_cnn", "onnx", "int8").path / "model.onnx"
    model = onnx.load(file)
    kept = {each.data_type for each in model.graph.initializer if len(each.dims) == 4}
    assert kept == {onnx.TensorProto.INT8}


@pytest.mark.skipif(not WRITES_ONNX, reason="needs torch 2.5")
@pytest.mark.parametrize("case", ["text_conv", "text_lstm"])
def test_words_are_kept_in_8_bits(
    case: str, quantized_of: Callable[[str, str, QuantizationKind], Exported]
) -> None:
    file = quantized_of(case, "onnx", "int8").path / "model.onnx"
    weights = {each.name: each.data_type for each in onnx.load(file).graph.initializer}
    kinds = {
        kind for name, kind in weights.items() if name.endswith("embedding_1.weight_quantized")
    }
    assert kinds <= {onnx.TensorProto.INT8, onnx.TensorProto.UINT8}
    assert kinds


@pytest.mark.skipif(not WRITES_ONNX, reason="needs torch 2.5")
def test_what_costs_too_much_is_not_written(
    bundle_of: BundleOf, data_of: DataOf, tmp_path: Path
) -> None:
    """Prices that vary by less than an eighth of themselves: 8 bits are too few."""
    _, data = data_of("table")
    bundle = bundle_of("table_dense")
    score = bundle.facts.scores[0].model_copy(update={"metric": "rmse"})
    priced = Bundle(bundle.folder, bundle.facts.model_copy(update={"scores": (score,)}))
    with pytest.raises(ExportError, match=r"rmse is .* in float32 .*; it may grow by 2%"):
        quantized(priced, data, "onnx", "int8", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def measured(
    facts: ModelFacts, data: Dataset, written: Callable[[Inputs], Outputs]
) -> tuple[Quantized, str]:
    """With the true labels as the original's logits."""

    def truth(inputs: Inputs) -> Outputs:
        places = [
            int(np.flatnonzero((split.inputs == each).all(axis=(1, 2, 3)))[0]) for each in inputs
        ]
        return np.eye(10, dtype=np.float32)[split.targets[places]]

    split = data.validation
    asked = Quantization("int8", data.train.inputs, split)
    cost = measure_cost(facts, truth, lambda inputs: written(truth(inputs)), asked)
    return cost, objection(facts, cost)


def test_what_is_no_number_is_refused(facts: ModelFacts, digits: Dataset) -> None:
    with pytest.raises(ExportError, match="not finite"):
        measured(facts, digits, lambda logits: logits * np.float32("nan"))


def test_a_fall_of_the_score_is_told(facts: ModelFacts, digits: Dataset) -> None:
    cost, said = measured(
        facts, digits, lambda logits: np.eye(10, dtype=np.float32)[:1] + 0 * logits
    )
    assert cost.original == 1.0
    assert "accuracy is 0.1" in said
    assert said.endswith("it may fall by 0.01")
    assert measured(facts, digits, lambda logits: logits)[1] == ""


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_rule_is_a_point_of_accuracy_and_19_of_20_decisions(
    facts: ModelFacts, original: float, value: float, equal: float
) -> None:
    cost = Quantized(kind="int8", metric="accuracy", original=original, value=value, examples=9,
                     equal_decisions=equal)  # fmt: skip
    assert (objection(facts, cost) == "") == (original - value <= 0.01 and equal >= 0.95)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_errors_may_grow_by_a_share(facts: ModelFacts, original: float, value: float) -> None:
    cost = Quantized(kind="fp16", metric="loss", original=original, value=value, examples=9)
    assert (objection(facts, cost) == "") == (value - original <= 0.02 * original)


@pytest.mark.parametrize(
    ("format", "kind", "error", "says"),
    [
        ("safetensors", "int8", ExportError, "cannot do that; choose one that can: --format onnx"),
        ("torch_export", "int8", ExportError, "choose one that can: --format onnx"),
        ("onnx", "int4", UnknownName, "did you mean 'int8'"),
    ],
)
def test_what_a_format_cannot_do_is_told_at_once(
    format: str, kind: str, error: Any, says: str
) -> None:
    with pytest.raises(error, match=says):
        check_quantization(format, kind)
