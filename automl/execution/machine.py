"""What this machine has to run trials on."""

from __future__ import annotations

import math
import os
from pathlib import Path

CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where a container (cgroup v2) finds its share of CPU time: ``quota period``, in microseconds."""

# A driver makes one of these: NVIDIA's, AMD's, and Windows' for Linux guests.
_GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")


def count_cores(quota: Path = CPU_QUOTA) -> int:
    """CPU cores this process may use: its affinity, and the quota of its container."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(cores, _granted(quota) or cores)


def _granted(quota: Path) -> int | None:
    """Cores' worth of time that ``quota`` grants, rounded up, or None where it sets no limit."""
    try:
        time, period = quota.read_text().split()
    except (OSError, ValueError):
        return None
    return None if time == "max" else math.ceil(int(time) / int(period))


def count_gpus() -> int:
    """GPUs that PyTorch can use. It is asked only where a driver is, for it is slow to import."""
    if not any(Path(device).exists() for device in _GPU_DEVICES):
        return 0
    import torch

    return torch.cuda.device_count()
