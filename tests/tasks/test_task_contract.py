from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from automl.core.errors import Infeasible
from automl.core.review import Confusion
from automl.core.target import Classes, Quantities, Target
from automl.data import READERS
from automl.tasks import TASKS
from automl.tasks.bounds import BOUNDS
from automl.tasks.findings import MOST_MISTAKES
from automl.tasks.prediction import LabelPrediction, QuantityPrediction
from automl.tasks.task import Task

TARGETS: tuple[Target, ...] = (
    Classes(("ant", "bee", "cat")),
    Quantities(("price", "weight"), (5000.0, 3.0), (800.0, 0.5), steps=4),
)


def make_task(name: str) -> Task:
    """The task, of the target that it takes."""
    for target in TARGETS:
        try:
            return TASKS[name](target)
        except TypeError:
            continue
    raise AssertionError(f"{name} takes no target that is known here")


@pytest.fixture(params=TASKS.names)
def task(request: pytest.FixtureRequest) -> Task:
    return make_task(request.param)


@pytest.fixture
def right(task: Task) -> tuple[torch.Tensor, torch.Tensor]:
    """Outputs that leave no doubt, and their targets."""
    if isinstance(task.target, Classes):
        targets = torch.tensor([0, 1, 2, 2, 1, 0, 2, 1])
        return torch.nn.functional.one_hot(targets, 3).float() * 50, targets
    noise = torch.randn(8, 4, 2, generator=torch.Generator().manual_seed(1))
    targets = torch.tensor(task.target.mean) + noise * torch.tensor(task.target.std)
    return targets.clone(), targets


