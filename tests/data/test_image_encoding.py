from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from data_files import save_image
from PIL import Image

from automl.data.images.decode import decode_image
from automl.data.images.encoding import LARGEST_PICTURE, ImageEncoding

ENCODING = ImageEncoding(image_shape=(3, 10, 12), mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6))


def test_an_example_is_described_as_people_write_it():
    assert ENCODING.describe() == "3×10×12"
    assert ENCODING.shape == ENCODING.raw_shape == (3, 10, 12)
    assert ENCODING.preprocessing == {
        "normalize": {"mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]}
    }


def test_a_file_is_read_as_in_training(tmp_path):
    save_image(tmp_path / "a.png", "RGBA", (30, 20))
    (reading,) = ENCODING.read(tmp_path / "a.png")
    assert reading.name == str(tmp_path / "a.png")
    assert reading.error == ""
    np.testing.assert_array_equal(reading.value, decode_image(tmp_path / "a.png", (3, 10, 12)))


def test_files_are_stacked_to_a_batch(tmp_path):
    for seed in range(3):
        save_image(tmp_path / f"{seed}.png", seed=seed)
    values = [next(ENCODING.read(tmp_path / f"{seed}.png")).value for seed in range(3)]
    batch = ENCODING.stack(values)
    assert batch.shape == (3, 3, 10, 12)
    assert batch.dtype == ENCODING.dtype


def test_a_file_that_is_no_image_is_a_reading_with_its_error(tmp_path):
    (tmp_path / "a.png").write_text("text")
    (reading,) = ENCODING.read(tmp_path / "a.png")
    assert reading.value is None
    assert "a.png" in reading.error
    assert "\n" not in reading.error


@pytest.mark.parametrize("channels", [1, 3])
def test_a_small_image_is_shown_as_it_is(channels):
    pixels = np.random.default_rng(0).integers(256, size=(channels, 10, 12), dtype=np.uint8)
    shown = Image.open(BytesIO(b64decode(ENCODING.show(pixels).png)))
    assert shown.size == (12, 10)
    np.testing.assert_array_equal(np.asarray(shown), np.moveaxis(pixels, 0, -1).squeeze())


def test_a_large_image_is_shown_small():
    shown = ENCODING.show(np.zeros((3, 300, 1200), np.uint8))
    assert Image.open(BytesIO(b64decode(shown.png))).size == (LARGEST_PICTURE, 40)
