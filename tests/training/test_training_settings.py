from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pydantic import ValidationError

from automl.core.errors import UnknownName, UserError
from automl.training import AUGMENTATIONS, OPTIMIZERS
from automl.training.settings import TrainingSettings, reports_per_epoch, resolve


def test_defaults_are_resolved_and_survive_json():
    settings = TrainingSettings()
    assert settings.optimizer["adamw"] == OPTIMIZERS["adamw"]().model_dump()
    assert TrainingSettings(**json.loads(settings.model_dump_json())) == settings


def test_augmentations_are_a_list_in_json_and_a_tuple_in_python():
    assert TrainingSettings(augment=[{"flip": {}}]).augment == ({"flip": {}},)


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"batch_size": 1},
        {"batch_size": 64.5},
        {"label_smoothing": 1.0},
        {"mixup": -0.1},
        {"clip_norm": 0.0},
        {"early_stopping": 0},
        {"learning_rate": 0.1},
    ],
)
def test_refuses_what_makes_no_sense(wrong):
    with pytest.raises(ValidationError):
        TrainingSettings(**wrong)


def test_resolve_builds_options_from_a_name():
    assert resolve(AUGMENTATIONS, {"crop": {"padding": 2}}) == AUGMENTATIONS["crop"](padding=2)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"adamw": {"lr": -1.0}}, r"optimizer adamw: `lr` \(=-1.0\): .* greater than 0"),
        ({"sgd": {"rate": 1.0}}, r"optimizer sgd: `rate` \(=1.0\)"),
        ({}, r"optimizer \(=\{\}\) must be one name"),
        ({"sgd": {}, "adamw": {}}, "must be one name"),
    ],
)
def test_resolve_says_what_is_wrong(choice, message):
    with pytest.raises(UserError, match=message):
        resolve(OPTIMIZERS, choice)


def test_resolve_names_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'adamw'"):
        resolve(OPTIMIZERS, {"adam": {}})


@pytest.mark.parametrize(("epochs", "reports"), [(1, 4), (5, 4), (6, 3), (10, 2), (11, 1), (99, 1)])
def test_reports_per_epoch(epochs, reports):
    assert reports_per_epoch(epochs) == reports


@pytest.mark.slow
def test_settings_and_options_do_without_torch():
    script = (
        "import sys; from automl.training import *; "
        "from automl.training import AUGMENTATIONS, OPTIMIZERS, SCHEDULES; "
        "from automl.training.settings import TrainingSettings; TrainingSettings(); "
        "[family[name]() for family in (AUGMENTATIONS, OPTIMIZERS, SCHEDULES) for name in family]; "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
