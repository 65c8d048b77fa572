"""Training settings and the other sections of a space."""

from __future__ import annotations

import pytest
from reading_spaces import distribution, names, read, sample, training_of, when
from small_vocabulary import VOCABULARY

from automl.core.distributions import Choices
from automl.core.errors import Infeasible, SpaceError
from automl.spaces.domain import FixedSuggest
from automl.spaces.sections import SearchForm, SpaceObjective
from automl.spaces.space import parse_space


class TestSettings:
    def test_what_is_not_said_is_the_default_in_full(self):
        training = training_of(read())
        assert training["optimizer"] == {"adamw": {"lr": 1e-3, "weight_decay": 0.0}}
        assert training["schedule"] == {"constant": {}}
        assert training["augment"] == []

    def test_a_member_by_name_and_with_options(self):
        settings = read(training="{schedule: step, optimizer: {sgd: {lr: 0.5}}}")
        training = training_of(settings)
        assert training["schedule"] == {"step": {"gamma": 0.1}}
        assert training["optimizer"] == {"sgd": {"lr": 0.5, "momentum": 0.0}}

    def test_a_choice_of_names(self):
        space = read(training="{schedule: {choices: [constant, step]}}")
        assert distribution(space, "schedule") == Choices(("constant", "step"))
        training = training_of(space, {"schedule": "step"})
        assert training["schedule"] == {"step": {"gamma": 0.1}}

    def test_a_choice_with_options_is_conditional(self):
        lr = "{low: 0.1, high: 1.0, log: true}"
        space = read(training=f"{{optimizer: {{choices: {{adamw: {{lr: {lr}}}, sgd: {lr}}}}}}}")
        assert names(space) == ["optimizer", "optimizer.adamw.lr", "optimizer.sgd"]
        assert when(space, "optimizer.adamw.lr") == {"optimizer": ("adamw",)}

    def test_names_of_an_optimizer_do_not_depend_on_a_choice(self):
        space = read(training="{optimizer: {adamw: {lr: {low: 0.1, high: 1}}}}")
        assert names(space) == ["optimizer.adamw.lr"]

    def test_a_list_of_members(self):
        crops = "{crop: {low: 0, high: 4}}, {crop: {fill: {choices: [zero, edge]}}}"
        space = read(training=f"{{augment: [flip, {crops}]}}")
        assert names(space) == ["augment.crop", "augment.crop.fill"]
        assert training_of(space, {"augment.crop": 3, "augment.crop.fill": "edge"})["augment"] == [
            {"flip": {}},
            {"crop": {"pad": 3, "fill": "zero"}},
            {"crop": {"pad": 2, "fill": "edge"}},
        ]

    def test_a_member_of_a_list_may_be_a_choice(self):
        space = read(training="{augment: [{choices: {no: [], yes: [flip]}, name: flip}]}")
        assert names(space) == ["augment.flip"]
        assert training_of(space, {"augment.flip": "yes"})["augment"] == [{"flip": {}}]

    def test_epochs(self):
        assert read().epochs == 10
        assert read(training="{epochs: 3}").epochs == 3

    def test_values_that_do_not_go_together_are_infeasible(self):
        space = read("[{grouped: {filters: {choices: [2, 3]}, groups: 2}}]")
        assert sample(space, filters=2) == ({"grouped": {"filters": 2, "groups": 2}},)
        with pytest.raises(
            Infeasible, match=r"`filters` \(=3\) must be divisible by `groups` \(=2\)"
        ):
            sample(space, filters=3)


class TestSections:
    def test_defaults(self):
        space = read()
        assert space.objective == SpaceObjective(None, {})
        assert space.search == SearchForm()

    def test_empty_sections_are_defaults(self):
        assert read(rest="objective:\nsearch:\nbaseline:\n").search == SearchForm()

    @pytest.mark.parametrize(
        ("named", "timeout", "total"),
        [(5, None, 5), (5, 60.0, 5), (None, None, 30), (None, 60.0, 300)],
    )
    def test_a_time_limit_decides_the_trials_where_the_space_does_not(self, named, timeout, total):
        assert SearchForm(trials=named).total(timeout) == total

    def test_given(self):
        objective = "objective: {metric: loss, constraints: {flops: {max: 2e6}}}\n"
        space = read(rest=f"{objective}search: {{trials: 5, pruner: none}}\n")
        assert space.objective == SpaceObjective("loss", {"flops": 2e6})
        assert (space.search.trials, space.search.pruner) == (5, "none")

    def test_data_with_options(self):
        space = read(data="{name: digits, size: {choices: [8, 16]}, crop: true}")
        assert (space.data, names(space)) == ("digits", ["data.size"])
        assert space.sample(FixedSuggest({"data.size": 16})).data == {"size": 16, "crop": True}

    @pytest.mark.parametrize("path", ["./photos", "photos/cats", "reviews.csv", "/data"])
    def test_data_may_be_a_path(self, path):
        assert read(data=path).data == path

    def test_a_name_that_no_file_can_have_is_no_path(self):
        with pytest.raises(SpaceError, match="unknown dataset"):
            read(data="x" * 5000)

    def test_a_folder_that_is_there_is_a_path(self, tmp_path, monkeypatch):
        (tmp_path / "photos").mkdir()
        monkeypatch.chdir(tmp_path)
        assert read(data="photos").data == "photos"


class TestTasks:
    TEXT = "task: [text_topic, text_rating]\ndata: digits\nnetwork: [flatten]\n"

    def test_one_task_or_several(self):
        assert read().tasks == ("image_classification",)
        assert parse_space(self.TEXT, VOCABULARY, "s").tasks == ("text_topic", "text_rating")

    def test_a_metric_must_be_one_that_every_task_has(self):
        both = parse_space(f"{self.TEXT}objective: {{metric: loss}}\n", VOCABULARY, "s")
        assert both.objective.metric == "loss"
        with pytest.raises(SpaceError, match="unknown metric 'accuracy'; known: loss"):
            parse_space(f"{self.TEXT}objective: {{metric: accuracy}}\n", VOCABULARY, "s")
