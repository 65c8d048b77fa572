"""How a machine is shared out, on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.core.errors import UserError
from automl.core.executor import MakeRunner
from automl.core.machine import count_cores
from automl.execution import EXECUTORS
from automl.execution.resources import Resources, plan_slots

amounts = st.integers(1, 32)


class TestPlan:
    @pytest.mark.parametrize(
        ("resources", "cores", "gpus", "words", "share"),
        [
            (Resources(), 8, 0, "8 CPU workers x 1 thread", 0),
            (Resources(workers=2), 8, 0, "2 CPU workers x 4 threads", 0),
            (Resources(workers=4), 2, 0, "4 CPU workers x 1 thread", 0),
            (Resources(cpus_per_trial=3), 8, 0, "2 CPU workers x 3 threads", 0),
            (Resources(cpus_per_trial=4), 2, 0, "1 CPU worker x 4 threads", 0),
            (Resources(), 16, 2, "2 GPU workers x 8 threads", 1),
            (Resources(gpus_per_trial=0.5), 16, 2, "4 GPU workers x 4 threads", 0.5),
            (Resources(gpus_per_trial=0.4), 16, 1, "2 GPU workers x 8 threads", 0.4),
            (Resources(gpus_per_trial=2), 16, 4, "2 GPU workers x 8 threads", 2),
            (Resources(gpus_per_trial=0), 16, 2, "16 CPU workers x 1 thread", 0),
            (Resources(workers=4), 16, 2, "4 GPU workers x 4 threads", 0.5),
            (Resources(workers=1), 16, 2, "1 GPU worker x 16 threads", 1),
        ],
    )
    def test_shares_a_machine_out(
        self, resources: Resources, cores: int, gpus: int, words: str, share: float
    ) -> None:
        slots = plan_slots(resources, cores, gpus)

        assert (str(slots), slots.gpus) == (words, share)

    @given(workers=st.none() | amounts, cores=amounts, gpus=st.integers(0, 8))
    def test_never_takes_more_than_there_is(
        self, workers: int | None, cores: int, gpus: int
    ) -> None:
        slots = plan_slots(Resources(workers=workers), cores, gpus)

        assert slots.count == (workers or gpus or cores)
        assert slots.threads == 1 or slots.count * slots.threads <= cores
        assert slots.count * slots.gpus <= gpus

    @pytest.mark.parametrize(
        ("resources", "gpus", "message"),
        [
            (Resources(gpus_per_trial=1), 0, r"`gpus_per_trial` \(=1\) is more than 0 GPUs"),
            (Resources(workers=3, gpus_per_trial=0.5), 1, "3 workers x .* is more than 1 GPU;"),
        ],
    )
    def test_refuses_more_gpus_than_there_are(
        self, resources: Resources, gpus: int, message: str
    ) -> None:
        with pytest.raises(UserError, match=message):
            plan_slots(resources, 4, gpus)


class TestMachine:
    @pytest.mark.parametrize(
        ("quota", "cores"),
        [("100000 100000", 1), ("50000 100000", 1), ("max 100000", None), ("9900000 100000", None)],
    )
    def test_a_container_may_use_less_than_there_is(
        self, tmp_path: Path, quota: str, cores: int | None
    ) -> None:
        unlimited = count_cores(tmp_path / "none")
        (tmp_path / "cpu.max").write_text(quota)

        assert count_cores(tmp_path / "cpu.max") == (cores or unlimited)


class TestResources:
    @pytest.mark.parametrize(
        ("asked", "message"),
        [
            ({"workers": 0}, r"`workers` \(=0\) must be at least 1"),
            ({"cpus_per_trial": -1}, r"`cpus_per_trial` \(=-1\) must be at least 1"),
            ({"gpus_per_trial": -0.5}, r"`gpus_per_trial` \(=-0.5\) must be 0, a fraction"),
            ({"gpus_per_trial": 1.5}, r"`gpus_per_trial` \(=1.5\) must be 0, a fraction"),
        ],
    )
    def test_refuses_what_no_trial_can_run_with(
        self, asked: dict[str, float], message: str
    ) -> None:
        with pytest.raises(UserError, match=message):
            Resources(**asked)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "resources",
        [Resources(workers=2), Resources(gpus_per_trial=0.5), Resources(address="auto")],
    )
    def test_local_refuses_what_needs_ray(self, resources: Resources) -> None:
        make: MakeRunner = NotImplemented
        with pytest.raises(UserError, match="needs the executor 'ray'"):
            EXECUTORS["local"](make, resources)
