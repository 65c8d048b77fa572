"""A user's own texts: the rows of a table, or a folder per class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl.core.data_types import Classes, Quantities, Target
from automl.core.errors import DataError
from automl.core.text import count, first_few
from automl.data.cells.values import case_twin_notes
from automl.data.dataset import Split, measure_quantities, standardize
from automl.data.folder_layout import ClassFile, find_layout
from automl.data.source import Announce, local_path
from automl.data.tables.dataset import TableSplitter
from automl.data.tables.reader import open_table
from automl.data.tables.roles import TableTask, check_column, read_target
from automl.data.text.encoding import check_encoding, find_text_and_target, read_text, read_texts
from automl.data.text.source import (
    Corpus,
    TextSource,
    find_shared,
    hash_texts,
    split_texts,
    text_split,
)

if TYPE_CHECKING:
    import pandas as pd


class TextFiles(TextSource):
    """A CSV, TSV, JSON lines, Excel or Parquet file, or ``DIR/CLASS/text.txt``.

    A folder may have its own splits: ``DIR/{train,val,test}/CLASS/text.txt``.
    """

    text: str | None = None
    """Column of the texts. By default the one with a usual name (text, review, sentence …), else
    the one with by far the longest strings."""

    target: str | None = None
    """Column that is predicted. By default the one with a usual name (label, target, class …), else
    the only other one."""

    group: str | None = None
    """Column of groups, such as authors; rows of one group stay in one split."""

    time: str | None = None
    """Column of dates or numbers; the latest rows are held out."""

    task: TableTask | None = None
    """Whether the target is a class or a number: "classification" or "regression". By default what
    the column looks like; a note says which."""

    keep_rare: bool = False
    """Whether classes of one or two texts stay, in train; else they are left out."""

    encoding: str | None = None
    """Character encoding of files: cp1252, utf-16, shift_jis. By default what each file shows."""

    def locate(self, name: str, announce: Announce) -> Path:
        """The path that the user gave."""
        return local_path(name)

    def read(self, path: Path, seed: int) -> Corpus:
        """Read the rows of a table, or the files of a folder."""
        if path.suffix.lower() == ".txt" and path.is_file():
            raise DataError(
                f"{path}: a file of plain text has no targets; bring a table, a row for each text "
                "(.csv), or a folder for each class: CLASS/text.txt"
            )
        table = None if path.is_dir() else open_table(path, encoding=self.encoding)
        try:
            if table is not None:
                splitter = TableSplitter(seed, self.group, self.time, self.keep_rare)
                corpus = read_rows(table.frame, self.text, self.target, splitter, self.task)
                notes = (*table.notes, *corpus.notes)
                return replace(corpus, notes=notes, characters=self.encoding)
            self._check_no_columns()
            return read_folder(path, self.encoding, seed, self.keep_rare)
        except (DataError, OSError) as error:
            raise DataError(f"{path}: {error}") from None

    def _check_no_columns(self) -> None:
        for option in ("text", "target", "group", "time"):
            if getattr(self, option) is not None:
                raise DataError(f"a folder of texts has no columns, so leave out --{option}")
        if self.task == "regression":
            raise DataError("--task regression: a folder of texts has classes only; leave it out")


def read_rows(
    frame: pd.DataFrame,
    text: str | None,
    target: str | None,
    splitter: TableSplitter,
    task: TableTask | None = None,
) -> Corpus:
    """The corpus of a table; rows without a text or a target are left out.

    Args:
        frame: The table.
        text: Column of the texts; None finds it.
        target: Column that is predicted; None finds it.
        splitter: How rows are split.
        task: Whether the target is a class or a number; None decides by what the column looks like.

    Raises:
        DataError: A column is missing or unclear, or there is nothing to learn from.
    """
    for option, column in (("--group", splitter.group), ("--time", splitter.time)):
        if column is not None:
            check_column(list(frame.columns), column, option)
    others = frame.drop(columns=list(splitter.columns))
    text_column, target_column = find_text_and_target(others, text, target)
    rows, texts, dropped = _drop_incomplete(frame, text_column, target_column)
    targets, every_label, target_notes = read_target(rows[target_column], task)
    everything = text_split(texts, targets)
    splits, labels, split_notes = _split_rows(rows, everything, every_label, splitter)
    guess = f"predicts {target_column!r} from {text_column!r}; --target and --text name others"
    predicted: Target = Classes(labels)
    if not labels:
        predicted = measure_quantities((target_column,), splits["train"].targets)
        splits = {name: _in_units(split, predicted) for name, split in splits.items()}
    return Corpus(
        splits,
        predicted,
        hash_texts({"train": everything}, every_label),
        (
            *target_notes,
            *((guess,) if text is None or target is None else ()),
            *dropped,
            *case_twin_notes(every_label),
            *split_notes,
        ),
        text_column,
    )


def _in_units(split: Split, target: Quantities) -> Split:
    return replace(split, targets=standardize(split.targets, target.mean, target.std))


def _split_rows(
    rows: pd.DataFrame, everything: Split, labels: tuple[str, ...], splitter: TableSplitter
) -> tuple[dict[str, Split], tuple[str, ...], tuple[str, ...]]:
    """The splits, the names of the remaining classes, and sentences for the user."""
    if not splitter.columns:
        return split_texts({"train": everything}, labels, splitter.seed, splitter.keep_rare)
    grouped = replace(everything, clusters=splitter.clusters(rows))
    if not labels:
        splits = {name: grouped.take(own) for name, own in splitter.split(rows).items()}
        return splits, (), find_shared(splits)
    classed = splitter.split_by_class(rows, grouped.targets, labels)
    grouped = replace(grouped, targets=classed.ids[grouped.targets])
    splits = {name: grouped.take(own) for name, own in classed.splits.items()}
    return splits, classed.labels, (*classed.notes, *find_shared(splits))


def _drop_incomplete(
    frame: pd.DataFrame, text: str, target: str
) -> tuple[pd.DataFrame, list[str], tuple[str, ...]]:
    """The rows with a text and a finite target, their texts, and sentences on the other rows."""
    texts, values = read_texts(frame, text), frame[target]
    empty = np.array([not each.strip() for each in texts])
    unknown = (values.isna() | values.isin([np.inf, -np.inf])).to_numpy(bool) & ~empty
    kept = np.flatnonzero(~(empty | unknown))
    if not len(kept):
        raise DataError(f"no row has both a text in {text!r} and a target in {target!r}")
    reasons = {f"{text!r} is empty": empty.sum(), f"{target!r} is missing": unknown.sum()}
    notes = tuple(
        f"left out {count:,} of {len(frame):,} rows, whose {reason}"
        for reason, count in reasons.items()
        if count
    )
    return frame.iloc[kept].reset_index(drop=True), [texts[row] for row in kept], notes


def read_folder(root: Path, encoding: str | None, seed: int, keep_rare: bool = False) -> Corpus:
    """The corpus of ``DIR/CLASS/text.txt`` or ``DIR/{train,val,test}/CLASS/text.txt``.

    Every file counts, whatever its suffix; files without text are left out.

    Args:
        root: The folder.
        encoding: Character encoding of all files; None if each file shows its own.
        seed: Seed of the splits that the folder does not have.
        keep_rare: Whether classes of one or two texts stay, in train; else they are left out.

    Raises:
        DataError: The folder has another layout, or too few texts of a class.
        OSError: A folder cannot be read.
    """
    check_encoding(encoding)
    layout = find_layout(root, "text.txt")
    found = {split: _read_split(files, encoding) for split, files in layout.splits.items()}
    read = {split: each.texts for split, each in found.items()}
    notes = (*layout.notes, *_file_notes(list(found.values()), root))
    try:
        splits, labels, split_notes = split_texts(read, layout.labels, seed, keep_rare)
    except DataError as error:
        raise DataError("; ".join([str(error), *notes])) from None
    fingerprint = hash_texts(read, layout.labels)
    return Corpus(splits, Classes(labels), fingerprint, (*notes, *split_notes), characters=encoding)


@dataclass(frozen=True, eq=False)
class _ReadFiles:
    """The files of a split.

    Args:
        texts: Texts of the files that have one.
        left_out: Files without text.
        others: Files that are not in UTF-8 -> their encoding.
    """

    texts: Split
    left_out: Sequence[Path]
    others: Mapping[Path, str]


def _read_split(files: Iterable[ClassFile], encoding: str | None) -> _ReadFiles:
    texts, targets, left_out, others = [], [], [], {}
    for file in files:
        try:
            found = read_text(file.path, encoding)
        except DataError:
            left_out.append(file.path)
            continue
        texts.append(found.text)
        targets.append(file.target)
        if found.note and encoding is None:
            others[file.path] = found.encoding
    return _ReadFiles(text_split(texts, np.array(targets, np.int64)), left_out, others)


def _file_notes(found: Sequence[_ReadFiles], root: Path) -> tuple[str, ...]:
    left_out = [path for each in found for path in each.left_out]
    others: dict[str, list[Path]] = {}
    for each in found:
        for path, name in each.others.items():
            others.setdefault(name, []).append(path)
    notes = [
        f"{count(len(paths), 'file')} read as {name}: {_first_names(paths, root)}; "
        "--encoding says another"
        for name, paths in others.items()
    ]
    if left_out:
        files = "file that is" if len(left_out) == 1 else "files that are"
        notes.append(
            f"left out {len(left_out):,} {files} empty or no text: {_first_names(left_out, root)}"
        )
    return tuple(notes)


def _first_names(paths: Sequence[Path], root: Path) -> str:
    return first_few([path.relative_to(root).as_posix() for path in paths])
