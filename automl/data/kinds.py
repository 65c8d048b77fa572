"""What kind of data a path holds, found by a quick look at it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from automl.core.defaults import FIRST_SPACES
from automl.core.errors import UserError, WrongSpace
from automl.data import DATASETS
from automl.data.folder_layout import is_junk
from automl.data.images.decode import is_image_name
from automl.data.images.listing import ImageFiles
from automl.data.series.layouts import is_ts
from automl.data.source import unknown_data
from automl.data.tables.columns import Moments, find_dates, read_dates
from automl.data.tables.reader import TEXT_FORMATS, is_table, open_table
from automl.data.tables.type_inference import KnownColumns
from automl.data.text.encoding import TEXT_NAMES

if TYPE_CHECKING:
    import pandas as pd

# What is looked at: files of a folder, bytes of a text table, bytes of any other table.
MOST_FILES, MOST_BYTES, LARGEST = 2000, 200_000, 5_000_000
# Rows that tell whether a column names the files of images.
MOST_NAMES = 50
# A text has at least 4 words; a table of texts has few other columns and few other characters.
WORDS, MOST_OTHERS, TEXT_SHARE = 4, 3, 0.7
# From this many characters on, a value without spaces is no code.
LONG = 15
# A table with this many columns of names is no series of numbers.
FEWEST_NAMES = 2
# What data of each kind is, in messages.
_HOLDS = {
    "images": "images",
    "text": "texts",
    "table": "the rows of a table",
    "series": "series with a label each",
    "forecast": "a series to forecast",
}


def check_kind(name_or_path: str, kind: str, space: str) -> None:
    """Check that a space fits the data; passes where the kind of the data is in doubt.

    Args:
        name_or_path: Name of a dataset, or a path.
        kind: Kind of data that the space is for.
        space: Name of the space, for the message.

    Raises:
        WrongSpace: The data is plainly of another kind; names the space that fits.
    """
    kinds = kinds_at(name_or_path)
    if kinds and kind not in kinds:
        held = f"{name_or_path} holds {_HOLDS[kinds[0]]}, and {space} is for {_HOLDS[kind]}"
        raise WrongSpace(held, space, FIRST_SPACES[kinds[0]])


def space_for(name_or_path: str) -> str:
    """The shipped space to begin with for this data.

    Raises:
        UnknownData: There is no dataset and no path of that name.
        UserError: The kind of the data cannot be told.
    """
    kinds = kinds_at(name_or_path)
    if kinds:
        return FIRST_SPACES[kinds[0]]
    if not Path(name_or_path).exists():
        raise unknown_data(name_or_path)
    known = ", ".join(dict.fromkeys(FIRST_SPACES.values()))
    raise UserError(f"{name_or_path}: its kind of data was not recognised; name a space: {known}")


def kinds_at(name_or_path: str) -> tuple[str, ...]:
    """Kinds that the data may be of, names of ``READERS``, the likeliest first; () if unclear."""
    path = Path(name_or_path).expanduser()
    if not path.exists():
        return (DATASETS[name_or_path].kind,) if name_or_path in DATASETS else ()
    if path.is_dir():
        return _kinds_of_folder(path)
    if is_ts(path):
        return ("series",)
    try:
        if not is_table(path) or (frame := _first_rows(path)) is None:
            return ()
        cells = _first_rows(path, {})  # as they are written: 001 stays a text
        lists_images = cells is not None and ImageFiles(path).names_most(cells.head(MOST_NAMES))
    except (UserError, OSError):  # loading it tells what is wrong
        return ()
    return _Table(frame, lists_images).kinds()


def _kinds_of_folder(folder: Path) -> tuple[str, ...]:
    found: Counter[str] = Counter()
    for path in islice(_files(folder), MOST_FILES):
        kind = "images" if is_image_name(path.name) else path.suffix.lower().removeprefix(".")
        found[kind] += 1
    if not found:
        return ()
    most = found.most_common(1)[0][0]
    return {"images": ("images",), "txt": ("text",)}.get(most, ())


def _files(folder: Path) -> Iterator[Path]:
    for inside, _, names in os.walk(folder):
        paths = (Path(inside) / name for name in names)
        yield from (path for path in paths if not is_junk(path, folder))


def _first_rows(path: Path, known: KnownColumns | None = None) -> pd.DataFrame | None:
    """The first rows of a table; None for a large file whose format must be read whole."""
    size = path.stat().st_size
    if path.suffix.lower() not in TEXT_FORMATS or size <= MOST_BYTES:
        return open_table(path, known).frame if size <= LARGEST else None
    with path.open("rb") as file:
        head = file.read(MOST_BYTES)
    with TemporaryDirectory() as folder:
        part = Path(folder) / f"head{path.suffix}"
        part.write_bytes(head[: head.rfind(b"\n") + 1])
        return open_table(part, known).frame


@dataclass(frozen=True)
class _Table:
    """The first rows of a table, and whether a column names the files of images."""

    frame: pd.DataFrame
    lists_images: bool = False

    def kinds(self) -> tuple[str, ...]:
        """Kinds that the table may be of, the likeliest first."""
        if self.lists_images:
            return "images", "table"
        if self._is_text():
            return ("text",)
        kinds = ["table"]
        if any(map(self._may_be_texts, self._texts)):
            kinds.append("text")
        names = sum(map(self._is_of_names, self._texts))
        if self._has_time():
            kinds.insert(0 if not self._texts else 1, "forecast")
        elif self._times or names < FEWEST_NAMES:
            kinds.append("forecast")
        if names < FEWEST_NAMES:
            kinds.append("series")
        return tuple(kinds)

    @cached_property
    def _times(self) -> dict[str, Moments]:
        """Columns of dates, each with its dates."""
        found = {name: _moments(self.frame[name]) for name in self.frame.columns}
        return {name: moments for name, moments in found.items() if moments}

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        """Columns of texts and names other than dates."""
        from pandas.api import types

        return tuple(
            name
            for name in self.frame.columns
            if types.infer_dtype(self.frame[name], skipna=True) == "string"
            and name not in self._times
        )

    def _has_time(self) -> bool:
        """Whether a column of dates rises from row to row, as in a series."""
        return any(map(_rise, self._times.values()))

    def _is_text(self) -> bool:
        """Whether nearly all of its content is texts."""
        texts = [name for name in self._texts if self._words(name) >= WORDS]
        if not texts or len(self.frame.columns) - len(texts) > MOST_OTHERS:
            return False
        sizes = {name: self._characters(self.frame[name]) for name in self.frame.columns}
        share = sum(sizes[name] for name in texts) / max(sum(sizes.values()), 1)
        return share >= TEXT_SHARE and any(map(self._is_varied, texts))

    def _words(self, name: str) -> float:
        return float(self._present(name).str.split().str.len().mean())

    def _may_be_texts(self, name: str) -> bool:
        """Whether values are texts and not codes, by name, words, length and variety."""
        if name.strip().lower() in TEXT_NAMES or self._words(name) >= 2:
            return True
        size = self._present(name).str.len().mean()
        return self._is_varied(name) and (self._is_of_names(name) or size >= LONG)

    def _is_varied(self, name: str) -> bool:
        """Whether most rows have a value of their own."""
        present = self._present(name)
        return len(present) > 0 and present.nunique() > len(present) / 2

    def _is_of_names(self, name: str) -> bool:
        """Whether hardly any value has a digit, so that it holds neither numbers nor times."""
        return not self._present(name).str.contains(r"\d").mean() > 0.1

    def _present(self, name: str) -> pd.Series[Any]:
        return self.frame[name].dropna().astype(str)

    @staticmethod
    def _characters(values: pd.Series[Any]) -> int:
        return int(values.dropna().astype(str).str.len().sum())


def _moments(values: pd.Series[Any]) -> Moments:
    """The dates of a column; empty if it holds other values. Plain numbers are no dates."""
    from pandas.api import types

    if types.is_datetime64_any_dtype(values):
        return read_dates(values, ())
    if types.infer_dtype(values, skipna=True) != "string":
        return []
    found = find_dates(values)
    return [] if found is None else read_dates(values, found.forms)


def _rise(moments: Moments) -> bool:
    """Whether there are at least three dates, none missing, each later than the one before."""
    known = [each for each in moments if each is not None]
    return len(known) == len(moments) > 2 and all(one < next_ for one, next_ in pairwise(known))
