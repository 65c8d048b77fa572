from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from small_runs import CLASSES, TASK, image_model, images, make_run, token_model, tokens
from torch import nn

from automl.core.data_types import Quantities
from automl.core.errors import UserError
from automl.core.trial import Measurement
from automl.models.modules.model import Body, Model
from automl.models.modules.preprocessing import Columns
from automl.tasks.regression import TabularRegression
from automl.training import AUGMENTATIONS, OPTIMIZERS, SCHEDULES
from automl.training.augment import Mixup
from automl.training.device import Tensors
from automl.training.fit import fit, validate
from automl.training.state import TrainingRun, load_checkpoint, save_checkpoint

TRAIN, VALIDATION = images(160), images(80, seed=1)
EVERYTHING = {
    "mixup": 0.3,
    "cutmix": 0.5,
    "label_smoothing": 0.1,
    "clip_norm": 1.0,
    "augment": [{"crop": {"padding": 1}}, {"erase": {"size": 0.2}}],
}


def everything_for(optimizer: str) -> dict[str, Any]:
    """All settings that an optimizer allows."""
    if OPTIMIZERS[optimizer].whole_split:
        return {name: EVERYTHING[name] for name in ("label_smoothing", "clip_norm")}
    return EVERYTHING


def train(run: TrainingRun, data: Tensors = TRAIN) -> list[Measurement]:
    return list(fit(run, data, VALIDATION))


def values(measurements: list[Measurement]) -> list[dict[str, float]]:
    return [dict(each.metrics) for each in measurements]


class TestLearning:
    def test_learns_images(self):
        last = train(make_run(epochs=8, optimizer={"adamw": {"lr": 0.01}}))[-1]
        assert last.metrics["accuracy"] >= 0.9

    def test_learns_tokens(self):
        run = make_run(token_model(), epochs=8, optimizer={"adamw": {"lr": 0.03}})
        *_, last = fit(run, tokens(), tokens(80, seed=1))
        assert last.metrics["accuracy"] > 0.8

    def test_learns_with_everything_against_overfitting_at_once(self):
        run = make_run(epochs=10, optimizer={"sgd": {"lr": 0.1}}, **EVERYTHING)
        assert train(run)[-1].metrics["accuracy"] > 0.8

    def test_train_loss_is_the_mean_over_the_examples_of_the_step(self):
        """A model that is not changed has one loss, whatever the batches are."""
        model = nn.Sequential(nn.Flatten(), nn.Linear(64, CLASSES))
        data = Tensors(TRAIN.inputs.float() / 255, TRAIN.targets)
        loss = TASK.loss(model(data.inputs), data.targets).item()
        run = make_run(model, epochs=20, batch_size=48, optimizer={"sgd": {"lr": 1e-12}})
        first = next(fit(run, data, data))
        assert first.metrics["train_loss"] == pytest.approx(loss, rel=1e-5)
        assert first.metrics["loss"] == pytest.approx(loss, rel=1e-5)


class TestMeasurements:
    def test_a_short_training_is_measured_inside_its_epochs(self):
        steps = [(each.step, each.epoch) for each in train(make_run(epochs=2))]
        assert steps == [(step, step / 4) for step in range(1, 9)]

    def test_a_batch_size_does_not_change_the_steps(self):
        """Not even one that leaves an epoch with fewer batches than measurements."""
        few = train(make_run(epochs=3, batch_size=1000))
        many = train(make_run(epochs=3, batch_size=8))
        assert [each.epoch for each in few] == [each.epoch for each in many]
        assert few[1].metrics == few[0].metrics

    def test_hold_all_metrics_and_growing_seconds(self):
        measurements = train(make_run(epochs=2))
        assert all(
            set(each.metrics) == {"train_loss", *(each.name for each in TASK.metrics)}
            for each in measurements
        )
        seconds = [each.seconds for each in measurements]
        assert seconds == sorted(seconds)
        assert seconds[0] > 0

    @pytest.mark.parametrize("ends", [{}, {"early_stopping": 1}, {"guide": (0.5, 0.6)}])
    def test_what_is_costly_is_measured_at_the_end_alone(self, ends):
        run = make_run(
            epochs=3, optimizer={"sgd": {"lr": 1e-12}}, only_at_the_end=TASK.costly, **ends
        )
        *others, last = train(run)
        assert others
        assert all("auroc" not in each.metrics for each in others)
        assert last.metrics["auroc"] == validate(run, VALIDATION)["auroc"]

    def test_are_taken_with_the_model_in_evaluation_and_training_goes_on_in_training(self):
        run = make_run(epochs=2)
        steps = fit(run, TRAIN, VALIDATION)
        first = next(steps)
        assert first.metrics["accuracy"] == validate(run, VALIDATION)["accuracy"]
        norm = run.model.body[1]
        before = norm.running_mean.clone()
        next(steps)
        assert not torch.equal(before, norm.running_mean)

    def test_early_stopping_counts_epochs_without_a_better_objective(self):
        run = make_run(epochs=30, early_stopping=3, optimizer={"sgd": {"lr": 1e-12}})
        measurements = train(run)
        best = max(measurements, key=lambda each: each.metrics["accuracy"])
        assert measurements[-1].epoch == best.epoch + 3
        assert list(fit(run, TRAIN, VALIDATION)) == []


