from __future__ import annotations

import math

import pytest
import torch

from automl.core.errors import Infeasible
from automl.tasks import TASKS
from automl.tasks.task import Task

LABELS = ("ant", "bee", "cat")


@pytest.fixture(params=TASKS.names)
def task(request: pytest.FixtureRequest) -> Task:
    return TASKS[request.param]()


@pytest.fixture
def targets() -> torch.Tensor:
    return torch.tensor([0, 1, 2, 2, 1, 0, 2, 1])


@pytest.fixture
def logits() -> torch.Tensor:
    return torch.randn(8, 3, generator=torch.Generator().manual_seed(0))


def certain(targets: torch.Tensor) -> torch.Tensor:
    """Logits that leave no doubt."""
    return torch.nn.functional.one_hot(targets, 3).float() * 50


class TestTask:
    def test_it_is_described(self, task: Task) -> None:
        assert type(task).__doc__ != Task.__doc__

    def test_the_default_metric_is_one_of_its_metrics(self, task: Task) -> None:
        assert task.default_metric in task.metrics

    def test_the_head_gives_a_logit_per_class(self, task: Task) -> None:
        assert task.head((12,), 3)(torch.randn(5, 12)).shape == (5, 3)

    def test_the_head_tells_what_to_do_about_an_image(self, task: Task) -> None:
        with pytest.raises(Infeasible, match=r"got \(64, 7, 7\): end the network with flatten"):
            task.head((64, 7, 7), 3)

    def test_the_loss_can_be_trained(
        self, task: Task, logits: torch.Tensor, targets: torch.Tensor
    ) -> None:
        loss = task.loss(logits.requires_grad_(), targets)
        (gradient,) = torch.autograd.grad(loss, logits)
        after = task.loss(logits - gradient, targets)
        assert loss.shape == ()
        assert after < loss

    @pytest.mark.parametrize("smoothing", [0.0, 0.2])
    def test_the_loss_takes_ids_and_probabilities(
        self, task: Task, logits: torch.Tensor, targets: torch.Tensor, smoothing: float
    ) -> None:
        probabilities = torch.nn.functional.one_hot(targets, 3).float()
        torch.testing.assert_close(
            task.loss(logits, probabilities, smoothing), task.loss(logits, targets, smoothing)
        )

    def test_smoothing_makes_certainty_costly(self, task: Task, targets: torch.Tensor) -> None:
        sure = certain(targets)
        assert task.loss(sure, targets, label_smoothing=0.1) > task.loss(sure, targets) + 1

    def test_all_metrics_are_measured_as_numbers(
        self, task: Task, logits: torch.Tensor, targets: torch.Tensor
    ) -> None:
        measured = task.measure(logits, targets)
        assert measured.keys() == task.metrics.keys()
        assert all(type(each) is float and math.isfinite(each) for each in measured.values())

    def test_every_metric_is_better_when_all_is_right(
        self, task: Task, logits: torch.Tensor, targets: torch.Tensor
    ) -> None:
        right, random = task.measure(certain(targets), targets), task.measure(logits, targets)
        for name, larger_is_better in task.metrics.items():
            assert (right[name] > random[name]) == larger_is_better

    def test_half_precision_logits_are_measured_and_decoded(
        self, task: Task, logits: torch.Tensor, targets: torch.Tensor
    ) -> None:
        rounded = logits.bfloat16()
        assert task.measure(rounded, targets) == task.measure(rounded.float(), targets)
        assert task.decode(rounded, LABELS) == task.decode(rounded.float(), LABELS)

    def test_predictions_are_sorted_by_probability(self, task: Task, logits: torch.Tensor) -> None:
        predictions = task.decode(logits, LABELS)
        assert len(predictions) == len(logits)
        for prediction, row in zip(predictions, logits, strict=True):
            values = list(prediction.probabilities.values())
            assert prediction.label == LABELS[int(row.argmax())]
            assert prediction.probability == values[0]
            assert values == sorted(values, reverse=True)
            assert sum(values) == pytest.approx(1)
            assert set(prediction.probabilities) == set(LABELS)
