"""Texts from a folder per class."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from automl.core.errors import DataError
from automl.core.target import Classes
from automl.data.dataset import Split
from automl.data.folder_layout import ClassFile, find_layout
from automl.data.text.corpus import Corpus, hash_texts, text_split
from automl.data.text.cut import complete_texts
from automl.data.text.read_text import read_text

NAMED = 3


def read_folder(root: Path, seed: int) -> Corpus:
    """The corpus of ``DIR/CLASS/text.txt`` or ``DIR/{train,val,test}/CLASS/text.txt``.

    Every file counts, whatever its suffix; those that hold no UTF-8 text are left out.

    Args:
        root: The folder.
        seed: Seed of the splits that it does not have.

    Raises:
        DataError: It is laid out otherwise, or has too few texts of a class.
        OSError: A folder cannot be read.
    """
    layout = find_layout(root, "text.txt")
    left_out: list[Path] = []
    read = {split: _read_split(files, left_out) for split, files in layout.splits.items()}
    skipped = _tell(left_out, root)
    try:
        splits, repeated = complete_texts(read, layout.labels, seed)
    except DataError as error:
        raise DataError("; ".join([str(error), *skipped])) from None
    fingerprint = hash_texts(read, layout.labels)
    return Corpus(splits, Classes(layout.labels), fingerprint, (*skipped, *repeated))


def _read_split(files: Iterable[ClassFile], left_out: list[Path]) -> Split:
    """The texts of files; those without any are added to ``left_out``."""
    texts, targets = [], []
    for file in files:
        text = _text_or_none(file.path)
        if text is None:
            left_out.append(file.path)
        else:
            texts.append(text)
            targets.append(file.target)
    return text_split(texts, np.array(targets, np.int64))


def _text_or_none(path: Path) -> str | None:
    try:
        text = read_text(path)
    except DataError:
        return None
    return text if text.strip() else None


def _tell(left_out: list[Path], root: Path) -> tuple[str, ...]:
    if not left_out:
        return ()
    names = [repr(path.relative_to(root).as_posix()) for path in left_out[:NAMED]]
    more = ", …" if len(left_out) > NAMED else ""
    files = "file that is" if len(left_out) == 1 else "files that are"
    return (f"left out {len(left_out):,} {files} empty or not UTF-8: {', '.join(names)}{more}",)
