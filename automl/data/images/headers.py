"""What is read from many image files before they are decoded: headers, and ranges of pixels."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from automl.core.errors import DataError
from automl.core.machine import write_text
from automl.data.folder_layout import ClassFile
from automl.data.images.decode import ImageHeader, Levels, read_header, read_values
from automl.data.source import Announce, ReadProgress

HEADERS_AT_ONCE, DEEP_IMAGES_AT_ONCE = 1000, 64
"""Files that are read between two lines on progress."""

MOST_IMAGES, MOST_PIXELS = 1000, 10_000
"""Images, evenly spaced over a set, and pixels of each, that the range of values is measured on."""

OUTSIDE = 0.001
"""Share of the pixels at each end of the range that may be dead, burnt out or writing."""


def read_headers(
    files: Sequence[ClassFile], cache: Path, announce: Announce, seconds: float = 2.0
) -> list[ImageHeader | None]:
    """The header of each file, None where it is not an image; for use inside ``quiet_pillow``.

    Args:
        files: Files to read.
        cache: Folder that belongs to just these files; the headers are kept there.
        announce: Function that takes lines on progress.
        seconds: Time between two of these lines.
    """
    kept = cache / "headers.json"
    if kept.is_file():
        found = json.loads(kept.read_text(encoding="utf-8"))
        return [None if each is None else ImageHeader(*each) for each in found]
    tell = ReadProgress(announce, "images looked at:", len(files), seconds=seconds)
    headers: list[ImageHeader | None] = []
    for chunk in read_files([file.path for file in files], read_header, HEADERS_AT_ONCE):
        headers.extend(chunk)
        tell(len(headers))
    cache.mkdir(parents=True, exist_ok=True)
    write_text(kept, json.dumps([each and (each.side, each.grey, each.deep) for each in headers]))
    return headers


def measure_levels(paths: Sequence[Path]) -> Levels | None:
    """The range of the values of these images; for use inside ``quiet_pillow``.

    It reaches from the lowest to the highest value, but at most as far beyond the range of nearly
    all values as that range is wide: one burnt-out pixel does not make all others black.

    Args:
        paths: Image files with pixels of more than 8 bits; damaged ones do not count.

    Returns:
        None where there is no value, or the same value everywhere.
    """
    some = paths[:: max(1, len(paths) // MOST_IMAGES)]
    read = partial(read_values, most=MOST_PIXELS)
    found = [
        each
        for chunk in read_files(some, read, DEEP_IMAGES_AT_ONCE)
        for each in chunk
        if each is not None
    ]
    values = np.concatenate([np.zeros(0), *found])
    if not len(values) or values.min() == values.max():
        return None
    low, high = np.quantile(values, [OUTSIDE, 1 - OUTSIDE])
    width = high - low or np.inf
    return float(max(values.min(), low - width)), float(min(values.max(), high + width))


def levels_notes(levels: Levels | None) -> tuple[str, ...]:
    """A sentence for the user on the levels, if there are any."""
    if levels is None:
        return ()
    black, white = levels
    return (
        f"pixels of more than 8 bits: {black:,.6g} becomes black and {white:,.6g} white, which is "
        "their range in the train images",
    )


T = TypeVar("T")


def read_files(
    paths: Sequence[Path], read: Callable[[Path], T], at_once: int
) -> Iterator[list[T | None]]:
    """Read many files in threads, because Pillow decodes outside Python's lock.

    Args:
        paths: Files to read.
        read: Function that reads one file, in any thread; raises DataError or OSError where it
            cannot.
        at_once: Files of a chunk, whose results are in memory together.

    Yields:
        The results of a chunk, in the order of the files; None for files that cannot be read.
    """
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        for start in range(0, len(paths), at_once):
            chunk = paths[start : start + at_once]
            yield list(pool.map(lambda path: _or_none(read, path), chunk))
    finally:  # an interrupt should not wait for the rest
        pool.shutdown(cancel_futures=True)


def _or_none(read: Callable[[Path], T], path: Path) -> T | None:
    try:
        return read(path)
    except (DataError, OSError):
        return None
