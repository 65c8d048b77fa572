"""Which files of a folder go into which split, frames of one source into the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Targets
from automl.data.folder_layout import ClassFile
from automl.data.splits import check_enough, cut_rows

Files = Mapping[str, Sequence[ClassFile]]
SPLITS = ("train", "validation", "test")


def cut_files(given: Files, labels: tuple[str, ...], seed: int, group: str | None) -> Files:
    """Train, validation and test, with those that are not given cut from ``train``.

    Args:
        given: The files of each split that there is; ``train`` at least.
        labels: Class names.
        seed: Seed of the cut.
        group: Finds a file's source in its name: no source is in two of the splits cut here.

    Raises:
        DataError: A class is too small, or has too few sources, to be in every split; or a file
            has no source.
    """
    check_enough({name: targets_of(files) for name, files in given.items()}, labels)
    sources = {name: find_sources(files, group) for name, files in given.items()} if group else {}
    parts = [name for name in SPLITS if name not in given]
    if not parts:
        return {name: given[name] for name in SPLITS}
    train = given["train"]
    if group:
        _check_sources(train, sources["train"], labels, ["train", *parts])
    rows = cut_rows(
        len(train), seed, classes=targets_of(train), groups=sources.get("train"), parts=parts
    )
    cut = {name: [train[row] for row in found] for name, found in rows.items()}
    splits = {name: {**given, **cut}[name] for name in SPLITS}
    check_enough({name: targets_of(files) for name, files in splits.items()}, labels)
    return splits


def has_every_class(files: Files, labels: tuple[str, ...]) -> bool:
    """Whether each split has files of each class."""
    return all(len({file.target for file in each}) == len(labels) for each in files.values())


def targets_of(files: Iterable[ClassFile]) -> Targets:
    """Class ids, int64 (N,)."""
    return np.array([file.target for file in files], np.int64)


def find_sources(files: Sequence[ClassFile], group: str) -> list[str]:
    """What each file is a frame of: the first group of the expression, else all it matches.

    Raises:
        DataError: A file's name does not match; says how many and the first.
    """
    pattern = re.compile(group)
    matches = [pattern.search(file.name) for file in files]
    found = [match and (match[1] if pattern.groups else match[0]) for match in matches]
    missing = [file.name for file, source in zip(files, found, strict=True) if not source]
    if missing:
        raise DataError(
            f"the names of {len(missing):,} of {len(files):,} files do not match group "
            f"(={group!r}), the first is {missing[0]!r}; it is a regular expression on a file's "
            f"path below the folder of its class"
        )
    return [source for source in found if source]


def note_shared_sources(splits: Files, group: str | None) -> tuple[str, ...]:
    """A sentence on the sources that the user's own splits share."""
    if group is None:
        return ()
    sources = {name: set(find_sources(files, group)) for name, files in splits.items()}
    notes = []
    for name, earlier in (("validation", ["train"]), ("test", ["train", "validation"])):
        shared = sources[name] & set().union(*(sources[each] for each in earlier))
        if shared:
            notes.append(
                f"{len(shared):,} of {len(sources[name]):,} sources in {name} are in "
                f"{' or '.join(earlier)} too, as the folders have it: {sorted(shared)[0]!r}"
            )
    return tuple(notes)


def _check_sources(
    files: Sequence[ClassFile], sources: Sequence[str], labels: tuple[str, ...], parts: list[str]
) -> None:
    of_class: list[set[str]] = [set() for _ in labels]
    for file, source in zip(files, sources, strict=True):
        of_class[file.target].add(source)
    for label, found in zip(labels, of_class, strict=True):
        if len(found) < len(parts):
            raise DataError(
                f"class {label!r} has images of {len(found)} sources, but at least {len(parts)} "
                f"are needed, one each for {', '.join(parts)}"
            )
