"""A set of images need not fit into memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command_line import environment
from PIL import Image

pytestmark = pytest.mark.slow

SIDE, DIFFERENT = 256, 40
# So many images are enough for the small folder to fill a batch, also in validation.
SMALL, LARGE = 80, 1000
MAY_TAKE = 90_000_000
SPACE = f"""\
task: image_classification
data: {{name: small, size: {SIDE}}}
network:
  - avg_pool2d: 32
  - flatten
training: {{epochs: 1, batch_size: 2}}
search: {{trials: 1}}
"""


def save_images(folder: Path, count: int) -> None:
    """Two classes that a mean tells apart; beyond the first, files are links to earlier ones."""
    random = np.random.default_rng(0)
    for at in range(count):
        label = ("dark", "light")[at % 2]
        file = folder / label / f"{at}.ppm"
        file.parent.mkdir(parents=True, exist_ok=True)
        if at < DIFFERENT:
            pixels = random.integers(0, 128, (SIDE, SIDE, 3), np.uint8) + 128 * (at % 2)
            Image.fromarray(pixels.astype(np.uint8)).save(file)
        else:
            os.link(folder / label / f"{at % DIFFERENT}.ppm", file)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what is allocated")
def test_a_search_on_a_set_larger_than_the_memory_it_may_take(tmp_path: Path) -> None:
    """197 MB of pixels, and 90 MB beyond what a search on a small folder left behind.

    Neither search imports Ray, as its executor is the local one.
    """
    save_images(tmp_path / "small", SMALL)
    save_images(tmp_path / "large", LARGE)
    (tmp_path / "space.yaml").write_text(SPACE)
    driver = Path(__file__).with_name("limited_search.py")
    run = subprocess.run(
        [sys.executable, driver, "space.yaml", "small", "large", str(MAY_TAKE)],
        cwd=tmp_path,
        env=environment() | {"AUTOML_DATA": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "Best trial: 0" in run.stdout.partition("large: large")[2], run.stdout
    assert run.stdout.endswith("imported: no Ray\n")
    (pixels,) = (tmp_path / "cache").rglob("large*/**/pixels.u8")
    assert pixels.stat().st_size == LARGE * 3 * SIDE**2 > 2 * MAY_TAKE
    bundle = json.loads((tmp_path / "results/large/best/bundle.json").read_text())
    assert bundle["scores"][0]["value"] > 0.9
