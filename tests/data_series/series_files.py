"""Small series files, in the layout of the real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from automl.data.series.forecast import SeriesFile


def silent(line: str) -> None:
    """Takes announcements that a test does not look at."""


def hourly(steps: int = 400, seed: int = 0, **columns) -> pd.DataFrame:
    """An hourly table: when, value, load, and the columns given."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "when": pd.date_range("2024-01-01", periods=steps, freq="h").astype(str),
            "value": random.normal(10, 3, steps).round(3),
            "load": random.normal(500, 50, steps).round(3),
            **columns,
        }
    )


def save(frame: pd.DataFrame, path: Path) -> Path:
    frame.to_csv(path, index=False)
    return path


def inputs_of(dataset, split: str) -> np.ndarray:
    """The windows of a split in the variables' own units, (N, history, variables)."""
    encoding = dataset.encoding
    return np.array(encoding.mean) + np.array(encoding.std) * getattr(dataset, split).inputs


def targets_of(dataset, split: str) -> np.ndarray:
    """What came after them in its own units, (N, horizon, targets)."""
    target = dataset.target
    return np.array(target.mean) + np.array(target.std) * getattr(dataset, split).targets


def load_forecast(frame: pd.DataFrame, folder, **options):
    path = save(frame, folder / "series.csv")
    return SeriesFile(**options).load(str(path), 0, silent)
