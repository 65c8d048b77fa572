"""From images to a finished dataset: the files of each split, statistics and repeated images.

Frames of one source are in the same split.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from automl.core.data_types import Classes
from automl.core.errors import DataError
from automl.data.dataset import Dataset, Images, Indices, Split, Targets, hash_content
from automl.data.folder_layout import ClassFile
from automl.data.images.encoding import ImageEncoding
from automl.data.leakage import find_duplicates
from automl.data.splits import check_class_counts, complete_splits, split_classes, split_rows

FilesBySplit = Mapping[str, Sequence[ClassFile]]
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class SplitFiles:
    """The files of each split.

    Args:
        files: Split name -> its files; their targets are positions in ``labels``.
        labels: Names of the remaining classes.
        notes: Sentences for the user.
    """

    files: FilesBySplit
    labels: tuple[str, ...]
    notes: tuple[str, ...]


def split_files(
    given: FilesBySplit,
    labels: tuple[str, ...],
    seed: int,
    group: str | None,
    keep_rare: bool = False,
) -> SplitFiles:
    """Train, validation and test; those that are not given are taken from ``train``.

    Args:
        given: Files of the splits that there are; ``train`` at least.
        labels: Class names.
        seed: Seed of the split.
        group: Regular expression that finds a file's source in its name; no source is in two of
            the splits made here. None if each file stands alone.
        keep_rare: Whether classes of one or two files stay, in train; else they are left out.

    Raises:
        DataError: Nearly every class is too small, there are too few sources, or a file's name
            does not match ``group``.
    """
    sources = {name: find_sources(files, group) for name, files in given.items()} if group else {}
    missing = [name for name in SPLITS if name not in given]
    if not missing:
        check_class_counts({name: targets_of(files) for name, files in given.items()}, labels)
        return SplitFiles({name: given[name] for name in SPLITS}, labels, ())
    train = given["train"]
    targets, groups = targets_of(train), np.array(sources["train"]) if group else None

    def split(rows: Indices) -> dict[str, Indices]:
        own = None if groups is None else groups[rows].tolist()
        return split_rows(len(rows), seed, classes=targets[rows], groups=own, held_out=missing)

    classed = split_classes(
        targets,
        labels,
        split,
        splits=len(missing) + 1,
        keep_rare=keep_rare,
        by_chance=group is None,
    )
    found = {name: [train[row] for row in rows] for name, rows in classed.splits.items()}
    splits = {name: _renumbered({**given, **found}[name], classed.ids) for name in SPLITS}
    return SplitFiles(splits, classed.labels, classed.notes)


def _renumbered(files: Sequence[ClassFile], ids: Targets) -> list[ClassFile]:
    return [replace(file, target=int(ids[file.target])) for file in files if ids[file.target] >= 0]


def classes_of(files: FilesBySplit) -> dict[str, set[int]]:
    """Split name -> the classes that it has files of."""
    return {name: {file.target for file in each} for name, each in files.items()}


def targets_of(files: Iterable[ClassFile]) -> Targets:
    """int64 (N,) class ids."""
    return np.array([file.target for file in files], np.int64)


def find_sources(files: Sequence[ClassFile], group: str) -> list[str]:
    """The source that each file is a frame of, by its name below the folder of its class.

    Args:
        files: N files.
        group: Regular expression; its first group is the source, or else all that it matches.

    Raises:
        DataError: The name of a file does not match.
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


def shared_source_notes(splits: FilesBySplit, group: str | None) -> tuple[str, ...]:
    """Sentences on the sources that the user's own splits share."""
    if group is None:
        return ()
    sources = {name: set(find_sources(files, group)) for name, files in splits.items()}
    notes = []
    for name, earlier in (("validation", ["train"]), ("test", ["train", "validation"])):
        shared = sources[name] & set().union(*(sources[each] for each in earlier))
        if shared:
            notes.append(
                f"{len(shared):,} of {len(sources[name]):,} sources in {name} are also in "
                f"{' or '.join(earlier)}, where the data has them: {sorted(shared)[0]!r}"
            )
    return tuple(notes)


def make_image_dataset(
    name: str, given: Mapping[str, Split], labels: tuple[str, ...], seed: int
) -> Dataset:
    """A dataset of the given splits; those that are not given are taken from ``train``.

    Args:
        name: Short name, for people.
        given: ``train``, and ``validation`` and ``test`` if the data comes with them.
        labels: Class names.
        seed: Seed of the split.

    Raises:
        DataError: A class has too few examples to be in every split.
    """
    splits = complete_splits(given, labels, seed)
    train, validation, test = splits["train"], splits["validation"], splits["test"]
    mean, std = channel_statistics(train.inputs)
    return Dataset(
        name=name,
        task="image_classification",
        train=train,
        validation=validation,
        test=test,
        encoding=ImageEncoding(image_shape=train.inputs.shape[1:], mean=mean, std=std),
        target=Classes(labels),
        notes=find_repeated(train, validation, test),
        fingerprint=hash_content(labels, *_content((train, validation, test))),
    )


def _content(splits: Iterable[Split]) -> Iterator[object]:
    for split in splits:
        yield from (split.inputs, split.targets.astype("<i8").tobytes())


def channel_statistics(images: Images) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel, with pixels counted from 0 to 1.

    Whole numbers are summed, so the sums are exact, and no copy of the images is made as floats:
    they may be larger than memory.

    Args:
        images: uint8 (N, channels, height, width).
    """
    count = images.size // images.shape[1]
    total = images.sum(axis=(0, 2, 3), dtype=np.int64)
    squares = np.einsum("nchw,nchw->c", images, images, dtype=np.int64)
    mean = total / count
    variance = squares / count - mean**2
    std = np.sqrt(np.maximum(variance, 1.0))
    return tuple((mean / 255).tolist()), tuple((std / 255).tolist())


def find_repeated(train: Split, validation: Split, test: Split) -> tuple[str, ...]:
    """Sentences on held-out images that are, pixel for pixel, in an earlier split as well."""
    splits = {"train": train, "validation": validation, "test": test}
    keys = {name: _image_hashes(split.inputs) for name, split in splits.items()}
    return find_duplicates(keys, "images", "pixel for pixel")


def _image_hashes(images: Images) -> list[bytes]:
    return [blake2b(image.data, digest_size=16).digest() for image in images]
