from __future__ import annotations

import pytest
import torch

from automl.models.preprocess import Normalize

MEAN, STD = (0.5, 0.25, 0.1), (0.2, 0.3, 0.4)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float64, torch.float16])
def test_channels_are_normalised(dtype: torch.dtype) -> None:
    images = torch.randint(0, 256, (2, 3, 4, 4)).to(dtype)
    mean, std = (torch.tensor(each)[:, None, None] for each in (MEAN, STD))
    output = Normalize(MEAN, STD)(images)
    assert output.dtype == torch.float32
    torch.testing.assert_close(output, (images.float() / 255 - mean) / std)


def test_the_statistics_travel_with_the_weights() -> None:
    images = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)
    other = Normalize((0,) * 3, (1,) * 3)
    other.load_state_dict(Normalize(MEAN, STD).state_dict())
    assert torch.equal(other(images), Normalize(MEAN, STD)(images))


def test_a_channel_that_never_varies_stays_finite() -> None:
    images = torch.full((2, 1, 4, 4), 51, dtype=torch.uint8)
    torch.testing.assert_close(Normalize((0.2,), (0.0,))(images), torch.zeros(2, 1, 4, 4))


def test_mean_and_std_go_together() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        Normalize((0.5,), STD)
