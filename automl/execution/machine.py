"""What this machine has to run trials on."""

from __future__ import annotations

import math
import os
from pathlib import Path

_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
# A driver makes one of these: NVIDIA's, AMD's, and Windows' for Linux guests.
_GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")


def count_cores() -> int:
    """CPU cores this process may use: its affinity, and the quota of its container."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(cores, _quota() or cores)


def _quota() -> int | None:
    """Cores that the container (cgroup v2) grants, rounded up, or None where it sets no limit."""
    try:
        quota, period = _CPU_QUOTA.read_text().split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else math.ceil(int(quota) / int(period))


def count_gpus() -> int:
    """GPUs that PyTorch can use. It is asked only where a driver is, for it is slow to import."""
    if not any(Path(device).exists() for device in _GPU_DEVICES):
        return 0
    import torch

    return torch.cuda.device_count()
