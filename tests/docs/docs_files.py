"""The files that the README and the docs speak of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image


def make_files(folder: Path) -> None:
    """Write all of them."""
    random = np.random.default_rng(0)
    make_photos(folder / "photos")
    make_frames(folder / "frames", random)
    houses(random).to_csv(folder / "houses.csv", index=False)
    reviews(random).to_csv(folder / "reviews.csv", index=False)
    power(random).to_csv(folder / "power.csv", index=False)
    pumps(random).to_csv(folder / "pumps.csv", index=False)


def make_photos(folder: Path) -> None:
    """Photos of cats and dogs."""
    for label, grey in (("cats", 40), ("dogs", 200)):
        (folder / label).mkdir(parents=True)
        for number in range(30):
            image = Image.new("RGB", (20 + number % 3, 24), (grey, grey + number, 90))
            image.save(folder / label / f"{number:02d}.png")


def make_frames(folder: Path, random: np.random.Generator) -> None:
    """Nearly equal frames of 16 sources, whose look says nothing about their class."""
    for number in range(16):
        source, label = random.integers(256, size=(16, 16)), ("calm", "storm")[number % 2]
        (folder / label).mkdir(parents=True, exist_ok=True)
        for frame in range(12):
            pixels = np.clip(source + random.integers(-5, 6, size=(16, 16)), 0, 255)
            path = folder / label / f"source{number:02d}-{frame:02d}.png"
            Image.fromarray(pixels.astype(np.uint8)).save(path)


def houses(random: np.random.Generator) -> pd.DataFrame:
    """Houses and their prices."""
    area = random.uniform(40, 300, 240).round()
    place = random.choice(["city", "coast", "country"], 240)
    price = area * np.where(place == "coast", 5000, 3000) * random.uniform(0.9, 1.1, 240)
    return pd.DataFrame({"area": area, "place": place, "price": price.round()})


def reviews(random: np.random.Generator) -> pd.DataFrame:
    """Reviews and what they think."""
    words = {"good": ["fine", "lovely", "fresh"], "bad": ["dull", "stale", "poor"]}
    rows = []
    for number in range(200):
        label = ("good", "bad")[number % 2]
        said = random.choice([*words[label], "the", "film", "plot", "and", f"take{number}"], 12)
        rows.append({"review": " ".join(said), "sentiment": label})
    return pd.DataFrame(rows)


def pumps(random: np.random.Generator) -> pd.DataFrame:
    """The pressure of pumps, each for a while of its own."""
    rows = [
        (f"pump {pump}", second, np.sin(second * (1 + pump % 2)) + random.normal(0, 0.1), pump % 2)
        for pump in range(60)
        for second in range(20 + pump % 11)
    ]
    frame = pd.DataFrame(rows, columns=["pump", "second", "pressure", "state"])
    return frame.assign(state=frame["state"].map({0: "steady", 1: "pulsing"}))


def power(random: np.random.Generator) -> pd.DataFrame:
    """Hourly load over five weeks, with a daily rhythm."""
    hours = np.arange(24 * 35)
    load = 100 + 30 * np.sin(hours / 24 * 2 * np.pi) + random.normal(0, 3, len(hours))
    times = pd.date_range("2024-01-01", periods=len(hours), freq="h")
    return pd.DataFrame({"time": times, "load": load.round(2)})
