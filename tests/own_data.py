"""Small data of every kind, read from files as a user's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from automl.data.dataset import Dataset
from automl.data.source import load_dataset

ROWS = 160
GOOD = ("a lovely film", "bright and funny from its first minute to its last", "well made")
BAD = ("a dull film", "slow and grey and, for all its noise, of no interest to anybody", "weak")


def write_images(folder: Path) -> Path:
    numbers = np.random.default_rng(0)
    for at in range(ROWS):
        label = ("dark", "light")[at % 2]
        (folder / "images" / label).mkdir(parents=True, exist_ok=True)
        pixels = numbers.integers(100 * (at % 2), 100 * (at % 2) + 156, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "images" / label / f"{at}.png")
    return folder / "images"


def write_texts(folder: Path) -> Path:
    numbers = np.random.default_rng(0)
    lines = ["text,label"]
    for at in range(ROWS):
        parts = numbers.choice(GOOD if at % 2 else BAD, numbers.integers(1, 5))
        lines.append(f'"{at} {". ".join(parts)}",{("bad", "good")[at % 2]}')
    (folder / "texts.csv").write_text("\n".join(lines), "utf-8")
    return folder / "texts.csv"


def write_rows(folder: Path) -> Path:
    """A price in thousands, of a size, a colour and a number that is often missing."""
    numbers = np.random.default_rng(0)
    lines = ["size,colour,age,price"]
    for at in range(ROWS):
        size, colour = numbers.uniform(1, 9), ("red", "blue", "green")[at % 3]
        age = "" if at % 5 == 0 else f"{numbers.uniform(0, 90):.1f}"
        price = 250_000 + 40_000 * size - 9_000 * (colour == "red") + numbers.normal(0, 500)
        lines.append(f"{size:.3f},{colour},{age},{price:.2f}")
    (folder / "rows.csv").write_text("\n".join(lines), "utf-8")
    return folder / "rows.csv"


def write_series(folder: Path) -> Path:
    numbers = np.random.default_rng(0)
    lines = ["label," + ",".join(f"t{step}" for step in range(12))]
    for at in range(ROWS):
        wave = np.sin(np.arange(12) * (0.5 if at % 2 else 1.0) + numbers.uniform(0, 6))
        lines.append(f"{('fast', 'slow')[at % 2]}," + ",".join(f"{each:.4f}" for each in wave))
    (folder / "series.csv").write_text("\n".join(lines), "utf-8")
    return folder / "series.csv"


def write_forecast(folder: Path) -> Path:
    """Two things a day: one in millions that hardly varies, one around 0."""
    days = np.datetime64("2020-01-01") + np.arange(400)
    steps = np.arange(400)
    load = 2_000_000 + 300 * np.sin(steps / 7 * 2 * np.pi) + steps
    heat = np.cos(steps / 30)
    lines = [f"{day},{one:.1f},{two:.5f}" for day, one, two in zip(days, load, heat, strict=True)]
    (folder / "power.csv").write_text("\n".join(["date,load,heat", *lines]), "utf-8")
    return folder / "power.csv"


WRITERS: dict[str, Callable[[Path], Path]] = {
    "images": write_images,
    "text": write_texts,
    "table": write_rows,
    "series": write_series,
    "forecast": write_forecast,
}


def load(kind: str, folder: Path) -> tuple[Path, Dataset]:
    """The path of a kind's file, and what is in it."""
    path = WRITERS[kind](folder)
    options = {"target": "load,heat"} if kind == "forecast" else {}
    return path, load_dataset(str(path), kind, options, seed=0, announce=lambda line: None)
