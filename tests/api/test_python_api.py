"""The same from Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl import api
from automl.core.errors import DataError, StudyError, UnknownName, UserError

pytestmark = pytest.mark.slow

SPACE = """\
task: image_classification
data: digits
network: [flatten, {dense: {units: {choices: [8, 16]}}}, {activation: relu}]
training: {epochs: 1, batch_size: 64}
search: {trials: 2, sampler: grid}
"""

TEXTS = """\
task: text_classification
data: {{name: {data}, length: 8}}
network: [{{embedding: 4}}, global_avg_pool, {{dense: {{units: {{choices: [4, 8]}}}}}}]
training: {{epochs: 1, batch_size: 16}}
search: {{trials: 2, sampler: grid}}
"""


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SPACE)
    return "small.yaml"


def test_a_search_gives_the_study(space: str) -> None:
    study = api.search(space, executor="local", finalize=False)
    assert study.outcome.reason == "done"
    assert {trial.parameters["units"] for trial in study.record.trials} == {8, 16}
    assert api.show("small").trials == study.record.trials
    assert [study.name for study in api.studies()] == ["small"]
    details = api.trial("small", 0)
    assert len(details.curve) == 4
    network = details.network
    assert network is not None
    assert [row[0] for row in network.rows] == ["flatten", "dense", "activation", "output"]
    assert network.num_parameters == study.record.trials[0].num_parameters


def test_a_larger_total_goes_on(space: str) -> None:
    api.search(space, executor="local", trials=1, finalize=False)
    assert api.resume("small").record.counted == 1
    assert api.resume("small", trials=2).record.counted == 2


def test_a_seed_decides_everything_in_one_process(space: str) -> None:
    flags = {"executor": "local", "sampler": "random", "trials": 2, "seed": 3, "finalize": False}
    first, second = (api.search(space, name=name, **flags).record for name in ("a", "b"))
    assert [(trial.parameters, trial.objective) for trial in first.trials] == [
        (trial.parameters, trial.objective) for trial in second.trials
    ]


def test_what_is_wrong_is_a_user_error_and_begins_nothing(space: str) -> None:
    for wrong, kind in (
        ({"sampler": "tpee"}, UnknownName),
        ({"metric": "acc"}, UserError),
        ({"data": "./nothing"}, DataError),
        ({"name": "../up"}, UserError),
    ):
        with pytest.raises(kind):
            api.search(space, executor="local", **wrong)
    assert not Path("results", "small").exists()


def test_a_model_without_weights_cannot_be_exported(space: str) -> None:
    api.search(space, executor="local", finalize=False)
    with pytest.raises(StudyError, match="--trial 7: its weights were not kept"):
        api.export("small", trial=7)


def test_an_exported_model_is_where_it_was_asked_for(space: str, tmp_path: Path) -> None:
    api.search(space, executor="local", finalize=False)
    made = api.export("small", format="safetensors", output=str(tmp_path / "mine"))
    assert made.parity.agrees
    assert (tmp_path / "mine" / "model.safetensors").is_file()


@pytest.mark.parametrize("named_in", ["space", "flag"])
def test_own_data_is_found_from_another_folder(
    named_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, elsewhere = tmp_path / "start", tmp_path / "elsewhere"
    for folder in (start, elsewhere):
        folder.mkdir()
    for row in range(40):
        file = start / "texts" / "ab"[row % 2] / f"{row}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"a film of {row} minutes")
    data = "texts" if named_in == "space" else "imdb"
    (start / "own.yaml").write_text(TEXTS.format(data=data))
    monkeypatch.chdir(start)
    flag = None if named_in == "space" else "texts"
    begun = api.search("own.yaml", data=flag, executor="local", trials=1, finalize=False)
    assert begun.record.counted == 1
    monkeypatch.chdir(elsewhere)
    results = str(start / "results")
    assert api.resume("own", trials=2, results=results).record.counted == 2
    exported = api.export("own", results=results)
    assert api.predict(str(exported.path), [str(start / "texts")])[0].prediction is not None
