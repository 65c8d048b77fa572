"""What has changed since a study began, in words."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.core.errors import UserError
from automl.core.version import __version__

if TYPE_CHECKING:
    from automl.data.dataset import Dataset

# Whose versions a study remembers.
PACKAGES = ("torch", "optuna", "ray")
# Lines of a space's difference that are shown.
SHOWN = 20


def identity(data: Dataset) -> dict[str, Any]:
    """What study.yaml keeps to know data, versions and hardware again."""
    from automl.report.hardware import hardware

    return {
        "data_sha256": data.fingerprint,
        "data_is": data.describe(),
        "versions": versions(),
        "hardware": hardware(),
    }


def whereabouts() -> dict[str, Any]:
    """What a trial's leg keeps of the machine that it is trained on."""
    from automl.report.hardware import hardware

    return {"hardware": hardware(), "versions": versions()}


def versions() -> dict[str, str]:
    """The versions of what a study's numbers depend on."""
    ours = {"automl": __version__, "python": platform.python_version()}
    return ours | {package: version(package) for package in PACKAGES}


def changes(record: Mapping[str, Any], data: Dataset) -> Iterator[str]:
    """Each difference between a study as it began and what it would go on with.

    Args:
        record: What study.yaml holds.
        data: The data as it is now.
    """
    yield from _of_space(record["space"], record["text"])
    yield from _of_data(record, data)
    yield from _of_versions(record.get("versions", {}))


def _of_space(name: str, begun: str) -> Iterator[str]:
    from automl.spaces.find import find_space

    try:
        now = find_space(name, Path.cwd()).read_text(encoding="utf-8")
    except (UserError, OSError):
        return  # gone or elsewhere: the study has its own copy
    if now == begun:
        return
    lines = list(unified_diff(begun.splitlines(), now.splitlines(), "begun", "now", "", "", 0, ""))
    hidden = [f"… {len(lines) - SHOWN} lines more"] if len(lines) > SHOWN else []
    yield "\n".join(
        [
            f"the space {name!r} has changed since the study began, which goes on with it as it "
            "was; to search the new one, begin another study with --name:",
            *(f"  {line}" for line in [*lines[:SHOWN], *hidden]),
        ]
    )


def _of_data(record: Mapping[str, Any], data: Dataset) -> Iterator[str]:
    before, now = record.get("data_sha256"), data.fingerprint
    if before == now:
        return
    was, is_now = record.get("data_is", "?"), data.describe()
    difference = f"was: {was}; now: {is_now}" if was != is_now else "as large as it was"
    yield (
        f"the data has changed since the study began (SHA-256 {str(before)[:12]}… is now "
        f"{now[:12]}…): {difference}; trials from here on are not strictly comparable"
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
