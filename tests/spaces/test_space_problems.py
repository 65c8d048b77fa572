"""Spaces with something wrong: the file, the line, what is wrong and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_vocabulary import VOCABULARY, read

from automl.core.errors import SpaceError
from automl.spaces.read import parse_space, read_space

HEAD = "task: image_classification\ndata: digits\n"


def problems(text: str) -> list[str]:
    """``line: message`` of each problem."""
    with pytest.raises(SpaceError) as caught:
        parse_space(text, VOCABULARY, "space.yaml")
    return [f"{each.line}: {each}" for each in caught.value.problems]


def of_network(network: str) -> list[str]:
    return problems(f"{HEAD}network: {network}\n")


def of_training(training: str) -> list[str]:
    return problems(f"{HEAD}network: [flatten]\ntraining: {training}\n")


def of_section(section: str) -> list[str]:
    return problems(f"{HEAD}network: [flatten]\n{section}\n")


UNITS = "[{dense: {units: %s}}]"
RATE = "[{dropout: %s}]"


class TestValues:
    @pytest.mark.parametrize(
        ("network", "problem"),
        [
            ("[{dense: abc}]", "`units` of dense (='abc') must be a valid integer"),
            ("[{dense: 3.0}]", "`units` of dense (=3.0) must be a valid integer"),
            ("[{dense: true}]", "`units` of dense (=True) must be a valid integer"),
            ("[{dense: [1]}]", "`units` of dense (=a list) must be a valid integer"),
            ("[{dense: {units: {a: 1}}}]", "`units` of dense (=a mapping) must be a valid integer"),
            ("[{dense: 0}]", "`units` of dense (=0) must be at least 1"),
            ("[{dropout: 1}]", "`rate` of dropout (=1) must be less than 1"),
            (
                "[{activation: rleu}]",
                "`name` of activation (='rleu') must be 'relu', 'gelu' or 'silu'; "
                "did you mean 'relu'?",
            ),
            (UNITS % "{low: 9, high: 1}", "`units` of dense: the range is empty, low (=9) is above high (=1)"),
            (UNITS % "{low: 0.5, high: 9}", "`units` of dense: low (=0.5) must be a valid integer"),
            (UNITS % "{low: 1, high: 9.0}", "`units` of dense: high (=9.0) must be a valid integer"),
            (UNITS % "{low: 1, high: 9, step: 0.5}", "`units` of dense: step (=0.5) must be a whole number"),
            (UNITS % "{low: 0, high: 9}", "`units` of dense: low (=0) must be at least 1"),
            (UNITS % "{low: 1}", "a range for `units` of dense needs `high`"),
            (UNITS % "{low: 1, high: 2, logg: true}", "unknown key 'logg' of a range for `units` of dense; did you mean 'log'?"),
            (UNITS % "{low: a, high: 2}", "`low` of a range for `units` of dense (='a') must be a valid integer or must be a valid number"),
            (UNITS % "{low: 1, high: 2, step: 0}", "`step` of a range for `units` of dense (=0) must be greater than 0"),
            (UNITS % "{low: 1, high: 2, log: 2}", "`log` of a range for `units` of dense (=2) must be a valid boolean"),
            (UNITS % "{low: 1, high: 8, log: true, step: 2}", "`units` of dense: a range has log or step, not both"),
            (RATE % "{low: 0, high: 0.5, log: true}", "`rate` of dropout: low (=0) must be above 0 with log"),
            (UNITS % "{choices: []}", "`choices` of choices for `units` of dense (=a list) must have at least 1 item, not 0"),
            (UNITS % "{choices: 3}", "`choices` of choices for `units` of dense (=3) must be a valid array"),
            (UNITS % "{choices: [1, [2]]}", "`units` of dense: a choice must be a single value, not a list"),
            (UNITS % "{choices: [1, 2, 1]}", "`units` of dense: choices hold 1 twice"),
            (UNITS % "{choices: [1, x]}", "`units` of dense: choice (='x') must be a valid integer"),
            (UNITS % "{choices: [1], low: 1}", "`units` of dense is drawn from choices, or from low to high, not both"),
        ],
    )  # fmt: skip
    def test_a_wrong_value(self, network, problem):
        assert of_network(network) == [f"3: {problem}"]


class TestLayers:
    @pytest.mark.parametrize(
        ("network", "problem"),
        [
            ("[conv3d]", "unknown layer 'conv3d'; did you mean 'conv2d'?"),
            ("[{conv3d: {filters: 3}}]", "unknown layer 'conv3d'; did you mean 'conv2d'?"),
            ("[dense]", "dense needs `units`"),
            ("[{dense: {units: 3, bais: true}}]", "unknown option 'bais' of dense; did you mean 'bias'?"),
            ("[{flatten: 3}]", "flatten has no options; write its name alone"),
            ("[3]", "this must be the name of a layer, alone or with options, not 3"),
            ("[{}]", "this must be the name of a layer, alone or with options, not a mapping"),
            ("[[flatten]]", "this must be the name of a layer, alone or with options, not a list"),
            ("flatten", "the network must hold a list, not 'flatten'"),
            ("", "the network must hold a list, not nothing"),
            ("[]", "the network has no layers; give it at least one"),
            ("[{residual: flatten}]", "`layers` of residual must hold a list, not 'flatten'"),
            ("[{residual: [conv3d]}]", "unknown layer 'conv3d'; did you mean 'conv2d'?"),
            ("[{residual: []}]", "residual: `layers` must have at least 1 item, not 0"),
            (
                "[{grouped: {filters: 3, groups: 2}}]",
                "grouped: `filters` (=3) must be divisible by `groups` (=2)",
            ),
        ],
    )  # fmt: skip
    def test_a_wrong_layer(self, network, problem):
        assert of_network(network) == [f"3: {problem}"]

    def test_options_that_are_not_indented(self):
        network = "\n  - dense:\n    units: 3\n"
        assert of_network(network) == [
            "4: dense needs `units`",
            "5: 'units' stands beside 'dense' as if it were another layer; options of 'dense' go "
            "one level deeper; another layer is an item of its own",
        ]


STAGE = "[{stage: conv, repeat: %s, layers: [flatten]}]"
SHARED = "it is for values inside a repeated stage"


class TestStages:
    @pytest.mark.parametrize(
        ("network", "problem"),
        [
            (STAGE % "0", "`repeat` must reach 1; a stage that never comes is none"),
            (STAGE % "{low: 0, high: 0}", "`repeat` must reach 1; a stage that never comes is none"),
            (STAGE % "-1", "`repeat` of stage 'conv' (=-1) must be at least 0"),
            (STAGE % "{low: -1, high: 2}", "`repeat` of stage 'conv': low (=-1) must be at least 0"),
            (STAGE % "{low: 1, high: 2.5}", "`repeat` of stage 'conv': high (=2.5) must be a valid integer"),
            (STAGE % "often", "`repeat` of stage 'conv' (='often') must be a valid integer"),
            (STAGE % "10000", "up to 10,000 repeats; at most 100"),
            ("[{stage: a, repeat: 10, layers: [{stage: b, repeat: 20, layers: [flatten]}]}]", "up to 200 repeats; at most 100"),
            ("[{stage: conv, layers: []}]", "stage 'conv' has no layers; give it at least one"),
            ("[{stage: conv, layers: 3}]", "stage 'conv' must hold a list, not 3"),
            ("[{stage: conv}]", "a stage needs `layers`"),
            ("[{stage: conv, layer: [flatten], layers: [flatten]}]", "unknown key 'layer' of a stage; did you mean 'layers'?"),
            ("[{stage: a.b, layers: [flatten]}]", "`stage` of a stage (='a.b') must be of letters, digits, _ and -, and begin with a letter"),
            ("[{stage: 1, layers: [flatten]}]", "`stage` of a stage (=1) must be a valid string"),
            ("[{stage: a, layers: [flatten]}, {stage: a, layers: [flatten]}]", "a stage 'a' is here already; give it another name"),
            ("[{dense: {units: {low: 1, high: 2, shared: true}}}]", f"`shared` means nothing here; {SHARED}"),
            ("[{dense: {units: {low: 1, high: 2, grow: 2}}}]", f"`grow` means nothing here; {SHARED}"),
            ("[{choices: {a: []}, shared: true}]", f"`shared` means nothing here; {SHARED}"),
            ("[{stage: s, repeat: {low: 1, high: 2, shared: true}, layers: [flatten]}]", f"`shared` means nothing here; {SHARED}"),
            ("[{stage: s, layers: [{dense: {units: {low: 1, high: 2, grow: 0}}}]}]", "`grow` of a range for `units` of dense (=0) must be greater than 0"),
            ("[{stage: s, layers: [{activation: {choices: [relu], grow: 2}}]}]", "`name` of activation cannot grow; only numbers can"),
            ("[{stage: o, layers: [{stage: s, repeat: {low: 1, high: 2, grow: 2}, layers: [flatten]}]}]", "`repeat` cannot grow"),
        ],
    )  # fmt: skip
    def test_a_wrong_stage(self, network, problem):
        assert of_network(network) == [f"3: {problem}"]


class TestChoices:
    @pytest.mark.parametrize(
        ("network", "problem"),
        [
            ("[{choices: {}}]", "choices of `choice` are empty; give at least one"),
            ("[{choices: 3}]", "choices of `choice` must be a mapping or list, not 3"),
            ("[{choices: [flatten]}]", "branches need names; {choices: {NAME: [layer, …], …}}"),
            ("[{choices: {a: flatten}}]", "branch 'a' must hold a list, not 'flatten'"),
            ("[{choices: {a: [conv3d]}}]", "unknown layer 'conv3d'; did you mean 'conv2d'?"),
            ("[{choices: {1a: []}}]", "the name of branch '1a' must be of letters, digits, _ and -, and begin with a letter"),
            ("[{choices: {a: []}, nam: x}]", "unknown key 'nam' of a choice; did you mean 'name'?"),
            ("[{choices: {a: []}, name: x.y}]", "`name` of a choice (='x.y') must be of letters, digits, _ and -, and begin with a letter"),
        ],
    )  # fmt: skip
    def test_a_wrong_choice(self, network, problem):
        assert of_network(network) == [f"3: {problem}"]


class TestTraining:
    @pytest.mark.parametrize(
        ("training", "problem"),
        [
            ("3", "training must be a mapping, not 3"),
            ("{batchsize: 3}", "unknown option 'batchsize' of training; did you mean 'batch_size'?"),
            ("{batch_size: ten}", "`batch_size` of training (='ten') must be a valid integer"),
            ("{epochs: {low: 1, high: 3}}", "`epochs` cannot be drawn; all trials train for one length; weak ones are stopped early"),
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
            ("{optimizer: 3}", "this must be the name of a optimizer, alone or with options, not 3"),
            ("{schedule: constnt}", "unknown schedule 'constnt'; did you mean 'constant'?"),
            ("{augment: flip}", "`augment` of training must hold a list, not 'flip'"),
            ("{augment: [flpi]}", "unknown augmentation 'flpi'; did you mean 'flip'?"),
        ],
    )  # fmt: skip
    def test_a_wrong_setting(self, training, problem):
        assert of_training(training) == [f"4: {problem}"]


class TestSections:
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
            ("objective: accuracy", "the objective must be a mapping, not 'accuracy'; keys: metric, constraints"),
            ("search: {trials: 0}", "`trials` of the search section (=0) must be at least 1"),
            ("search: {trials: 1.5}", "`trials` of the search section (=1.5) must be a valid integer"),
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
            ("task: [1]", "this must be the name of a task, not a list; known: image_classification"),
            ("data: fashion_mni", "unknown dataset 'fashion_mni'; did you mean 'fashion_mini'?"),
            ("data: 3", "this must be the name of a dataset, not 3; known: fashion_mini, digits"),
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


class TestBaseline:
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
            ("conv.repeat: 3", "the baseline of `conv.repeat` (=3) must be 1 … 2"),
            ("conv.repeat: 1.0", "the baseline of `conv.repeat` (=1.0) must be 1 … 2"),
            ("conv.repeat: true", "the baseline of `conv.repeat` (=True) must be 1 … 2"),
            ("conv.1.units: 12", "the baseline of `conv.1.units` (=12) must be 8 … 64 (step 8)"),
            ("conv.1.dropout: 0.6", "the baseline of `conv.1.dropout` (=0.6) must be 0.0 … 0.5"),
            ("activation: silu", "the baseline of `activation` (='silu') must be relu | gelu"),
            ("activation: [relu]", "the baseline of `activation` must be a single value, not a list; it is drawn from relu | gelu"),
        ],
    )  # fmt: skip
    def test_a_wrong_baseline(self, baseline, problem):
        text = f"{HEAD}baseline:\n  {baseline}\nnetwork: {self.NETWORK}"
        assert problems(text) == [f"4: {problem}"]

    def test_beside_other_problems_only_what_is_certain_is_told(self):
        network = "[{stage: conv, repeat: {low: 1, high: 2}, layers: [{dens: {low: 1, high: 2}}]}]"
        baseline = "{conv.1.units: 1, conv.repeat: 5, cov.repeat: 1}"
        assert problems(f"{HEAD}baseline: {baseline}\nnetwork: {network}") == [
            "3: the baseline of `conv.repeat` (=5) must be 1 … 2",
            "3: no stage or setting 'cov' for `cov.repeat`; did you mean 'conv'?",
            "4: unknown layer 'dens'; did you mean 'dense'?",
        ]


BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)  # fmt: skip
TOO_DEEP = "nested too deeply: over 50 levels, aliases written out"


class TestYaml:
    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "1: the file is empty; try: automl new NAME"),
            ("# nothing\n", "1: the file is empty; try: automl new NAME"),
            ("- a\n", "1: a search space must be a mapping, not a list; keys: task, data, network, training, objective, search, baseline"),
            ("a: 1\nb: [1\n", "3: broken YAML: expected ',' or ']', but got '<stream end>'; while parsing a flow sequence that began in line 2"),
            ("a: b: c\n", "1: broken YAML: mapping values are not allowed here"),
            ("a:\n\t- b\n", "2: broken YAML: found character '\\t' that cannot start any token"),
            ("a: *b\n", "1: broken YAML: found undefined alias 'b'"),
            ("a: 1\n---\nb: 1\n", "2: broken YAML: but found another document; expected a single document in the stream that began in line 1"),
            ("a: \x07", "1: broken YAML: special characters are not allowed; at '\\x07'"),
            (BOMB, "1: too large: over 10,000 values, aliases written out"),
            ("a: &a [*a]\n", f"1: {TOO_DEEP}"),
            ("a: " + "[" * 60 + "]" * 60, f"1: {TOO_DEEP}"),
            ("a: " + "[" * 1000, "1: broken YAML: nested too deeply; at most 50 levels"),
        ],
    )  # fmt: skip
    def test_a_document_of_no_use(self, text, problem):
        assert problems(text) == [problem]

    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            ("!!python/object:os.system {}", None),
            ("!shell rm", "the tag !!shell has no meaning in a space"),
            (".nan", "'.nan' is not a number"),
            ("1e999", "1e999 is not a number between -1e15 and 1e15"),
            ("99999999999999999999", "99999999999999999999 is not a number between -1e15 and 1e15"),
            ("!!int abc", "'abc' is not a number"),
            ('"\\ud800"', "the text holds a letter that does not exist"),
        ],
    )
    def test_a_scalar_that_no_space_holds(self, value, problem):
        found = of_section(f"search:\n  trials: {value}")
        assert problem is None or f"5: {problem}" in found
        assert all(each.startswith("5: ") for each in found)

    def test_a_key_that_is_there_twice(self):
        assert of_section("training: {epochs: 3}\nsearch: {}\ntraining: {}") == [
            "6: 'training' is here twice; first in line 4"
        ]

    @pytest.mark.parametrize("key", ["1", "true", "[a]", "null"])
    def test_a_key_that_is_no_name(self, key):
        assert of_section(f"training:\n  ? {key}\n  : 3") == [
            "5: a name must be a word; write it in quotes if it is one"
        ]


class TestFiles:
    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(SpaceError, match=r"gone.yaml:1: cannot read the file: No such file"):
            read_space(tmp_path / "gone.yaml", VOCABULARY)

    def test_a_folder(self, tmp_path):
        with pytest.raises(SpaceError, match="space:1: cannot read the file: Is a directory"):
            read_space(tmp_path, VOCABULARY, shown_as="space")

    def test_a_file_that_is_no_text(self, tmp_path):
        path = tmp_path / "space.yaml"
        path.write_bytes(b"task: a\ndata: \xff\xfe\n")
        with pytest.raises(SpaceError, match="space.yaml:2: this is not text in UTF-8"):
            read_space(path, VOCABULARY)

    def test_a_byte_order_mark_is_fine(self, tmp_path):
        path = tmp_path / "space.yaml"
        path.write_bytes(b"\xef\xbb\xbf" + read().text.encode())
        assert read_space(path, VOCABULARY).source == str(path)

    def test_a_file_is_named_as_the_user_named_it(self, tmp_path):
        path = Path(tmp_path / "space.yaml")
        path.write_text("task: x\n")
        with pytest.raises(SpaceError) as caught:
            read_space(path, VOCABULARY, shown_as="mine")
        assert str(caught.value).splitlines()[0].startswith("mine:1: ")


def test_all_problems_are_told_at_once_by_line():
    text = """
task: image_clasification
data: digits
netwrk: []
network:
  - stage: conv
    layers: [{conv2d: {filtres: 3, filters: {low: 4, high: 1}}}]
  - activation: {choices: []}
training:
  optimizer: adam
search: {sampler: tpee}
baseline: {cov.repeat: 1}
"""
    lines = [each.partition(":")[0] for each in problems(text)]
    assert lines == ["2", "4", "7", "7", "8", "10", "11", "12"]


def test_a_space_of_too_many_parameters():
    layers = "{dropout: {low: 0, high: 0.5}}, " * 101
    network = f"[{{stage: s, repeat: 100, layers: [{layers}]}}]"
    assert of_network(network) == [
        "1: the space has too many parameters; at most 10,000, all repeats and branches counted"
    ]


def test_what_an_alias_repeats_is_told_once():
    assert of_network("[{dense: &wide 0}, {dense: *wide}]") == [
        "3: `units` of dense (=0) must be at least 1"
    ]
