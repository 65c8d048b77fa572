"""Reads a folder of images as far as its cache does not hold it already."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from automl.data.folder_layout import find_layout
from automl.data.images.cut_folder import Files, cut_files, has_every_class
from automl.data.images.decode_folder import DecodedFolder, decode_folder
from automl.data.images.folder_cache import cache_of_folder
from automl.data.images.mapped import ImageShape
from automl.data.images.survey import survey
from automl.data.source import Announce

NAMED = 3


class FolderReader:
    """One reading of a folder; for use inside ``quiet_pillow``.

    Files that cannot be read as an image are left out, and counted in ``notes``.

    Args:
        root: The folder; all that its files say of themselves is read at once.
        announce: Is told how far a long read is.

    Raises:
        DataError: The folder is not laid out as it should be.
        OSError: It cannot be read.
    """

    def __init__(self, root: Path, announce: Announce) -> None:
        self._root, self._announce = root, announce
        layout = find_layout(root, "image.png")
        files = [file for each in layout.splits.values() for file in each]
        self.labels = layout.labels
        self._files: Files = layout.splits
        self._cache = cache_of_folder(root, files)
        headers = survey(files, self._cache, announce)
        self.headers = [header for header in headers if header is not None]
        self._skipped: list[Path] = []
        self._skip(file.path for file, header in zip(files, headers, strict=True) if header is None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should be told: how many files were skipped, and the first of them."""
        if not self._skipped:
            return ()
        first = self._skipped[:NAMED]
        names = [repr(path.relative_to(self._root).as_posix()) for path in first]
        more = ", …" if len(self._skipped) > NAMED else ""
        files = "file" if len(self._skipped) == 1 else "files"
        count = f"{len(self._skipped):,} {files}"
        return (f"skipped {count} that cannot be read as an image: {', '.join(names)}{more}",)

    def decode(self, shape: ImageShape, seed: int, group: str | None) -> DecodedFolder:
        """The images, in splits as ``cut_files`` cuts them.

        Where a damaged image was the only one of its class in a split, the splits are cut anew.

        Raises:
            DataError: There are not enough images, or there is no room for them.
        """
        cut = cut_files(self._files, self.labels, seed, group)
        decoded = decode_folder(cut, shape, self._cache, self._announce)
        self._skip(decoded.skipped)
        if has_every_class(decoded.files, self.labels):
            return decoded
        return self.decode(shape, seed, group)

    def _skip(self, paths: Iterable[Path]) -> None:
        self._skipped.extend(paths)
        gone = set(self._skipped)
        self._files = {
            name: [file for file in files if file.path not in gone]
            for name, files in self._files.items()
        }
