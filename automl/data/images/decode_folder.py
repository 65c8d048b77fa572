"""From the files of each split to splits that are mapped from the cache."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

from pydantic import BaseModel

from automl.data.images.cut_folder import Files, targets_of
from automl.data.images.decode_files import LARGE, PIXELS, decode_files
from automl.data.images.folder_cache import alone_in, cache_of_images, write_whole
from automl.data.images.mapped import ImageShape, MappedSplit, map_split
from automl.data.images.statistics import channel_statistics, find_repeated
from automl.data.source import Announce


class Facts(BaseModel, frozen=True):
    """What takes a pass over all images to know: see ``statistics``."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    repeated: tuple[str, ...]


@dataclass(frozen=True)
class DecodedFolder:
    """The images of a folder as they lie in the cache.

    Args:
        cache: Where.
        shape: (channels, height, width) of each.
        files: What they were decoded from, in their order; in each of the three splits.
        skipped: Files that could not be decoded.
        digest: SHA-256 (hexadecimal) of the content of ``files``.
    """

    cache: Path
    shape: ImageShape
    files: Files
    skipped: tuple[Path, ...]
    digest: str

    def map_splits(self) -> dict[str, MappedSplit]:
        """The splits, none of which may be empty."""
        ends = accumulate(len(files) for files in self.files.values())
        return {
            name: map_split(self.cache / PIXELS, end - len(files), self.shape, targets_of(files))
            for (name, files), end in zip(self.files.items(), ends, strict=True)
        }

    def facts(self, splits: Mapping[str, MappedSplit], announce: Announce) -> Facts:
        """Looked up in the cache, or else found and kept there."""
        kept = self.cache / "facts.json"
        if kept.is_file():
            return Facts.model_validate_json(kept.read_bytes())
        if sum(split.inputs.nbytes for split in splits.values()) > LARGE:
            announce("measuring the decoded images, and looking for repeated ones")
        mean, std = channel_statistics(splits["train"].inputs)
        facts = Facts(mean=mean, std=std, repeated=find_repeated(**splits))
        write_whole(kept, facts.model_dump_json())
        return facts

    def fingerprint(self, labels: tuple[str, ...]) -> str:
        """SHA-256 (hexadecimal) of the files' content, their splits and classes."""
        targets = {name: targets_of(files).tolist() for name, files in self.files.items()}
        return sha256(json.dumps([self.digest, targets, labels]).encode()).hexdigest()


def decode_folder(
    files: Files, shape: ImageShape, cache: Path, announce: Announce
) -> DecodedFolder:
    """Decode what is not decoded yet; for use inside ``quiet_pillow``.

    Args:
        files: Of each split.
        shape: (channels, height, width) to decode them to.
        cache: A folder that belongs to just these files.
        announce: Is told how far it is.

    Raises:
        DataError: There is no room for the images.
    """
    place = cache_of_images(cache, files, shape)
    paths = [file.path for each in files.values() for file in each]
    with alone_in(place, announce):
        decoded = decode_files(paths, shape, place, announce)
    skipped = tuple(paths[number] for number in decoded.skipped)
    gone = set(skipped)
    kept = {name: [file for file in each if file.path not in gone] for name, each in files.items()}
    return DecodedFolder(place, shape, kept, skipped, decoded.digest)
