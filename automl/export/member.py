"""The files of a bundle, which may be a stranger's."""

from __future__ import annotations

import stat
from pathlib import Path

from automl.core.errors import UserError


def find_member(folder: Path, name: str) -> Path:
    """The path of one of a bundle's files, safe to open: an ordinary file of the folder itself.

    Args:
        folder: The bundle's.
        name: The file's.

    Raises:
        UserError: if it is not there, leads out of the folder, or is a folder, a pipe or a device.
    """
    path = folder / name
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{str(folder)!r} is no bundle: {name} cannot be read ({reason}); "
            "give the whole folder that `automl export` writes"
        ) from None
    if not real.is_relative_to(folder.resolve()):
        raise UserError(f"{path} leads out of its bundle, to {str(real)!r}; put the file there")
    if not stat.S_ISREG(mode):
        raise UserError(f"{path} is not an ordinary file, as every file of a bundle is")
    return path
