"""Images of more than 8 bits."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from automl.data.dataset import Dataset
from automl.data.images.decode import decode_image
from automl.data.source import load_dataset


def save(root: Path, scale: float, dtype: type, offset: float = 0.0) -> Path:
    """Two classes: a spot on the left or on the right, of values from 0 to 1, scaled."""
    random = np.random.default_rng(0)
    for at in range(24):
        values = random.uniform(0, 0.5, (16, 16))
        values[4:12, 2 + 8 * (at % 2) :][:, :6] += 0.5
        values[0, :2] = 0, 1
        path = root / ("left", "right")[at % 2] / f"{at}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((values * scale + offset).astype(dtype)).save(path)
    return root


def load(path: Path) -> Dataset:
    return load_dataset(str(path), "images", {}, 0, print)


@pytest.mark.parametrize(
    ("scale", "dtype", "offset"),
    [
        (1023, np.uint16, 0),
        (4095, np.uint16, 0),
        (16383, np.uint16, 0),
        (65535, np.uint16, 0),
        (4095, np.uint16, 32768),
        (4095, np.int32, -1024),
        (1, np.float32, -0.5),
    ],
)
def test_they_are_scaled_by_the_range_of_the_train_images(tmp_path, scale, dtype, offset):
    dataset = load(save(tmp_path / "ct", scale, dtype, offset))
    assert dataset.encoding.levels == pytest.approx((offset, offset + scale), abs=1e-3)
    assert dataset.train.inputs.min() == 0
    assert dataset.train.inputs.max() == 255
    assert len(np.unique(dataset.train.inputs)) > 200
    assert "pixels of more than 8 bits" in dataset.notes[0]
    file = next(path for path in (tmp_path / "ct" / "left").iterdir())
    (reading,) = dataset.encoding.read(file)
    splits = (dataset.train, dataset.validation, dataset.test)
    np.testing.assert_array_equal(reading.value, dataset.encoding.decode(file.read_bytes()))
    assert reading.value.tobytes() in {image.tobytes() for each in splits for image in each.inputs}


def test_a_burnt_out_pixel_does_not_make_the_others_black(tmp_path):
    root = save(tmp_path / "ct", 4095, np.uint16)
    for path in root.rglob("*.tif"):
        pixels = np.array(Image.open(path))
        if path.stem in ("0", "1", "2", "3"):
            pixels[15, 15] = 65535
        Image.fromarray(pixels).save(path)
    dataset = load(root)
    assert dataset.encoding.levels[1] < 3 * 4095
    assert len(np.unique(dataset.train.inputs)) > 80


def test_images_of_8_bits_have_no_levels(tmp_path):
    assert load(save(tmp_path / "ct", 255, np.uint8)).encoding.levels is None


def test_levels_are_looked_up_when_the_folder_is_read_again(tmp_path):
    root = save(tmp_path / "ct", 4095, np.uint16)
    assert load(root).encoding == load(root).encoding


def test_all_black_images_are_no_fault(tmp_path):
    for at in range(8):
        path = tmp_path / "ct" / ("a", "b")[at % 2] / f"{at}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.zeros((8, 8), np.uint16)).save(path)
    assert load(tmp_path / "ct").train.inputs.max() == 0


def png_of_16_bits(pixels: np.ndarray) -> bytes:
    """Colours, which Pillow does not write in 16 bits."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checked = name + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


def tiff_of_16_bits(pixels: np.ndarray) -> bytes:
    height, width, channels = pixels.shape
    data = pixels.astype("<u2").tobytes()
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 2), (273, 16), (277, channels)]
    tags += [(278, height), (279, len(data))]
    content = struct.pack("<2sHI4H", b"II", 42, 16 + len(data), 16, 16, 16, 0)[:16] + data
    content += struct.pack("<H", len(tags))
    for tag, value in tags:
        count = channels if tag == 258 else 1
        content += struct.pack("<HHII", tag, 3 if tag == 258 else 4, count, value)
    return content + struct.pack("<I", 0)


@pytest.mark.parametrize("write", [png_of_16_bits, tiff_of_16_bits])
def test_colours_of_12_bits_in_16(tmp_path, write):
    random = np.random.default_rng(0)
    for at in range(12):
        pixels = random.integers(0, 4096, (8, 8, 3)).astype(np.uint16)
        pixels[0, 0], pixels[0, 1] = 0, 4095
        path = tmp_path / "raw" / ("a", "b")[at % 2] / f"{at}.img"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write(pixels))
    dataset = load(tmp_path / "raw")
    assert dataset.encoding.levels == (0, 4095)
    (reading,) = dataset.encoding.read(path)
    np.testing.assert_array_equal(reading.value, np.rint(pixels / 4095 * 255).transpose(2, 0, 1))


def test_see_through_pixels_of_16_bits_are_white():
    pixels = np.zeros((4, 4, 4), np.uint16)
    pixels[:2, :, 3] = 65535
    decoded = decode_image(png_of_16_bits(pixels), (3, 4, 4), (0, 4095))
    assert (decoded[:, :2].max(), decoded[:, 2:].min()) == (0, 255)
