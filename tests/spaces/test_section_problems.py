"""Spaces with something wrong: the file, the line, what is wrong and what would be right."""

# ruff: noqa: E501 (the tables read best with a case on a line)

from __future__ import annotations

import pytest
from space_problems import HEAD, of_section, of_training, problems


class TestTraining:
    @pytest.mark.parametrize(
        ("training", "problem"),
        [
            ("3", "training must be a mapping, not 3"),
            ("{batchsize: 3}", "unknown option 'batchsize' of training; did you mean 'batch_size'?"),
            ("{batch_size: ten}", "`batch_size` of training (='ten') must be a whole number"),
            ("{epochs: {low: 1, high: 3}}", "`epochs` cannot be drawn; all trials train equally long; weak ones are stopped early"),
            ("{epochs: 0}", "`epochs` of training (=0) must be at least 1"),
            ("{optimizer: adam}", "unknown optimizer 'adam'; did you mean 'adamw'?"),
            ("{optimizer: {adam: {lr: 1}}}", "unknown optimizer 'adam'; did you mean 'adamw'?"),
            ("{optimizer: {choices: [adam]}}", "unknown optimizer 'adam'; did you mean 'adamw'?"),
            ("{optimizer: {choices: {adamw: {lrr: 1}}}}", "unknown option 'lrr' of adamw; did you mean 'lr'?"),
            ("{optimizer: {choices: []}}", "choices of `optimizer` are empty; give at least one"),
            ("{optimizer: {choices: [adamw, adamw]}}", "choices of `optimizer` hold 'adamw' twice"),
            ("{optimizer: {choices: [{adamw: 1}]}}", "a list of choices for `optimizer` holds names, not a mapping; with options, make it a mapping of name to options"),
            ("{optimizer: {choices: [adamw], name: x}}", "unknown key 'name' of a choice for `optimizer` of training; known: choices, shared"),
            ("{optimizer: {sgd: {momentum: 0.5}}}", "sgd needs `lr`"),
            ("{optimizer: 3}", "optimizer: this must be a name, alone or with options, not 3"),
            ("{schedule: constnt}", "unknown schedule 'constnt'; did you mean 'constant'?"),
            ("{augment: flip}", "`augment` of training must hold a list, not 'flip'"),
            ("{augment: [flpi]}", "unknown augmentation 'flpi'; did you mean 'flip'?"),
        ],
    )  # fmt: skip
    def test_a_wrong_setting(self, training, problem):
        assert of_training(training) == [f"4: {problem}"]


class TestSectionProblems:
    @pytest.mark.parametrize(
        ("section", "problem"),
        [
            ("trianing: {}", "unknown key 'trianing' of a search space; did you mean 'training'?"),
            ("objective: {metric: acuracy}", "unknown metric 'acuracy'; did you mean 'accuracy'?"),
            ("objective: {metrics: loss}", "unknown key 'metrics' of the objective; did you mean 'metric'?"),
            ("objective: {constraints: {params: {max: 1}}}", "unknown key 'params' of `constraints`; did you mean 'parameters'?"),
            ("objective: {constraints: {flops: 3}}", "`flops` must be a mapping, not 3; keys: max"),
            ("objective: {constraints: {flops: {max: 0}}}", "`max` of `flops` (=0) must be greater than 0"),
            ("objective: {constraints: {flops: {min: 3, max: 4}}}", "unknown key 'min' of `flops`; known: max"),
            ("objective: accuracy", "the objective must be a mapping, not 'accuracy'; keys: metric, minimize, constraints"),
            ("objective: {minimize: [latency, latncy]}", "unknown objective to minimize 'latncy'; did you mean 'latency'?"),
            ("objective: {minimize: 5}", "objective to minimize: this must be a name, not 5; known: latency, parameters, flops"),
            ("objective: {minimize: []}", "objective to minimize: this must be a name, not a list; known: latency, parameters, flops"),
            ("objective: {constraints: {latncy: {max: 5}}}", "unknown key 'latncy' of `constraints`; did you mean 'latency'?"),
            ("objective: {constraints: {latency: {max: 0}}}", "`max` of `latency` (=0) must be greater than 0"),
            ("search: {trials: 0}", "`trials` of the search section (=0) must be at least 1"),
            ("search: {trials: 1.5}", "`trials` of the search section (=1.5) must be a whole number"),
            ("search: {sampler: tpee}", "unknown sampler 'tpee'; did you mean 'tpe'?"),
            ("search: {pruner: ahsa}", "unknown pruner 'ahsa'; did you mean 'asha'?"),
            ("search: {trails: 3}", "unknown key 'trails' of the search section; did you mean 'trials'?"),
            ("baseline: [1]", "the baseline must be a mapping of parameters to values, not a list"),
        ],
    )  # fmt: skip
    def test_a_wrong_section(self, section, problem):
        assert of_section(section) == [f"4: {problem}"]

    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            ("task: image_clasification", "unknown task 'image_clasification'; did you mean 'image_classification'?"),
            ("task: [1]", "task: this must be a name, not 1; known: image_classification, text_rating, text_topic"),
            ("task: []", "task: this must be a name, not a list; known: image_classification, text_rating, text_topic"),
            ("task: [text_topic, text_topics]", "unknown task 'text_topics'; did you mean 'text_topic'?"),
            ("task: [text_topic, image_classification]", "the tasks must be about one kind of data; these read image and text"),
            ("data: fashion_mni", "unknown dataset 'fashion_mni'; did you mean 'fashion_mini'?"),
            ("data: 3", "dataset: this must be a name, not 3; known: fashion_mini, digits"),
            ("data: {size: 3}", "data needs `name`; a dataset's name, or a path"),
            ("data: {name: digits, size: [3]}", "`size` of data (=a list) must be a single value"),
            ("data: {name: digits, size: {low: 3, high: 1}}", "`size` of data: the range is empty, low (=3) is above high (=1)"),
        ],
    )  # fmt: skip
    def test_a_wrong_task_or_dataset(self, line, problem):
        given = {"task": "image_classification", "data": "digits", line.split(":")[0]: None}
        rest = "".join(f"{key}: {value}\n" for key, value in given.items() if value)
        assert problems(f"{line}\n{rest}network: [flatten]") == [f"1: {problem}"]

    def test_what_is_missing(self):
        assert problems("search: {}") == [
            "1: a search space needs `task`",
            "1: a search space needs `data`",
            "1: a search space needs `network`",
        ]


