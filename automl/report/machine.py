"""What this machine has for a search: processor, GPUs, libraries and disk."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from automl.core.defaults import RESULTS
from automl.core.errors import AutomlError
from automl.core.machine import count_cores
from automl.store import Store

PACKAGES = ("torch", "torchvision", "optuna", "optuna-dashboard", "ray", "onnx", "onnxruntime")
ENOUGH_DISK = 1 << 30


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
