"""Before it is trained, a network is timed on real examples, and refused if it is too slow."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small_trials import make_spec, network, run, stop_at, values
from torch import Tensor, nn

from automl.core.errors import Infeasible
from automl.core.trial import Status, Verdict
from automl.data.dataset import Dataset
from automl.training.device import Tensors
from automl.training.fit import fit
from automl.trials import make_runner
from automl.trials.preparation import (
    LATENCY_SECONDS,
    RUNS,
    WARM_UP,
    DeviceData,
    check_latency,
    measure_latency,
    prepare,
)


class Counting(nn.Module):
    """Remembers what it was called with, and in which state."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.seen: list[tuple[int, ...]] = []
        self.states: set[tuple[bool, bool]] = set()

    def forward(self, inputs: Tensor) -> Tensor:
        self.seen.append(tuple(inputs.shape))
        self.states.add((self.training, torch.is_grad_enabled()))
        return inputs.float() * self.weight


def test_it_runs_real_examples_one_at_a_time_as_a_user_would() -> None:
    texts = torch.tensor([[5, 6, 0, 0], [7, 0, 0, 0], [1, 2, 3, 4]], dtype=torch.int32)
    model = Counting().train()
    assert measure_latency(model, Tensors.of_texts(texts, torch.zeros(3))) > 0
    assert len(model.seen) <= WARM_UP + RUNS
    assert set(model.seen) == {(1, 2), (1, 1), (1, 4)}  # no longer than each of them is
    assert model.states == {(False, False)}


class Slow(Counting):
    """Takes all the time there is to measure it."""

    def forward(self, inputs: Tensor) -> Tensor:
        time.sleep(1.1 * LATENCY_SECONDS)
        return super().forward(inputs)


def test_a_slow_network_is_run_once_and_no_more() -> None:
    model = Slow()
    assert (
        measure_latency(model, Tensors(torch.ones(2, 3), torch.zeros(2))) >= 1000 * LATENCY_SECONDS
    )
    assert len(model.seen) == 1


@pytest.mark.slow
def test_every_measurement_says_it_also_after_a_pause(digits: Dataset, tmp_path: Path) -> None:
    spec = make_spec(tmp_path)
    paused = run(make_runner(1)(spec, digits), stop_at(3, Verdict.PAUSE))
    resumed = run(make_runner(1)(replace(spec, resume=True), digits))
    (latency,) = {each.latency for each in (*paused.measurements, *resumed.measurements)}
    assert latency is not None
    assert latency > 0


def test_one_that_is_too_slow_is_infeasible_before_it_is_trained(
    digits: Dataset, tmp_path: Path
) -> None:
    spec = replace(make_spec(tmp_path), max_latency=1e-6)
    result = run(make_runner(1)(spec, digits))
    assert (result.status, result.measurements) == (Status.INFEASIBLE, ())
    assert result.reason.endswith(" ms for one example, over the limit of 1e-06 ms")
    assert result.violation > 1


def test_measuring_changes_nothing_of_the_training(digits: Dataset, tmp_path: Path) -> None:
    layers = (*network(), {"batch_norm": {}}, {"dropout": {"rate": 0.5}})
    spec, cpu = make_spec(tmp_path, layers), torch.device("cpu")
    measured = run(make_runner(1)(spec, digits))
    unmeasured = fit(prepare(spec, digits, cpu), *DeviceData(cpu)(digits))
    assert values(measured.measurements) == values(unmeasured)


def test_the_limit_itself_is_kept() -> None:
    check_latency(5.0, 5.0)
    check_latency(5.0, None)
    with pytest.raises(
        Infeasible, match=r"7\.500 ms for one example, over the limit of 5 ms"
    ) as told:
        check_latency(7.5, 5.0)
    assert told.value.violation == 0.5