@pytest.fixture
def wrong(right: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Outputs that know nothing."""
    outputs, _ = right
    random = torch.randn(outputs.shape, generator=torch.Generator().manual_seed(0))
    return random if outputs.ndim == 2 else outputs.mean() + random * outputs.std()


class TestTask:
    """What holds for every task."""

    def test_it_is_described(self, task: Task) -> None:
        assert type(task).__doc__ != Task.__doc__

    def test_its_data_can_be_read(self, task: Task) -> None:
        assert task.data in READERS

    def test_the_default_metric_is_one_of_its_metrics(self, task: Task) -> None:
        assert task.default_metric in task.metrics

    def test_the_values_that_its_metrics_can_have_are_known(self, task: Task) -> None:
        for metric, larger_is_better in task.metrics.items():
            low, high = BOUNDS[metric]
            assert math.isfinite(high if larger_is_better else low)

    def test_it_refuses_the_other_kind_of_target(self, task: Task) -> None:
        (other,) = (each for each in TARGETS if each is not task.target)
        with pytest.raises(TypeError, match="predicts"):
            type(task)(other)

    def test_the_head_gives_outputs_like_the_targets(self, task: Task, right: Any) -> None:
        assert task.head((12,))(torch.randn(8, 12)).shape == right[0].shape

    def test_fresh_outputs_are_of_the_size_of_the_targets(self, task: Task, right: Any) -> None:
        """So that training need not begin with finding the units."""
        outputs = task.head((12,))(torch.randn(8, 12))
        assert task.loss(outputs, right[1]) < 5

    def test_the_head_tells_what_to_do_about_an_image(self, task: Task) -> None:
        with pytest.raises(Infeasible, match=r"got \(64, 7, 7\): end the network with flatten"):
            task.head((64, 7, 7))

    def test_the_loss_can_be_trained(self, task: Task, wrong: torch.Tensor, right: Any) -> None:
        outputs = wrong.requires_grad_()
        loss = task.loss(outputs, right[1])
        (gradient,) = torch.autograd.grad(loss, outputs)
        assert loss.shape == ()
        assert task.loss(outputs - gradient, right[1]) < loss

    def test_all_metrics_are_measured_as_numbers(
        self, task: Task, wrong: torch.Tensor, right: Any
    ) -> None:
        measured = task.measure(wrong, right[1])
        assert measured.keys() == task.metrics.keys()
        assert all(type(each) is float and math.isfinite(each) for each in measured.values())

    def test_every_metric_is_better_when_all_is_right(
        self, task: Task, wrong: torch.Tensor, right: Any
    ) -> None:
        best, random = task.measure(*right), task.measure(wrong, right[1])
        for name, larger_is_better in task.metrics.items():
            assert (best[name] > random[name]) == larger_is_better

    def test_outputs_that_are_not_finite_are_measured_so(self, task: Task, right: Any) -> None:
        measured = task.measure(right[0] * math.nan, right[1])
        assert not all(map(math.isfinite, measured.values()))

    def test_half_precision_is_measured_and_decoded(
        self, task: Task, wrong: torch.Tensor, right: Any
    ) -> None:
        rounded = wrong.bfloat16()
        assert task.measure(rounded, right[1]) == task.measure(rounded.float(), right[1])
        assert task.decode(rounded) == task.decode(rounded.float())

    def test_there_is_a_prediction_for_each_example(self, task: Task, wrong: torch.Tensor) -> None:
        predictions = task.decode(wrong)
        assert len(predictions) == len(wrong)
        assert all(all(each.as_row().values()) for each in predictions)

    def test_models_that_agree_say_the_same_together(self, task: Task, wrong: torch.Tensor) -> None:
        together = task.average(torch.stack([wrong, wrong]), torch.tensor([0.25, 0.75]))
        for one, two in zip(task.decode(together), task.decode(wrong), strict=True):
            assert one.as_row() == two.as_row()

    def test_who_has_no_share_has_no_say(self, task: Task, wrong: torch.Tensor, right: Any) -> None:
        together = task.average(torch.stack([right[0], wrong]), torch.tensor([1.0, 0.0]))
        assert task.measure(together, right[1]) == pytest.approx(task.measure(*right), abs=1e-6)

    def test_the_worst_mistakes_come_first(self, task: Task, right: Any) -> None:
        outputs, targets = right[0].clone(), right[1]
        outputs[[2, 5]] = outputs[[4, 7]]  # of other classes, or other numbers
        outputs[5] *= 3
        found = task.review(outputs, targets).worst
        assert [each.index for each in found] == [5, 2]
        assert all(each.truth and each.answer and each.degree for each in found)

    def test_who_is_always_right_made_no_mistake(self, task: Task, right: Any) -> None:
        assert task.review(*right).worst == ()

    def test_a_review_is_of_all_examples(self, task: Task, wrong: torch.Tensor, right: Any) -> None:
        review = task.review(wrong, right[1])
        assert len(review.worst) <= MOST_MISTAKES
        if isinstance(review.errors, Confusion):
            assert sum(map(sum, review.errors.counts)) == len(wrong)
        else:
            assert review.errors.truths == tuple(right[1][:, :, 0].flatten().tolist())
            assert review.errors.answers == tuple(wrong[:, :, 0].flatten().tolist())


CLASSIFICATIONS = [name for name in TASKS if isinstance(make_task(name).target, Classes)]


@pytest.mark.parametrize("name", CLASSIFICATIONS)
class TestClassification:
    """What holds where classes are predicted."""

    logits = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([0, 1, 2, 2, 1, 0, 2, 1])

    @pytest.mark.parametrize("smoothing", [0.0, 0.2])
    def test_the_loss_takes_ids_and_probabilities(self, name: str, smoothing: float) -> None:
        task = make_task(name)
        probabilities = torch.nn.functional.one_hot(self.targets, 3).float()
        torch.testing.assert_close(
            task.loss(self.logits, probabilities, smoothing),
            task.loss(self.logits, self.targets, smoothing),
        )

    def test_smoothing_makes_certainty_costly(self, name: str) -> None:
        task, sure = make_task(name), torch.nn.functional.one_hot(self.targets, 3).float() * 50
        smoothed = task.loss(sure, self.targets, label_smoothing=0.1)
        assert smoothed > task.loss(sure, self.targets) + 1

    def test_a_heavy_class_rules_the_loss(self, name: str) -> None:
        task, weights = make_task(name), torch.tensor([0.0, 0.0, 1.0])
        alone = self.targets == 2
        torch.testing.assert_close(
            task.loss(self.logits, self.targets, weights=weights),
            task.loss(self.logits[alone], self.targets[alone]),
        )

    def test_predictions_are_sorted_by_probability(self, name: str) -> None:
        task = make_task(name)
        for prediction, row in zip(task.decode(self.logits), self.logits, strict=True):
            assert isinstance(prediction, LabelPrediction)
            values = list(prediction.probabilities.values())
            assert prediction.label == TARGETS[0].labels[int(row.argmax())]
            assert prediction.probability == values[0]
            assert values == sorted(values, reverse=True)
            assert sum(values) == pytest.approx(1)


@pytest.mark.parametrize("name", [name for name in TASKS if name not in CLASSIFICATIONS])
class TestRegression:
    """What holds where numbers are predicted."""

    def test_numbers_are_decoded_by_name_and_step(self, name: str) -> None:
        (prediction,) = make_task(name).decode(torch.arange(8.0).reshape(1, 4, 2))
        assert isinstance(prediction, QuantityPrediction)
        assert prediction.values == {"price": (0, 2, 4, 6), "weight": (1, 3, 5, 7)}

    def test_the_mean_explains_nothing(self, name: str) -> None:
        targets = torch.randn(50, 4, 2)
        measured = make_task(name).measure(targets.mean(dim=(0, 1)).expand(50, 4, 2), targets)
        assert measured["r2"] == pytest.approx(0, abs=1e-6)

    def test_a_forecast_shows_what_came_beside_what_was_said(self, name: str) -> None:
        targets = torch.tensor([[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]])
        (found,) = make_task(name).review(targets + 1, targets).worst
        assert [(line.name, line.values) for line in found.ahead] == [
            ("price, what came", (1, 2, 3, 4)),
            ("price, forecast", (2, 3, 4, 5)),
            ("weight, what came", (10, 20, 30, 40)),
            ("weight, forecast", (11, 21, 31, 41)),
        ]
        assert found.truth == "price 1 2 3 4, weight 10 20 30 40"
        assert found.degree == "off by 1, 1 on average"
