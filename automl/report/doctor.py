"""What a machine has for a search."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from automl.core.errors import AutomlError
from automl.report.hardware import cores
from automl.store import Store

PACKAGES = ("torch", "torchvision", "optuna", "optuna-dashboard", "ray", "onnx", "onnxruntime")
ENOUGH_DISK = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: What.
        ok: Whether it will do.
        text: What was found, and what to do where it will not do.
    """

    name: str
    ok: bool
    text: str


def examine(results: Path) -> tuple[Finding, ...]:
    """Look at Python, the libraries, the devices and the results folder; changes nothing.

    Args:
        results: Folder that studies would be written to.
    """
    checks: dict[str, Callable[[], str]] = {
        "python": platform.python_version,
        **{name: lambda name=name: version(name) for name in PACKAGES},  # type: ignore[misc]
        "torch and torchvision": _torch_pair,
        "processor": _processor,
        "GPU": _gpu,
        "results": lambda: _results(results),
        "disk": lambda: _disk(results),
    }
    return tuple(_look(name, check) for name, check in checks.items())


def _look(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except PackageNotFoundError:
        return Finding(name, False, f"not installed; get it with: pip install {name}")
    except (AutomlError, ImportError, OSError, RuntimeError) as error:
        return Finding(name, False, str(error).splitlines()[0])


def _torch_pair() -> str:
    """A torchvision built for another torch fails only when it is loaded."""
    import torch
    import torchvision

    torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    return "work together"


def _processor() -> str:
    return f"{cores()} cores: as many trials at once where there is no GPU"


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