class TestBest:
    @pytest.mark.parametrize("metric", ["accuracy", "loss"])
    def test_weights_are_those_of_the_best_measurement(self, metric):
        run = make_run(epochs=5, metric=metric, optimizer={"sgd": {"lr": 0.3}})
        measured = [each.metrics[metric] for each in train(run)]
        best = (max if run.maximize else min)(measured)
        run.model.load_state_dict(run.best_weights)
        assert validate(run, VALIDATION)[metric] == pytest.approx(best)

    def test_weights_are_contiguous_copies(self):
        run = make_run(epochs=1)
        train(run)
        assert all(each.is_contiguous() for each in run.best_weights.values())
        own = {each.data_ptr() for each in run.model.state_dict().values()}
        assert not own & {each.data_ptr() for each in run.best_weights.values()}


class TestSameAgain:
    def test_the_seed_decides(self):
        first, again, other = (
            train(make_run(epochs=2, seed=seed, **EVERYTHING)) for seed in (1, 1, 2)
        )
        assert values(first) == values(again)
        assert values(first) != values(other)

    def test_other_draws_in_between_change_nothing(self):
        disturbed = []
        for each in fit(make_run(epochs=2, **EVERYTHING), TRAIN, VALIDATION):
            disturbed.append(each)
            torch.rand(7)
        assert values(disturbed) == values(train(make_run(epochs=2, **EVERYTHING)))

    @pytest.mark.parametrize("stop_after", [1, 3, 4])
    @pytest.mark.parametrize("optimizer", OPTIMIZERS.names)
    def test_goes_on_from_a_checkpoint_as_if_it_had_never_stopped(
        self, optimizer, stop_after, tmp_path
    ):
        settings = {
            "optimizer": {optimizer: {}},
            "schedule": {"cosine": {}},
            **everything_for(optimizer),
        }
        whole = make_run(epochs=2, **settings)
        train(whole)
        resumed = self.resume(settings, stop_after, tmp_path)
        assert values(resumed.measurements) == values(whole.measurements)
        for name, weights in whole.best_weights.items():
            assert torch.equal(weights, resumed.best_weights[name])

    @pytest.mark.parametrize("schedule", SCHEDULES.names)
    def test_goes_on_in_every_schedule(self, schedule, tmp_path):
        settings = {"schedule": {schedule: {}}}
        whole = train(make_run(epochs=2, **settings))
        assert values(self.resume(settings, 5, tmp_path).measurements) == values(whole)

    def resume(self, settings, stop_after, folder) -> TrainingRun:
        """Train a few steps, save, and train the rest in a model with other fresh weights."""
        stopped = make_run(epochs=2, **settings)
        for _, _ in zip(range(stop_after), fit(stopped, TRAIN, VALIDATION), strict=False):
            pass
        save_checkpoint(stopped, folder / "state.pt")
        resumed = make_run(image_model(seed=99), epochs=2, **settings)
        load_checkpoint(resumed, folder / "state.pt")
        spent = stopped.measurements[-1].seconds
        assert all(each.seconds > spent for each in fit(resumed, TRAIN, VALIDATION))
        return resumed


class TestBorders:
    @pytest.mark.parametrize("settings", [{}, EVERYTHING])
    def test_read_only_inputs_are_read_only(self, settings):
        array = TRAIN.inputs.numpy().copy()
        array.flags.writeable = False
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
            inputs = torch.from_numpy(array)
        train(make_run(epochs=1, **settings), Tensors(inputs, TRAIN.targets))
        assert torch.equal(inputs, TRAIN.inputs)

    def test_a_batch_of_all_data_and_more_is_all_data(self):
        exact = train(make_run(epochs=2, batch_size=160))
        assert values(train(make_run(epochs=2, batch_size=4096))) == values(exact)

    def test_one_example_left_over_does_not_trip_batch_norm(self):
        data = images(33)
        model = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(64), nn.Linear(64, CLASSES))
        floats = Tensors(data.inputs.float(), data.targets)
        *_, last = fit(make_run(model, epochs=1), floats, floats)
        assert last.epoch == 1

    @pytest.mark.parametrize(
        "settings", [{"mixup": 0.2}, {"cutmix": 0.2}, {"augment": [{"flip": {}}]}]
    )
    def test_tokens_are_neither_blended_nor_augmented(self, settings):
        run = make_run(token_model(), **settings)
        with pytest.raises(UserError, match=r"`(mixup|cutmix|augment)` "):
            next(fit(run, tokens(), tokens()))

    def test_clipping_bounds_a_step(self):
        model = image_model()
        before = [each.detach().clone() for each in model.parameters()]
        plain = {"sgd": {"lr": 1.0, "momentum": 0.0, "weight_decay": 0.0}}
        run = make_run(model, epochs=1, batch_size=160, clip_norm=1e-3, optimizer=plain)
        next(fit(run, TRAIN, VALIDATION))
        pairs = zip(before, model.parameters(), strict=True)
        moved = torch.cat([(new.detach() - old).flatten() for old, new in pairs])
        assert moved.norm().item() == pytest.approx(1e-3, rel=0.01)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("optimizer", OPTIMIZERS.names)
