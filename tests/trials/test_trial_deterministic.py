"""When asked, a trial's numbers depend on nothing but its spec."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

# In a process of its own: the switches are the whole process's, for good.
SCRIPT = """
import json, os, sys
from functools import partial
from pathlib import Path
import torch
from small_trials import make_spec, run, values
from automl.data.source import load_dataset
from automl.trials import make_runner

layers = (
    {"conv2d": {"filters": 4, "kernel_size": 3, "stride": 1, "bias": True, "padding": "same"}},
    {"batch_norm": {}}, {"max_pool2d": {"size": 2, "stride": None}},
    {"flatten": {}}, {"dense": {"units": 8, "bias": True}}, {"dropout": {"rate": 0.2}},
)
digits = load_dataset("digits", "images", {}, 0, print)
training = {"mixup": 0.2, "class_weights": "balanced", "augment": [{"rotate": {}}, {"erase": {}}]}
spec = make_spec(Path(sys.argv[1]), layers, **training)
for deterministic in (False, True):
    runner = partial(make_runner, deterministic=deterministic)(threads=1)
    first, again = (run(runner(spec, digits)) for _ in range(2))
    print(json.dumps({
        "status": first.status.name,
        "reason": first.reason,
        "same": values(first.measurements) == values(again.measurements),
        "on": torch.are_deterministic_algorithms_enabled(),
        "fills": torch.utils.deterministic.fill_uninitialized_memory,
        "tries out": torch.backends.cudnn.benchmark,
        "cublas": os.environ.get("CUBLAS_WORKSPACE_CONFIG"),
    }))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What is so after a trial that is not deterministic, and then after one that is."""
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{here}{os.pathsep}{here.parent.parent}"}
    environment.pop("CUBLAS_WORKSPACE_CONFIG", None)
    command = [sys.executable, "-c", SCRIPT, tmp_path_factory.mktemp("trial")]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()[-2:]]


def test_a_deterministic_trial_repeats_itself_with_every_setting(told: list[dict]) -> None:
    found = told[1]
    assert (found["status"], found["reason"], found["same"]) == ("COMPLETE", "", True)
    assert (found["on"], found["fills"], found["tries out"]) == (True, False, False)
    assert found["cublas"] == ":4096:8"


def test_nobody_pays_for_it_unasked(told: list[dict]) -> None:
    plain = told[0]
    assert (plain["status"], plain["on"], plain["cublas"]) == ("COMPLETE", False, None)
