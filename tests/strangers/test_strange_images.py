"""Images that are far larger than their files, or that are programs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from attacks import gif, ico, png, tiff
from limits import bounded
from PIL import Image
from predicting import predict_files
from stranger_bundles import StrangerSample

from automl.data.source import load_dataset
from automl.inference.predict import Predictor

HUGE = 60_000
BOMBS = {
    "huge.png": png(HUGE, HUGE),
    "larger_than_any.png": png(2**31 - 1, 2**31 - 1),
    # Pillow takes no more than its limit twice, and only warns in between.
    "warned_of.png": png(12_000, 10_000),
    "one_pixel_wide.png": png(1, 80_000_000),
    "text.png": png(8, 8, text=bytes(100_000_000)),
    "inside.ico": ico(png(HUGE, HUGE)),
    "frame.gif": gif(HUGE, HUGE),
    "huge.tiff": tiff(HUGE, HUGE),
    "huge.ppm": b"P6 %d %d 255\n" % (HUGE, HUGE),
    "cut_off.png": png(64, 64)[:60],
    "program.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n",
}
MEGABYTES_100 = 100 << 20


@pytest.mark.parametrize("name", BOMBS)
def test_predict_refuses_each_in_a_line_and_without_memory_for_it(
    spoiled: StrangerSample, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(BOMBS[name])
    predictor = Predictor(spoiled.folder)
    predict_files(predictor, [spoiled.file])
    with bounded(seconds=20, memory=MEGABYTES_100):
        bad, good = predict_files(predictor, [tmp_path / name, spoiled.file])
    assert good.prediction is not None
    assert bad.error is not None
    assert name in bad.error
    assert bad.error.isprintable()


def test_a_folder_leaves_them_out_and_counts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
    for at in range(40):
        folder = tmp_path / "photos" / ("cats", "dogs")[at % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), at).save(folder / f"{at}.png")
    for name, content in BOMBS.items():
        (tmp_path / "photos" / "cats" / name).write_bytes(content)
    os.mkfifo(tmp_path / "photos" / "cats" / "pipe.png")
    with bounded(seconds=20, memory=10 * MEGABYTES_100):
        data = load_dataset(str(tmp_path / "photos"), "images", {}, 0, lambda line: None)
    assert f"skipped {len(BOMBS)} files that cannot be read as an image" in data.notes[0]
    assert len(data.train) + len(data.validation) + len(data.test) == 40


@pytest.mark.slow
def test_no_program_is_started_for_an_image(
    spoiled: StrangerSample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow would have Ghostscript run what an EPS says."""
    ghostscript = tmp_path / "bin" / "gs"
    ghostscript.parent.mkdir()
    ghostscript.write_text(f"#!/bin/sh\nmkdir {tmp_path}/marker\n")
    ghostscript.chmod(0o755)
    monkeypatch.setenv("PATH", str(ghostscript.parent), prepend=os.pathsep)
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", None)
    image = tmp_path / "image.png"
    image.write_bytes(BOMBS["program.eps"])
    (found,) = predict_files(spoiled.folder, [image])
    assert found.prediction is None
    assert not (tmp_path / "marker").exists()
    with Image.open(image) as opened, pytest.raises(Exception):  # noqa: B017, PT011
        opened.load()
    assert (tmp_path / "marker").exists(), "the attack is none"
