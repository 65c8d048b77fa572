"""What this machine has for a search, and what has changed since an earlier one, in words."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.core.defaults import RESULTS, __version__
from automl.core.errors import AutomlError, UserError
from automl.core.machine import count_cores
from automl.core.trial import Segment
from automl.store import Store

if TYPE_CHECKING:
    from automl.data.dataset import Dataset

PACKAGES = ("torch", "torchvision", "optuna", "optuna-dashboard", "ray", "onnx", "onnxruntime")
ENOUGH_DISK = 1 << 30
# Packages whose versions a study records.
RECORDED_PACKAGES = ("torch", "optuna", "ray")
# Lines of a space's difference that are shown.
MOST_LINES = 20


@dataclass(frozen=True)
class MachineCheck:
    """The result of checking one part of the machine.

    Args:
        name: Name of the part.
        ok: Whether it is good enough for a search.
        text: What was found, and what to do where it is not good enough.
    """

    name: str
    ok: bool
    text: str


def doctor(results: str = RESULTS) -> tuple[MachineCheck, ...]:
    """Check Python, the libraries, the devices and the results folder; changes nothing.

    Args:
        results: Results folder that studies would be written to.
    """
    folder = Path(results)
    checks: dict[str, Callable[[], str]] = {
        "python": platform.python_version,
        **{name: lambda name=name: version(name) for name in PACKAGES},  # type: ignore[misc]
        "torch and torchvision": _torch_pair,
        "processor": _cores,
        "GPU": _gpu,
        "results": lambda: _results(folder),
        "disk": lambda: _disk(folder),
    }
    return tuple(_look(name, check) for name, check in checks.items())


def _look(name: str, check: Callable[[], str]) -> MachineCheck:
    try:
        return MachineCheck(name, True, check())
    except PackageNotFoundError:
        return MachineCheck(name, False, f"not installed; get it with: pip install {name}")
    except (AutomlError, ImportError, OSError, RuntimeError) as error:
        return MachineCheck(name, False, str(error).splitlines()[0])


def _torch_pair() -> str:
    """Check that torchvision fits torch, which shows only when it runs."""
    import torch
    import torchvision

    torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    return "work together"


def _cores() -> str:
    return f"{count_cores()} cores: as many trials at once where there is no GPU"


def _gpu() -> str:
    import torch

    if not torch.cuda.is_available():
        return "none; trials run on the processor"
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    bf16 = "bf16" if torch.cuda.is_bf16_supported() else "no bf16"
    return f"{', '.join(names)} ({bf16})"


def _results(results: Path) -> str:
    Store(results).prepare()
    names = Store(results).names()
    return f"{results.resolve()} can be written; studies: {', '.join(names) or 'none yet'}"


def _disk(results: Path) -> str:
    place = next(each for each in (results.resolve(), *results.resolve().parents) if each.exists())
    free = shutil.disk_usage(place).free
    if free < ENOUGH_DISK:
        raise OSError(f"{free >> 20} MiB free; checkpoints and exports want 1 GiB")
    return f"{free >> 30} GiB free"


def hardware() -> str:
    """Cores, processor, memory and GPUs of this machine: ``"8 cores (…), 32 GiB, no GPU"``."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{count_cores()} cores ({_processor()}), {memory:.0f} GiB memory, {_gpus()}"


def _processor() -> str:
    try:  # Linux; elsewhere Python knows
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def _gpus() -> str:
    import torch

    if not torch.cuda.is_available():
        return "no GPU"
    return ", ".join(
        torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())
    )


def environment_record(data: Dataset) -> dict[str, Any]:
    """What study.yaml records of data, versions and hardware, to detect changes."""
    return {
        "data_sha256": data.fingerprint,
        "test_split": data.test_split,
        "data_is": data.describe(),
        "versions": versions(),
        "hardware": hardware(),
    }


def hardware_and_versions() -> dict[str, Any]:
    """What a segment of a trial records of the machine that trained it."""
    return {"hardware": hardware(), "versions": versions()}


def versions() -> dict[str, str]:
    """The versions of the packages that a study's numbers depend on."""
    ours = {"automl": __version__, "python": platform.python_version()}
    return ours | {package: version(package) for package in RECORDED_PACKAGES}


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
