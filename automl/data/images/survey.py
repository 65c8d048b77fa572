"""What image files say of themselves, read once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from automl.data.folder_layout import ClassFile
from automl.data.images.decode import Header, read_header
from automl.data.images.folder_cache import write_whole
from automl.data.images.read_files import read_files
from automl.data.progress import Progress
from automl.data.source import Announce

AT_ONCE = 1000


def survey(files: Sequence[ClassFile], cache: Path, announce: Announce) -> list[Header | None]:
    """The header of each file, None where it is no image; for use inside ``quiet_pillow``.

    Args:
        files: What to look at.
        cache: A folder that belongs to just these files; what is found is kept there.
        announce: Is told how far it is.
    """
    kept = cache / "headers.json"
    if kept.is_file():
        found = json.loads(kept.read_text(encoding="utf-8"))
        return [None if each is None else Header(*each) for each in found]
    headers = _read(files, Progress(announce, "images looked at:", len(files)))
    write_whole(kept, json.dumps([each and (each.side, each.grey) for each in headers]))
    return headers


def _read(files: Sequence[ClassFile], tell: Progress) -> list[Header | None]:
    headers: list[Header | None] = []
    for chunk in read_files([file.path for file in files], read_header, AT_ONCE):
        headers.extend(chunk)
        tell(len(headers))
    return headers
