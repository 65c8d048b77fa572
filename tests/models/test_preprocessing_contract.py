"""What holds for every preprocessing; each has its raw batch and its options here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from automl.models import PREPROCESSING
from automl.models.modules.preprocessing import Preprocess

NAN = float("nan")


@dataclass(frozen=True, eq=False)
class PreprocessingCase:
    """Options, others of the same shape, and a raw batch."""

    options: dict[str, Any]
    others: dict[str, Any]
    raw: Tensor


CASES = {
    "normalize": PreprocessingCase(
        {"mean": [0.5, 0.2], "std": [0.2, 0.1]},
        {"mean": [0.1, 0.4], "std": [0.3, 0.5]},
        torch.arange(72, dtype=torch.uint8).reshape(3, 2, 3, 4),
    ),
    "tokens": PreprocessingCase(
        {}, {}, torch.tensor([[3, 1, 2], [4, 0, 0], [0, 0, 0]], dtype=torch.int32)
    ),
    "columns": PreprocessingCase(
        {"numbers": 2, "flagged": [0], "sizes": [3]},
        {"numbers": 2, "flagged": [1], "sizes": [3]},
        torch.tensor([[NAN, 2.0, 0.0], [1.0, 1e30, 2.0], [-5.0, 0.0, -1.0]]),
    ),
    "standardize": PreprocessingCase(
        {"mean": [1.0, 2.0], "std": [1.0, 5.0]},
        {"mean": [7.0, 3.0], "std": [2.0, 1.0]},
        torch.tensor(
            [[[NAN, 2.0], [3.0, 4.0]], [[1.0, 0.0], [NAN, NAN]], [[1.0, 9.0], [2.0, 2.0]]]
        ),
    ),
    "revin": PreprocessingCase(
        {"mean": [1.0, 2.0], "std": [1.0, 5.0], "targets": 1},
        {"mean": [7.0, 3.0], "std": [2.0, 1.0], "targets": 1},
        torch.tensor(
            [[[NAN, 2.0], [3.0, 4.0]], [[1.0, 0.0], [5.0, 1.0]], [[1.0, 9.0], [2.0, 2.0]]]
        ),
    ),
    "from_last": PreprocessingCase(
        {"mean": [1.0, 2.0], "std": [1.0, 5.0], "targets": 1},
        {"mean": [7.0, 3.0], "std": [2.0, 1.0], "targets": 1},
        torch.tensor(
            [[[NAN, 2.0], [3.0, 4.0]], [[1.0, 0.0], [5.0, 1.0]], [[1.0, 9.0], [2.0, 2.0]]]
        ),
    ),
}


def test_every_preprocessing_has_a_case() -> None:
    assert set(CASES) == set(PREPROCESSING)


@pytest.mark.parametrize("name", CASES)
class TestPreprocessing:
    def make(self, name: str) -> Preprocess:
        return PREPROCESSING[name](**CASES[name].options)

    def test_a_batch_becomes_finite_floats_or_stays_ids(self, name: str) -> None:
        raw = CASES[name].raw
        kept = raw.clone()
        values = self.make(name)(raw)
        assert len(values) == len(raw)
        assert values.dtype == (torch.int32 if raw.dtype == torch.int32 else torch.float32)
        assert values.isfinite().all()
        torch.testing.assert_close(raw, kept, equal_nan=True)

    def test_an_example_does_not_depend_on_those_beside_it(self, name: str) -> None:
        preprocess, raw = self.make(name), CASES[name].raw
        alone = torch.cat([preprocess(raw[at : at + 1]) for at in range(len(raw))])
        torch.testing.assert_close(preprocess(raw), alone, rtol=0, atol=0)

    def test_what_it_learned_is_in_its_state(self, name: str) -> None:
        case, other = CASES[name], PREPROCESSING[name](**CASES[name].others)
        other.load_state_dict(self.make(name).state_dict())
        assert torch.equal(other(case.raw), self.make(name)(case.raw))
        assert not list(other.parameters())

    def test_a_mask_has_a_truth_for_each_position_and_one_at_least(self, name: str) -> None:
        raw = CASES[name].raw
        mask = self.make(name).mask(raw)
        if mask is None:
            assert raw.dtype != torch.int32
        else:
            assert (mask.dtype, mask.shape) == (torch.bool, raw.shape[:2])
            assert mask.any(dim=1).all()

    def test_outputs_are_restored_in_their_shape(self, name: str) -> None:
        raw, outputs = CASES[name].raw, torch.zeros(3, 5, 1)
        restored = self.make(name).restore(outputs, raw)
        assert restored.shape == outputs.shape
        assert restored.isfinite().all()
