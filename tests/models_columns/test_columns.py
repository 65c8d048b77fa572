from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from export_formats import WRITES_ONNX

from automl.models import PREPROCESSING

NAN = float("nan")
OPTIONS = {"numbers": 3, "flagged": [0, 2], "sizes": [3, 2]}
RAW = np.array(
    [
        [0.0, 0.5, 1.0, 0, 1],
        [NAN, -1.0, NAN, 2, 0],
        [2.0, NAN, 0.0, -1, NAN],
        [3e38, -3e38, -2.0, 3, 1],
    ],
    np.float32,
)


def squashed(z: float) -> float:
    return z / np.sqrt(1 + (z / 3) ** 2)


EXPECTED = np.array(
    [
        [0, squashed(0.5), squashed(1), 0, 0, 1, 0, 0, 0, 1],
        [0, squashed(-1), 0, 1, 1, 0, 0, 1, 1, 0],
        [squashed(2), 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [3, -3, squashed(-2), 0, 0, 0, 0, 0, 0, 1],
    ],
    np.float32,
)


@pytest.fixture(scope="module")
def columns():
    return PREPROCESSING["columns"](**OPTIONS)


def test_numbers_flags_and_places_as_by_hand(columns):
    given = torch.from_numpy(RAW)
    kept = given.clone()
    vectors = columns(given)
    assert vectors.dtype == torch.float32
    np.testing.assert_allclose(vectors, EXPECTED, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(given, kept, equal_nan=True)
    assert columns.mask(given) is None


def test_no_row_and_one_row(columns):
    assert columns(torch.empty(0, 5)).shape == (0, 10)
    np.testing.assert_allclose(columns(torch.from_numpy(RAW[1:2])), EXPECTED[1:2], rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "width", "features"),
    [
        ({"numbers": 1, "flagged": [], "sizes": []}, 1, 1),
        ({"numbers": 0, "flagged": [], "sizes": [2, 4]}, 2, 6),
    ],
)
def test_numbers_alone_and_categories_alone(options, width, features):
    assert PREPROCESSING["columns"](**options)(torch.zeros(3, width)).shape == (3, features)


@pytest.fixture(scope="module")
def exported(columns):
    rows = torch.export.Dim("rows")
    return torch.export.export(columns, (torch.from_numpy(RAW),), dynamic_shapes=({0: rows},))


@pytest.mark.slow  # older versions of PyTorch start processes
def test_torch_export_with_any_number_of_rows(exported):
    for rows in (2, 4):
        vectors = exported.module()(torch.from_numpy(RAW[:rows]))
        np.testing.assert_allclose(vectors, EXPECTED[:rows], rtol=1e-6, atol=1e-6)


@pytest.mark.skipif(not WRITES_ONNX, reason="needs torch 2.5")
@pytest.mark.filterwarnings("ignore")  # PyTorch's exporter calls what it has deprecated itself
def test_onnx_with_any_number_of_rows(exported, tmp_path):
    path = tmp_path / "columns.onnx"
    torch.onnx.export(exported, (), path, dynamo=True, verbose=False)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    for rows in (1, 3, 4):
        (vectors,) = session.run(None, {given.name: RAW[:rows]})
        np.testing.assert_allclose(vectors, EXPECTED[:rows], rtol=1e-5, atol=1e-5)
