"""Models by the names of their studies, and studies by the paths of their models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from command_line import automl
from PIL import Image

pytestmark = pytest.mark.slow


def test_a_study_predicts_and_its_model_is_shown(finished, tmp_path: Path) -> None:
    picture = tmp_path / "four.png"
    Image.fromarray(np.full((8, 8), 90, np.uint8)).save(picture)
    by_name = automl("predict", "tiny", str(picture), cwd=finished.cwd)
    by_path = automl("predict", "results/tiny/best", str(picture), cwd=finished.cwd)
    assert (by_name.returncode, by_name.stdout) == (0, by_path.stdout), by_name.stderr
    shown = automl("show", "results/tiny/best", cwd=finished.cwd)
    assert shown.stdout == automl("show", "tiny", cwd=finished.cwd).stdout != ""