def test_trains_and_goes_on_on_a_gpu(optimizer, tmp_path):
    settings = {**everything_for(optimizer), "optimizer": {optimizer: {}}}
    if "augment" in settings:
        settings["augment"] = [{name: {}} for name in AUGMENTATIONS]
    run = make_run(image_model().cuda(), epochs=2, **settings)
    next(fit(run, TRAIN, VALIDATION))
    save_checkpoint(run, tmp_path / "state.pt")
    resumed = make_run(image_model(seed=99).cuda(), epochs=2, **settings)
    load_checkpoint(resumed, tmp_path / "state.pt")
    *_, last = fit(resumed, TRAIN, VALIDATION)
    assert last.epoch == 2
    assert {each.device.type for each in resumed.best_weights.values()} == {"cuda"}


def test_a_blended_category_is_a_share_of_each():
    """The index of a category between two others would be a third one, or none."""
    columns = Columns(numbers=1, flagged=[0], sizes=[3])
    rows = torch.tensor([[1.0, 0], [float("nan"), 2]])
    blended = Mixup(0.75, torch.tensor([1, 0])).blend_inputs(columns(rows))
    number = 1 / (1 + (1 / 3) ** 2) ** 0.5
    assert blended.flatten().tolist() == pytest.approx(
        [0.75 * number, 0.25, 0.75, 0, 0.25, 0.25 * number, 0.75, 0.25, 0, 0.75]
    )


def test_mixup_learns_categories():
    """Each row's class is its category's, and nothing else tells it."""
    categories = torch.arange(160) % CLASSES
    data = Tensors(categories[:, None].float(), categories)
    seen = []

    class Layer(nn.Linear):
        def forward(self, inputs):
            seen.append(inputs.detach())
            return super().forward(inputs)

    model = Model(Columns(0, [], [CLASSES]), Body(), Layer(CLASSES, CLASSES))
    run = make_run(model, mixup=0.4, epochs=8, optimizer={"adamw": {"lr": 0.1}})
    *_, last = fit(run, data, data)
    assert last.metrics["accuracy"] == 1
    assert all(each.sum(dim=1).tolist() == pytest.approx([1] * len(each)) for each in seen)


class TestNumbers:
    """Trainings whose targets are numbers."""

    def run(self, **settings):
        task = TabularRegression(Quantities(("y",), (50.0,), (10.0,)))
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 8), task.head((8,)))
        return make_run(model, task=task, metric="rmse", epochs=20, **settings)

    def rows(self, seed=0):
        inputs = torch.randn(200, 3, generator=torch.Generator().manual_seed(seed))
        return Tensors(inputs, inputs[:, :1][:, None, :])

    def test_learns_a_number_in_its_own_units(self):
        first, *_, last = fit(
            self.run(optimizer={"adamw": {"lr": 0.01}}), self.rows(), self.rows(1)
        )
        assert last.metrics["rmse"] < 3 < first.metrics["rmse"]
        assert last.metrics["r2"] >= 0.9
        assert last.metrics["loss"] == pytest.approx((last.metrics["rmse"] / 10) ** 2, rel=1e-3)

    @pytest.mark.parametrize(
        "settings",
        [
            {"label_smoothing": 0.1},
            {"mixup": 0.2},
            {"sampling": "balanced"},
            {"class_weights": "balanced"},
        ],
    )
    def test_has_no_classes_to_change(self, settings):
        with pytest.raises(UserError, match="is about classes, but the target is a number; set `"):
            next(fit(self.run(**settings), self.rows(), self.rows()))


def test_a_class_has_no_mean_error():
    with pytest.raises(
        UserError, match="is about numbers, but the target is a class; set `loss: a"
    ):
        next(fit(make_run(loss="mae"), images(32), images(32)))


@pytest.mark.parametrize("setting", ["sampling", "class_weights"])
def test_balance_finds_a_rare_class(setting):
    """One of four that look alike is of the rare class."""
    data = images(320)
    rare = (torch.arange(320) % 16 == 0).long()

    def recall(**settings):
        run = make_run(epochs=4, **settings)
        list(fit(run, Tensors(data.inputs, rare), Tensors(data.inputs, rare)))
        with torch.inference_mode():
            found = run.model.eval()(data.inputs).argmax(dim=1) == 1
        return found[rare == 1].float().mean()

    assert recall() == 0
    assert recall(**{setting: "balanced"}) >= 0.9
