from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO

import numpy as np
import pytest
from data_files import save_image
from PIL import Image

from automl.core.errors import DataError
from automl.data.images.decode import decode_image


def saved(image: Image.Image, suffix: str = "png", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG" if suffix == "jpg" else suffix.upper(), **options)
    return buffer.getvalue()


def test_an_image_of_the_right_shape_is_not_touched(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    for source in (tmp_path / "a.png", str(tmp_path / "a.png"), (tmp_path / "a.png").read_bytes()):
        np.testing.assert_array_equal(decode_image(source, (1, 28, 28)), pixels[None])


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        ("1", "png"),
        ("L", "png"),
        ("LA", "png"),
        ("P", "gif"),
        ("RGB", "jpg"),
        ("RGBA", "webp"),
        ("CMYK", "jpg"),
        ("I;16", "png"),
        ("I;16", "tif"),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_kind_of_image_becomes_contiguous_bytes(tmp_path, mode, suffix, channels):
    save_image(tmp_path / f"a.{suffix}", mode, (20, 14))
    pixels = decode_image(tmp_path / f"a.{suffix}", (channels, 8, 8))
    assert pixels.dtype == np.uint8
    assert pixels.shape == (channels, 8, 8)
    assert pixels.flags.c_contiguous
    assert pixels.std() > 0


def test_the_whole_image_is_kept_undistorted_on_white():
    wide = Image.new("RGB", (40, 20), (255, 0, 0))
    pixels = decode_image(saved(wide), (3, 16, 16))
    assert (pixels[:, :4] == 255).all()
    assert (pixels[:, 12:] == 255).all()
    assert (pixels[:, 4:12] == np.array([255, 0, 0])[:, None, None]).all()


def test_transparent_pixels_are_white():
    for image in (
        Image.new("RGBA", (4, 4), (0, 0, 0, 0)),
        Image.new("LA", (4, 4), (0, 0)),
    ):
        assert (decode_image(saved(image), (1, 4, 4)) == 255).all()
    palette = Image.new("P", (4, 4), 0)
    assert (decode_image(saved(palette, transparency=0), (3, 4, 4)) == 255).all()


def test_half_transparent_pixels_are_mixed_with_white():
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 128))
    assert (decode_image(saved(image), (1, 4, 4)) == 127).all()


def test_16_bits_keep_their_range():
    ramp = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    pixels = decode_image(saved(Image.fromarray(ramp)), (1, 8, 8))
    np.testing.assert_array_equal(pixels[0], np.rint(ramp / 257))


def test_levels_say_what_is_black_and_white_in_more_than_8_bits():
    ramp = np.linspace(-1024, 3071, 64).astype(np.int32).reshape(8, 8)
    for image, suffix in ((ramp, "tiff"), (ramp.astype(np.float32) / 7, "tiff")):
        levels = (float(image.min()), float(image.max()))
        pixels = decode_image(saved(Image.fromarray(image), suffix), (1, 8, 8), levels)
        np.testing.assert_allclose(pixels[0].reshape(-1), np.linspace(0, 255, 64), atol=0.6)
    beyond = decode_image(saved(Image.fromarray(ramp), "tiff"), (1, 8, 8), (0.0, 1000.0))
    assert (beyond[0][ramp < 0] == 0).all()
    assert (beyond[0][ramp > 1000] == 255).all()


def test_a_photo_is_turned_upright():
    image = Image.new("L", (16, 8), 0)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    upright = decode_image(saved(image, "jpg", exif=exif), (1, 16, 16))[0]
    assert (upright[:, 4:12] < 5).all()
    assert (upright[:, :3] == 255).all()


def test_a_large_image_is_averaged_and_not_picked_from():
    checkers = (np.indices((512, 512)).sum(axis=0) % 2 * 255).astype(np.uint8)
    for suffix in ("png", "jpg"):
        pixels = decode_image(saved(Image.fromarray(checkers), suffix), (1, 16, 16))
        assert np.abs(pixels.astype(int) - 127).max() < 10


def bomb() -> bytes:
    """A PNG header of 20,000 × 20,000 pixels, more than Pillow thinks safe."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


def test_what_is_no_image_is_one_clear_line(tmp_path):
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 256, (99, 99, 3), np.uint8))
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("not an image")
    (tmp_path / "cut.jpg").write_bytes(saved(photo, "jpg")[:2000])
    (tmp_path / "bomb.png").write_bytes(bomb())
    Image.fromarray(np.ones((4, 4), np.float32)).save(tmp_path / "float.tif")
    (tmp_path / "folder").mkdir()
    names = ("empty.png", "text.png", "cut.jpg", "bomb.png", "float.tif", "missing.png", "folder")
    for name in names:
        with pytest.raises(DataError, match=name) as caught:
            decode_image(tmp_path / name, (1, 8, 8))
        assert "\n" not in str(caught.value)


def test_an_image_that_pillow_only_warns_of_is_refused_without_a_warning(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        with pytest.raises(DataError, match="decompression bomb"):
            decode_image(saved(Image.new("L", (11, 11))), (1, 8, 8))
    assert not shown
