"""What a trial takes it gives back, and where there is too little it says how much too little."""

from __future__ import annotations

import errno
import gc
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_trials import DIVERGING, make_spec, network, run, stop_at

from automl.core.trial import CONTINUE, Status, TrialResult, Verdict
from automl.data.dataset import Dataset
from automl.data.source import load_dataset
from automl.training.state import TrainingRun
from automl.trials import make_runner
from automl.trials.memory import Shortage, memory_limits, shortage_behind

CPU = torch.device("cpu")
MIB = 2**20
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
on_glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc trims")

# Its activations take 16,384 x 4 bytes an example, several times over: about 350 MB for a batch of
# all of digits' 1,257 images.
WIDE = network(16_384)
ALL_AT_ONCE = {"batch_size": 2048, "epochs": 1}


class TestReadingErrors:
    @pytest.mark.parametrize(
        ("error", "asked"),
        [
            (MemoryError("Unable to allocate 7.50 GiB for an array"), 7.5 * 2**30),
            (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate "
                          "64000000000 bytes. Error code 12"), 64e9),
            (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate "
                          "64000000000 bytes."), 64e9),
            (RuntimeError("std::bad_alloc"), 0),
            (MemoryError(), 0),
            (OSError(errno.ENOMEM, "Cannot allocate memory"), 0),
        ],
    )  # fmt: skip
    def test_the_request_is_added_to_what_is_held(self, error, asked):
        found = shortage_behind(error, CPU)
        assert found is not None
        assert 50 * MIB < found.needed - asked < 2**40
        assert found.violation > 0

    @pytest.mark.parametrize(
        "error", [RuntimeError("shapes do not match"), OSError(errno.ENOSPC, "No space left")]
    )
    def test_others_are_not_about_memory(self, error):
        assert shortage_behind(error, CPU) is None

    @pytest.mark.parametrize("allocate", [lambda: torch.empty(10**14), lambda: np.empty(10**14)])
    def test_real_ones_are_read(self, allocate):
        with pytest.raises((RuntimeError, MemoryError)) as caught:
            allocate()
        found = shortage_behind(caught.value, CPU)
        assert found is not None
        assert found.needed > 3e14
        assert found.violation > 1


def test_a_shortage_says_how_short() -> None:
    short = Shortage(needed=int(3.1 * 2**30), available=2 * 2**30)
    assert str(short) == "out of device memory: needed about 3.1 GiB, there are 2.0 GiB"
    assert short.violation == pytest.approx(0.55)
    assert Shortage(needed=5, available=10).violation == 0.01


@on_linux
def test_a_container_limits_too(tmp_path: Path) -> None:
    grants = tmp_path / "memory.max"
    unlimited = list(memory_limits(grants))
    grants.write_text("max\n")
    assert len(list(memory_limits(grants))) == len(unlimited)
    grants.write_text("1048576\n")
    held, limit = list(memory_limits(grants))[-1]
    assert limit == MIB < held < 2**36


