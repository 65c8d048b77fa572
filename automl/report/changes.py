"""What has changed since a study began or a trial was trained, in words."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.core.defaults import __version__
from automl.core.errors import UserError
from automl.core.trial import Segment

if TYPE_CHECKING:
    from automl.data.dataset import Dataset

# Packages whose versions a study records.
PACKAGES = ("torch", "optuna", "ray")
# Lines of a space's difference that are shown.
MOST_LINES = 20


def environment_record(data: Dataset) -> dict[str, Any]:
    """What study.yaml records of data, versions and hardware, to detect changes."""
    from automl.report.machine import hardware

    return {
        "data_sha256": data.fingerprint,
        "test_split": data.test_split,
        "data_is": data.describe(),
        "versions": versions(),
        "hardware": hardware(),
    }


def hardware_and_versions() -> dict[str, Any]:
    """What a segment of a trial records of the machine that trained it."""
    from automl.report.machine import hardware

    return {"hardware": hardware(), "versions": versions()}


def versions() -> dict[str, str]:
    """The versions of the packages that a study's numbers depend on."""
    ours = {"automl": __version__, "python": platform.python_version()}
    return ours | {package: version(package) for package in PACKAGES}


def changes(record: Mapping[str, Any], data: Dataset) -> Iterator[str]:
    """What has changed since a study began: its space, its data, versions.

    Args:
        record: Content of study.yaml.
        data: Data as it is now.
    """
    yield from _of_space(record["space"], record["text"])
    for change in changes_of_data(record, data):
        yield f"{change}; trials from here on are not strictly comparable"
    yield from _of_versions(record.get("versions", {}))


def _of_space(name: str, begun: str) -> Iterator[str]:
    from automl.spaces import find_space

    try:
        now = find_space(name, Path.cwd()).read_text(encoding="utf-8")
    except (UserError, OSError):
        return  # gone or elsewhere: the study has its own copy
    if now == begun:
        return
    lines = list(unified_diff(begun.splitlines(), now.splitlines(), "begun", "now", "", "", 0, ""))
    hidden = [f"… {len(lines) - MOST_LINES} lines more"] if len(lines) > MOST_LINES else []
    yield "\n".join(
        [
            f"the space {name!r} has changed since the study began, which continues with the old "
            "one; to search the new one, begin another study with --name:",
            *(f"  {line}" for line in [*lines[:MOST_LINES], *hidden]),
        ]
    )


def changes_of_data(record: Mapping[str, Any], data: Dataset) -> Iterator[str]:
    """How the data differs from what a study began with; nothing if it is the same.

    Args:
        record: Content of study.yaml.
        data: Data as it is now.
    """
    before, now = str(record.get("data_sha256", "")), data.fingerprint
    if before == now:
        return
    was, is_now = record.get("data_is", "?"), data.describe()
    difference = f"it was {was} and is {is_now}" if was != is_now else "its size is the same"
    yield (
        f"the data has changed since the study began (SHA-256 {before[:12]}… is now "
        f"{now[:12]}…): {difference}"
    )


def _of_versions(before: Mapping[str, str]) -> Iterator[str]:
    now = versions()
    changed = [
        f"{name} {before[name]} is now {now[name]}"
        for name in now
        if name in before and before[name] != now[name]
    ]
    if changed:
        yield f"versions have changed since the study began: {', '.join(changed)}"


def changes_of_machine(segments: Sequence[Segment], device: str) -> Iterator[str]:
    """What differs between this machine and the ones that trained ``segments``.

    Args:
        segments: Segments that the trial was trained in.
        device: Device of the replay.
    """
    from automl.report.machine import hardware

    yield from _changed("the hardware", [segment.hardware for segment in segments], hardware())
    yield from _changed("the device", [segment.device for segment in segments], device)
    for package, now in versions().items():
        yield from _changed(
            package, [segment.versions.get(package, "") for segment in segments], now
        )


def _changed(what: str, before: Iterable[str], now: str) -> Iterator[str]:
    """Values that differ from ``now``; unknown ones are left out."""
    for each in dict.fromkeys(before):
        if each and each != now:
            yield f"{what} was {each}, and is {now}"
