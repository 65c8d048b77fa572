"""A user's own texts: the rows of a table, or a folder per class."""

from __future__ import annotations

from pathlib import Path

from automl.core.errors import DataError
from automl.data.source import Announce
from automl.data.tables.cut import Cut
from automl.data.tables.read import read_table
from automl.data.text.corpus import Corpus
from automl.data.text.folder import read_folder
from automl.data.text.rows import read_rows
from automl.data.text.source import TextSource


class TextFiles(TextSource):
    """A CSV, TSV, JSON lines or Parquet file, or ``DIR/CLASS/text.txt``.

    A folder may have its own splits: ``DIR/{train,val,test}/CLASS/text.txt``.
    """

    text: str | None = None
    """The column of the texts. By default that of a usual name (text, review, sentence …), else
    that with by far the longest strings."""

    target: str | None = None
    """The column that is predicted. By default that of a usual name (label, target, class …),
    else the only other one."""

    group: str | None = None
    """A column whose rows of one value stay in one split, as those of an author."""

    time: str | None = None
    """A column of dates or numbers by which the latest rows are held out."""

    def locate(self, name: str, announce: Announce) -> Path:
        """The path that the user gave."""
        path = Path(name)
        try:
            return path.expanduser()
        except RuntimeError as error:  # ~someone who is not there
            raise DataError(f"{path}: {error}") from None

    def read(self, path: Path, seed: int) -> Corpus:
        """The rows of a table, or the files of a folder."""
        if path.suffix.lower() == ".txt" and path.is_file():
            raise DataError(
                f"{path}: a file of plain text has no targets; bring a table, a row for each text "
                "(.csv), or a folder for each class: CLASS/text.txt"
            )
        frame = None if path.is_dir() else read_table(path)
        try:
            cut = Cut(seed, self.group, self.time)
            if frame is not None:
                return read_rows(frame, self.text, self.target, cut)
            self._check_no_columns()
            return read_folder(path, seed)
        except (DataError, OSError) as error:
            raise DataError(f"{path}: {error}") from None

    def _check_no_columns(self) -> None:
        for option in ("text", "target", "group", "time"):
            if getattr(self, option) is not None:
                raise DataError(f"a folder of texts has no columns, so leave out --{option}")