def lines_of_python(code: str, place: Path) -> list[str]:
    """What ``code`` prints in a process of its own, which may import this file."""
    here = Path(__file__).parent
    environment = os.environ | {
        "PYTHONPATH": f"{here}{os.pathsep}{here.parent.parent}",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-c", code, place]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


HUNGRY = """
import json, resource, sys
from dataclasses import replace
from pathlib import Path
from small_trials import make_spec, run
from test_trial_memory import ALL_AT_ONCE, MIB, WIDE
from automl.data.source import load_dataset
from automl.trials import make_runner
from automl.trials.memory import memory_limits

digits = load_dataset("digits", "images", {}, 0, print)
runner, place = make_runner(1), Path(sys.argv[1])
run(runner(make_spec(place, WIDE), digits))
addresses = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
_, hard = resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (addresses + 110 * MIB, hard))
spec = make_spec(place, WIDE, **ALL_AT_ONCE)
for accumulate in (1, 32):
    result = run(runner(replace(spec, grad_accumulation=accumulate), digits))
    print(json.dumps([result.status.name, result.reason, result.violation, addresses]))
"""


@pytest.mark.slow
@on_linux
def test_a_batch_too_large_for_the_memory_fits_in_parts(tmp_path: Path) -> None:
    """For real: in a process that may have 110 MiB beside what its first trial took."""
    lines = lines_of_python(HUNGRY, tmp_path)
    (status, reason, violation, held), (later, why, over, _) = map(json.loads, lines[-2:])
    assert status == "OUT_OF_MEMORY"
    assert reason.startswith("out of device memory: needed about ")
    assert 0 < violation < 500 * MIB / held
    assert (later, why, over) == ("COMPLETE", "", 0.0)


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """The most that was resident since ``forget_peak``."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


class Ways:
    """Every way in which a trial ends, most of them after it took 120 MiB and more."""

    def __init__(self, place: Path, digits: Dataset) -> None:
        self.runner, self.digits = make_runner(1), digits
        self.spec = make_spec(place, WIDE, **ALL_AT_ONCE)

    def go(self, spec: Any = None, verdict: Verdict = Verdict.CONTINUE) -> TrialResult:
        return run(self.runner(spec or self.spec, self.digits), stop_at(2, verdict))

    def complete(self) -> bool:
        return self.go().status is Status.COMPLETE

    def pruned(self) -> bool:
        return self.go(verdict=Verdict.STOP).status is Status.PRUNED

    def paused(self) -> bool:
        return self.go(verdict=Verdict.PAUSE).status is Status.PAUSED

    def resumed(self) -> bool:
        return self.paused() and self.go(replace(self.spec, resume=True)).status is Status.COMPLETE

    def diverged(self) -> bool:
        spec = make_spec(Path(self.spec.folder), WIDE, optimizer=DIVERGING, **ALL_AT_ONCE)
        return self.go(spec).status is Status.DIVERGED

    def out_of_memory(self) -> bool:
        layers = (*WIDE, {"dense": {"units": 2_000_000_000, "bias": True}})
        spec = make_spec(Path(self.spec.folder), layers, **ALL_AT_ONCE)
        return self.go(spec).status is Status.OUT_OF_MEMORY

    def closed(self) -> bool:
        trial = self.runner(self.spec, self.digits)
        next(trial)
        trial.close()
        return True

    def dropped(self) -> bool:
        trial = self.runner(self.spec, self.digits)
        next(trial)
        del trial
        return True

    def all(self) -> Iterator[Any]:
        return iter((self.complete, self.pruned, self.paused, self.resumed, self.diverged,
                     self.out_of_memory, self.closed, self.dropped))  # fmt: skip


def measure_ways(place: Path) -> Iterator[tuple[str, bool, int, int]]:
    """The name of each way, whether it ended well, and what it left and took at most, in bytes."""
    digits = load_dataset("digits", "images", {}, 0, lambda *_: None)
    run(make_runner(1)(make_spec(place), digits))
    before = resident()
    for way in Ways(place, digits).all():
        forget_peak()
        yield way.__name__, way(), resident() - before, peak() - before


MEASURED = """
import json, sys
from pathlib import Path
from test_trial_memory import measure_ways

for measured in measure_ways(Path(sys.argv[1])):
    print(json.dumps(measured))
"""


@pytest.mark.slow
@on_linux
@on_glibc
def test_memory_is_back_where_it_was_after_each_trial(tmp_path: Path) -> None:
    """In a process of its own: a trial may take again, unseen, what earlier tests gave back."""
    measured = [json.loads(line) for line in lines_of_python(MEASURED, tmp_path)]
    assert len(measured) == 8
    for name, ended_well, left, most in measured:
        assert ended_well, name
        # Some of it is in fragments that drawing leaves; they come and go, and do not grow.
        assert left < 80 * MIB, name
        assert name == "out_of_memory" or most > 120 * MIB, name


@pytest.mark.slow
def test_no_cycle_holds_a_trial_that_ended(digits: Dataset, tmp_path: Path) -> None:
    """Nothing has to wait for the garbage collector, which takes its time."""
    trial = make_runner(1)(make_spec(tmp_path), digits)
    gc.collect()
    before = trainings()
    gc.disable()
    try:
        next(trial)
        assert len(trainings()) > len(before)
        trial.close()
        assert trainings() == before
        for way in Ways(tmp_path, digits).all():
            assert way(), way.__name__
            assert trainings() == before, way.__name__
    finally:
        gc.enable()


def trainings() -> set[int]:
    """Each training that is in memory, and each part of one, by its identity."""
    kinds = (TrainingRun, torch.nn.Module, torch.nn.Parameter, torch.optim.Optimizer)
    return {id(each) for each in gc.get_objects() if issubclass(type(each), kinds)}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_is_given_back_after_each_trial(digits: Dataset, tmp_path: Path) -> None:
    """Also its peak, which tells what the next trial has needed."""
    run(make_runner(1)(make_spec(tmp_path), digits))
    before = torch.cuda.memory_reserved()
    ways = Ways(tmp_path, digits)
    for way in ways.all():
        assert way(), way.__name__
        assert torch.cuda.memory_reserved() <= before + 32 * MIB, way.__name__
        assert torch.cuda.max_memory_allocated() <= before + 32 * MIB, way.__name__


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_that_is_too_small_is_told_with_what_was_needed(
    digits: Dataset, tmp_path: Path
) -> None:
    _, total = torch.cuda.mem_get_info()
    layers = (*WIDE, {"dense": {"units": total // 2**16, "bias": True}})
    result = run(make_runner(1)(make_spec(tmp_path, layers), digits), lambda measured: CONTINUE)
    assert result.status is Status.OUT_OF_MEMORY
    assert result.reason.startswith("out of device memory: needed about ")
    assert result.violation > 0
