"""Writing a folder whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from automl.core.errors import ExportError

# What a bundle may hold; a folder with anything else in it is somebody's own.
_OURS = (
    "bundle.json",
    "README.md",
    "labels.txt",
    "preprocessing.json",
    "requirements.txt",
    "predict.py",
    "model.*",
)


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A fresh folder that takes the place of ``folder`` when the block ends without an error.

    Until then it lies in a hidden folder beside it, of which nothing is left afterwards.

    Args:
        folder: Missing, empty, or a bundle.

    Yields:
        The fresh folder, empty.

    Raises:
        ExportError: if ``folder`` holds anything else, or cannot be written.
    """
    folder = folder.resolve()
    try:
        _check_replaceable(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
            fresh, old = Path(scratch, "new"), Path(scratch, "old")
            fresh.mkdir()
            yield fresh
            _swap(folder, fresh, old)
    except OSError as error:
        raise ExportError(f"cannot write {str(folder)!r}: {error.strerror or error}") from error


def _swap(folder: Path, fresh: Path, old: Path) -> None:
    try:
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except BaseException:  # also Ctrl-C between the two
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise


def _check_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportError(f"{str(folder)!r} is a file; choose a folder that is not there yet")
    inside = sorted(folder.iterdir())
    foreign = [path.name for path in inside if not any(map(path.match, _OURS))]
    if foreign or (inside and not (folder / _OURS[0]).is_file()):
        found = f"also holds {', '.join(foreign)}" if foreign else f"has no {_OURS[0]}"
        raise ExportError(
            f"{str(folder)!r} {found}, so it is left as it is; "
            "choose a folder that is not there yet, or a bundle to replace"
        )