class TestBaselineProblems:
    NETWORK = """
      - stage: conv
        repeat: {low: 1, high: 2}
        layers: [{dense: {units: {low: 8, high: 64, step: 8}}}, {dropout: {low: 0.0, high: 0.5}}]
      - activation: {choices: [relu, gelu]}
    """

    @pytest.mark.parametrize(
        ("baseline", "problem"),
        [
            ("cov.repeat: 1", "no stage or setting 'cov' for `cov.repeat`; did you mean 'conv'?"),
            ("conv.repaet: 1", "unknown parameter 'conv.repaet'; did you mean 'conv.repeat'?"),
            ("conv.9.units: 8", "unknown parameter 'conv.9.units'; did you mean 'conv.2.units'?"),
            ("activatoin: relu", "unknown parameter 'activatoin'; did you mean 'activation'?"),
            ("conv.repeat: 3", "`conv.repeat` (=3) in the baseline must be 1 … 2"),
            ("conv.repeat: 1.0", "`conv.repeat` (=1.0) in the baseline must be 1 … 2"),
            ("conv.repeat: true", "`conv.repeat` (=True) in the baseline must be 1 … 2"),
            ("conv.1.units: 12", "`conv.1.units` (=12) in the baseline must be 8 … 64 (step 8)"),
            ("conv.1.dropout: 0.6", "`conv.1.dropout` (=0.6) in the baseline must be 0.0 … 0.5"),
            ("activation: silu", "`activation` (='silu') in the baseline must be relu | gelu"),
            ("activation: [relu]", "`activation` in the baseline must be a single value, not a list; it is drawn from relu | gelu"),
        ],
    )  # fmt: skip
    def test_a_wrong_baseline(self, baseline, problem):
        text = f"{HEAD}baseline:\n  {baseline}\nnetwork: {self.NETWORK}"
        assert problems(text) == [f"4: {problem}"]

    def test_everything_that_is_wrong_is_told_at_once(self):
        section = """
portfolio:
  - {activation: gelu}
  - {conv.repaet: 1, activatoin: relu}
  - {conv.repeat: 3, conv.1.units: [8]}
  - relu
"""
        assert problems(f"{HEAD}network: {self.NETWORK}\n{section}".replace("\n\n", "\n")) == [
            "11: unknown parameter 'conv.repaet'; did you mean 'conv.repeat'?",
            "11: unknown parameter 'activatoin'; did you mean 'activation'?",
            "12: `conv.repeat` (=3) in entry 3 of the portfolio must be 1 … 2",
            "12: `conv.1.units` in entry 3 of the portfolio must be a single value, not a list; "
            "it is drawn from 8 … 64 (step 8)",
            "13: entry 4 of the portfolio must be a mapping of parameters to values, not 'relu'",
        ]

    @pytest.mark.parametrize(
        ("section", "shown"), [("{activation: gelu}", "a mapping"), ("gelu", "'gelu'")]
    )
    def test_a_portfolio_that_is_no_list(self, section, shown):
        told = f"the portfolio must be a list of mappings, not {shown}; begin each configuration with a dash"
        text = f"{HEAD}portfolio: {section}\nnetwork: {self.NETWORK}"
        assert problems(text) == [f"3: {told}"]

    def test_beside_other_problems_only_what_is_certain_is_told(self):
        network = "[{stage: conv, repeat: {low: 1, high: 2}, layers: [{dens: {low: 1, high: 2}}]}]"
        baseline = "{conv.1.units: 1, conv.repeat: 5, cov.repeat: 1}"
        assert problems(f"{HEAD}baseline: {baseline}\nnetwork: {network}") == [
            "3: `conv.repeat` (=5) in the baseline must be 1 … 2",
            "3: no stage or setting 'cov' for `cov.repeat`; did you mean 'conv'?",
            "4: unknown layer 'dens'; did you mean 'dense'?",
        ]
