"""Tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def write_diamonds(folder: Path, rows: int = 90) -> None:
    """The layout of diamonds.csv: numbers and qualities in words."""
    random = np.random.default_rng(0)
    carat = random.uniform(0.2, 3, rows).round(2)
    frame = pd.DataFrame(
        {
            "carat": carat,
            "cut": random.choice(["Fair", "Good", "Very Good", "Premium", "Ideal"], rows),
            "color": random.choice(list("DEFGHIJ"), rows),
            "clarity": random.choice(["I1", "SI2", "SI1", "VS2", "VS1", "IF"], rows),
            "depth": random.uniform(55, 67, rows).round(1),
            "table": random.integers(53, 65, rows),
            "price": (4000 * carat + random.normal(0, 300, rows)).round().astype(int),
            **{side: random.uniform(3, 9, rows).round(2) for side in "xyz"},
        }
    )
    frame.to_csv(folder / "diamonds.csv", index=False)
