"""Small tables, written as files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from automl.data.dataset import Dataset
from automl.data.tables.dataset import TableFile


def silent(line: str) -> None:
    """Takes announcements that a test does not look at."""


def load(path: Path, seed: int = 0, **options: str) -> Dataset:
    return TableFile(**options).load(str(path), seed, silent)


def flowers(rows: int = 60) -> pd.DataFrame:
    """Numbers, a category with a rare value, missing ones, a date and a class; nothing given away.

    Two of the columns say nothing.
    """
    random = np.random.default_rng(0)
    species = np.array(["iris", "rose", "🌹 وردة"])
    frame = pd.DataFrame(
        {
            "id": np.arange(rows),
            "height": random.normal(30, 5, rows).round(2),
            "colour": random.choice(["red", "blue", "white"], rows),
            "picked": pd.date_range("2023-01-30", periods=rows, freq="9h").astype(str),
            "planet": "Earth",
            "species": random.permutation(species[np.arange(rows) % 3]),
        }
    )
    frame.loc[::7, "height"] = np.nan
    frame.loc[[3, 4], "colour"] = ["violet", None]
    return frame


def write(frame: pd.DataFrame, path: Path) -> Path:
    """Any form that ``read_table`` knows."""
    name = path.name
    if ".parquet" in name:
        frame.to_parquet(path)
    elif ".xlsx" in name:
        frame.to_excel(path, index=False)
    elif "json" in name:
        frame.to_json(path, orient="records", lines=True, force_ascii=False)
    else:
        frame.to_csv(path, sep="\t" if ".t" in name else ",", index=False)
    return path
