from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from automl.core.data_types import Classes, Quantities, Target
from automl.core.error_analysis import Confusion
from automl.core.errors import Infeasible, UnknownName
from automl.data import READERS
from automl.tasks import TASKS, metric_bounds
from automl.tasks.task import MAX_WRONG_ANSWERS, LabelPrediction, QuantityPrediction, Task

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
    return noise.clone(), noise


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
        assert task.metric(task.default_metric) in task.metrics

    def test_the_values_that_its_metrics_can_have_are_known(self, task: Task) -> None:
        for metric in task.metrics:
            low, high = metric.bounds
            assert math.isfinite(high if metric.maximize else low)
            assert (
                metric_bounds(metric.name) == metric_bounds(f"{metric.name} price") == (low, high)
            )

    def test_an_unknown_metric_is_refused_with_the_nearest(self, task: Task) -> None:
        with pytest.raises(UnknownName, match="did you mean 'loss'"):
            task.metric("los")

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
        assert list(measured)[: len(task.metrics)] == [each.name for each in task.metrics]
        assert all(type(each) is float and math.isfinite(each) for each in measured.values())

    def test_every_metric_is_better_when_all_is_right(
        self, task: Task, wrong: torch.Tensor, right: Any
    ) -> None:
        best, random = task.measure(*right), task.measure(wrong, right[1])
        for metric in task.metrics:
            assert (best[metric.name] > random[metric.name]) == metric.maximize

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
        assert all(all(row.values()) for each in predictions for row in each.as_rows())

    def test_models_that_agree_say_the_same_together(self, task: Task, wrong: torch.Tensor) -> None:
        together = task.average(torch.stack([wrong, wrong]), torch.tensor([0.25, 0.75]))
        for one, two in zip(task.decode(together), task.decode(wrong), strict=True):
            assert one.as_rows() == two.as_rows()

    def test_who_has_no_share_has_no_say(self, task: Task, wrong: torch.Tensor, right: Any) -> None:
        together = task.average(torch.stack([right[0], wrong]), torch.tensor([1.0, 0.0]))
        assert task.measure(together, right[1]) == pytest.approx(task.measure(*right), abs=1e-6)

    def test_the_worst_mistakes_come_first(self, task: Task, right: Any) -> None:
        outputs, targets = right[0].clone(), right[1]
        outputs[[2, 5]] = outputs[[4, 7]]  # of other classes, or other numbers
        outputs[5] *= 3
        found = task.find_errors(outputs, targets).worst
        assert [each.index for each in found] == [5, 2]
        assert all(each.truth and each.answer and each.degree for each in found)

    def test_who_is_always_right_made_no_mistake(self, task: Task, right: Any) -> None:
        assert task.find_errors(*right).worst == ()

    def test_errors_are_of_all_examples(self, task: Task, wrong: torch.Tensor, right: Any) -> None:
        found = task.find_errors(wrong, right[1])
        assert len(found.worst) <= MAX_WRONG_ANSWERS
        if isinstance(found.errors, Confusion):
            assert sum(map(sum, found.errors.counts)) == len(wrong)
        else:
            assert found.errors.truths == pytest.approx(5000 + 800 * right[1][:, :, 0].flatten())
            assert found.errors.answers == pytest.approx(5000 + 800 * wrong[:, :, 0].flatten())


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
        assert prediction.values == {
            "price": (5000, 6600, 8200, 9800),
            "weight": (3.5, 4.5, 5.5, 6.5),
        }

    def test_the_mean_explains_nothing(self, name: str) -> None:
        targets = torch.randn(50, 4, 2)
        measured = make_task(name).measure(targets.mean(dim=(0, 1)).expand(50, 4, 2), targets)
        assert measured["r2"] == pytest.approx(0, abs=1e-6)

    def test_a_forecast_shows_what_came_beside_what_was_said(self, name: str) -> None:
        targets = torch.tensor([[[0.0, 2.0], [1.0, 4.0], [2.0, 6.0], [3.0, 8.0]]])
        (found,) = make_task(name).find_errors(targets + 1, targets).worst
        assert [(line.name, line.role, line.values) for line in found.ahead] == [
            ("price", "came", (5000, 5800, 6600, 7400)),
            ("price", "forecast", (5800, 6600, 7400, 8200)),
            ("weight", "came", (4, 5, 6, 7)),
            ("weight", "forecast", (4.5, 5.5, 6.5, 7.5)),
        ]
        assert found.truth == "price 5,000 5,800 6,600 7,400, weight 4 5 6 7"
        assert found.degree == "off by 800, 0.5 on average"

    def test_each_of_several_numbers_has_its_own_figures(self, name: str) -> None:
        """Their mean is in standard units: 8,000 and 1 are 10 and 2 of those."""
        targets = torch.zeros(5, 4, 2)
        measured = make_task(name).measure(targets + torch.tensor([10.0, 2.0]), targets)
        assert measured["mae"] == measured["rmse"] == pytest.approx(6)
        assert (measured["mae price"], measured["mae weight"]) == pytest.approx((8000, 1))

    def test_what_is_not_known_counts_nowhere(self, name: str) -> None:
        task, outputs = make_task(name), torch.randn(6, 4, 2)
        targets = torch.randn(6, 4, 2)
        gaps = targets.clone()
        gaps[1:3], gaps[0, :2] = math.nan, math.nan
        kept = torch.cat([outputs[:1, 2:], outputs[3:, :2], outputs[3:, 2:]])
        known = torch.cat([targets[:1, 2:], targets[3:, :2], targets[3:, 2:]])
        assert task.measure(outputs, gaps) == pytest.approx(task.measure(kept, known), rel=1e-5)
        outputs.requires_grad_()
        (gradient,) = torch.autograd.grad(task.loss(outputs, gaps), outputs)
        assert not gradient[1:3].any()
        assert gradient[3:].all()
        assert all(each.index not in (0, 1, 2) for each in task.find_errors(outputs, gaps).worst)

    @pytest.mark.parametrize(
        ("setting", "metric", "expected"),
        [
            ("auto", "mae", 1.5),
            ("auto", "rmse", 2.5),
            ("auto", "r2", 2.5),
            ("mse", "mae", 2.5),
            ("mae", "rmse", 1.5),
        ],
    )
    def test_the_loss_is_that_of_the_ranking_metric(
        self, name: str, setting: str, metric: str, expected: float
    ) -> None:
        loss = make_task(name).training_loss(setting, metric)
        outputs, gap = (
            torch.tensor([[[1.0], [2.0], [9.0]]]),
            torch.tensor([[[0.0], [0.0], [math.nan]]]),
        )
        assert loss(outputs, gap, 0.0, None).item() == expected

    def test_the_loss_of_another_metric_is_the_measured_one(self, name: str) -> None:
        task, outputs, targets = make_task(name), torch.randn(6, 4, 2), torch.randn(6, 4, 2)
        loss = task.training_loss("auto", "loss")(outputs, targets, 0.0, None).item()
        assert loss == pytest.approx(task.measure(outputs, targets)["loss"])

    def test_digits_far_below_the_level_are_kept(self, name: str) -> None:
        task = TASKS[name](Quantities(("people",), (8e9,), (10.0,)))
        (prediction,) = task.decode(torch.tensor([[[0.25]]]))
        assert prediction.values == {"people": (8_000_000_002.5,)}
        measured = task.measure(torch.tensor([[[0.5]], [[0.0]]]), torch.zeros(2, 1, 1))
        assert measured["mae"] == pytest.approx(2.5)
