"""A study that begins with what another one has found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listener import Listener
from toy import Toy, ToySpace

from automl import api
from automl.api.spaces import make_vocabulary
from automl.core.distributions import Choices, Distribution, Parameter, Range, Value
from automl.core.errors import StudyError, UserError
from automl.core.records import StudyRecord, TrialRecord
from automl.spaces import domain
from automl.spaces.domain import RandomSuggest
from automl.spaces.space import SearchSpace, parse_space
from automl.tuning import SAMPLERS
from automl.tuning.warm_start import Fitting, WarmStart

SEARCH_SPACES = Path(__file__).resolve().parents[2] / "search_spaces"
SHIPPED = sorted(each.stem for each in SEARCH_SPACES.glob("*.yaml"))


def shipped(name: str) -> SearchSpace:
    return parse_space((SEARCH_SPACES / f"{name}.yaml").read_text(), make_vocabulary(), name)


SPACES = {name: shipped(name) for name in SHIPPED}


def draw(space: SearchSpace, seed: int) -> dict[str, Value]:
    """What a trial would have drawn, in its order."""
    drawn: dict[str, Value] = {}
    random = RandomSuggest(seed)

    def suggest(name: str, distribution: Distribution) -> Value:
        drawn[name] = random(name, distribution)
        return drawn[name]

    space.sample(suggest)
    return drawn


def fitting(there: SearchSpace, here: SearchSpace) -> Fitting:
    return Fitting.between(there.parameters(), here.parameters(), domain.accept)


@given(st.sampled_from(SHIPPED), st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_a_space_takes_all_of_its_own(name: str, seed: int) -> None:
    drawn = draw(SPACES[name], seed)
    start = fitting(SPACES[name], SPACES[name]).fit(TrialRecord(0, "complete", 1.0, drawn))
    assert (start.values, start.left) == (drawn, ())


@given(st.sampled_from(SHIPPED), st.sampled_from(SHIPPED), st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_what_a_space_takes_of_another_is_inside(there: str, here: str, seed: int) -> None:
    drawn = draw(SPACES[there], seed)
    start = fitting(SPACES[there], SPACES[here]).fit(TrialRecord(0, "complete", 1.0, drawn))
    known = {each.name: each for each in SPACES[here].parameters()}
    for name, value in start.values.items():
        assert domain.accept(known[name].distribution, value) == value
        for parent, allowed in known[name].when.items():
            assert start.values.get(parent, allowed[0]) in allowed


THERE = (
    Parameter("lr", Range(1e-5, 1.0, log=True), {}),
    Parameter("optimizer", Choices(("adamw", "lion")), {}),
    Parameter("optimizer.lion.beta", Range(0.0, 1.0), {"optimizer": ("lion",)}),
    Parameter("conv.repeat", Range(1, 4), {}),
    Parameter("conv.2.filters", Choices((16, 256)), {"conv.repeat": (2, 3, 4)}),
    Parameter("conv.3.filters", Choices((16, 256)), {"conv.repeat": (3, 4)}),
    Parameter("alpha", Range(0.0, 1.0), {}),
)
HERE = (
    Parameter("lr", Range(1e-4, 1e-1, log=True), {}),
    Parameter("optimizer", Choices(("adamw", "sgd")), {}),
    Parameter("conv.repeat", Range(1, 2), {}),
    Parameter("conv.2.filters", Choices((16, 32)), {"conv.repeat": (2,)}),
    Parameter("schedule", Choices(("cosine", "plateau")), {}),
    Parameter("alpha", Range(0.0, 1.0, step=0.25), {"schedule": ("plateau",)}),
)


def start_of(*trials: dict[str, Value], most: int = 5) -> WarmStart:
    found = Fitting.between(THERE, HERE, domain.accept)
    complete = (TrialRecord(at, "complete", 1 - at / 10, drawn) for at, drawn in enumerate(trials))
    others = TrialRecord(len(trials), "pruned", 2.0, {"lr": 0.01})
    return found.warm_start(StudyRecord("other", "accuracy", True, (*complete, others)), most)


def test_what_does_not_fit_is_named_once_with_its_reason() -> None:
    found = start_of(
        {"lr": 0.5, "optimizer": "adamw", "conv.repeat": 2, "conv.2.filters": 256},
        {"lr": 0.01, "optimizer": "adamw", "conv.repeat": 2, "conv.2.filters": 256},
    )
    assert [start.values for start in found.starts] == [
        {"optimizer": "adamw", "conv.repeat": 2},
        {"lr": 0.01, "optimizer": "adamw", "conv.repeat": 2},
    ]
    assert found.in_words().splitlines() == [
        "right after the baseline: the best configurations of other, from trials 0, 1",
        "  not taken over: lr=0.5: must be 0.0001 … 0.1 (log) here (trial 0)",
        "  not taken over: conv.2.filters=256: must be 16 | 32 here (trials 0, 1)",
    ]


def test_a_branch_that_is_not_here_takes_its_parameters_with_it() -> None:
    drawn = {"lr": 0.01, "optimizer": "lion", "optimizer.lion.beta": 0.5}
    assert start_of(drawn).starts[0].left == ("optimizer=lion: must be adamw | sgd here",)


def test_of_a_stage_that_is_too_deep_the_repeats_that_are_here_stay() -> None:
    drawn = {"conv.repeat": 3, "conv.2.filters": 16, "conv.3.filters": 16}
    start = start_of(drawn).starts[0]
    assert start.values == {"conv.2.filters": 16}
    assert start.left == ("conv.repeat=3: must be 1 … 2 here",)


def test_a_value_brings_the_only_branch_that_has_it() -> None:
    assert start_of({"alpha": 0.75}).starts[0].values == {"alpha": 0.75, "schedule": "plateau"}


def test_the_best_few_distinct_ones_are_taken() -> None:
    trials = [{"lr": lr, "optimizer.lion.beta": 0.1} for lr in (0.01, 0.01, 0.02, 0.03, 0.04)]
    assert [start.trial for start in start_of(*trials, most=3).starts] == [0, 2, 3]


def test_nothing_fits_and_nothing_is_complete() -> None:
    strange = start_of({"optimizer": "lion"})
    assert strange.in_words().splitlines() == [
        "nothing of other fits this space; the search begins as usual",
        "  not taken over: optimizer=lion: must be adamw | sgd here (trial 0)",
    ]
    assert start_of().in_words().startswith("other has no complete trial to begin with")


@pytest.mark.parametrize("name", SAMPLERS.names)
def test_every_sampler_draws_the_rest(name: str, tmp_path: Path) -> None:
    space = ToySpace(
        {"x": Range(0.0, 1.0, step=0.05), "n": Range(1, 8, log=True), "kind": Choices(("a", "b"))},
        depends=lambda values: {"depth": Range(1, 3)} if values["kind"] == "a" else {},
    )
    study = Toy(tmp_path, space, sampler=name, trials=12).begin({"n": 3, "kind": "a"}).study
    first = study.trials[0].parameters
    assert (first["n"], first["kind"]) == (3, "a")
    assert first["depth"] in (1, 2, 3)
    assert study.counted == 12


WIDE = """\
task: image_classification
data: digits
network: [flatten, {dense: {units: {choices: [4, 8, 16]}}}, {activation: relu}]
training: {epochs: 1, batch_size: 64, optimizer: {adamw: {lr: {low: 1e-4, high: 1e-1, log: true}}}}
search: {trials: 4, sampler: random, pruner: none}
baseline: {units: 4}
"""
NARROW = (
    WIDE.replace("data: digits", "data: breast_cancer")
    .replace("image", "tabular")
    .replace("[flatten, {dense", "[{dense")
    .replace("[4, 8, 16]", "[4, 16]")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two spaces, and a study of the wide one."""
    cwd = tmp_path_factory.mktemp("warm")
    (cwd / "wide.yaml").write_text(WIDE)
    (cwd / "narrow.yaml").write_text(NARROW)
    search(cwd, "wide")
    return cwd


def search(cwd: Path, space: str, **flags: Any) -> api.Study:
    results = str(cwd / "results")
    flags = {"executor": "local", "finalize": False, "results": results, **flags}
    return api.search(str(cwd / f"{space}.yaml"), **flags)


@pytest.mark.slow
@pytest.mark.parametrize("deterministic", [False, True])
def test_other_data_begins_with_the_same_configurations(folder: Path, deterministic: bool) -> None:
    heard = Listener()
    found = search(
        folder,
        "narrow",
        name=f"narrow-{deterministic}",
        init_from="wide",
        metric="loss",
        deterministic=deterministic,
        watcher=heard,
    ).record
    wide = api.show("wide", str(folder / "results"))
    assert (found.trials[0].parameters["units"], found.trials[0].origin) == (4, "")
    for trial, best in zip(found.trials[1:4], wide.ranked, strict=False):
        assert trial.origin == f"trial {best.number} of wide"
        assert trial.parameters["optimizer.adamw.lr"] == best.parameters["optimizer.adamw.lr"]
        assert best.parameters["units"] in (trial.parameters["units"], 8)
    assert any(
        line.startswith("right after the baseline: the best configurations of wide")
        for line in heard.told
    )


@pytest.mark.slow
def test_the_portfolio_comes_after_them(folder: Path) -> None:
    (folder / "listed.yaml").write_text(f"{WIDE}portfolio: [{{units: 16}}, {{units: 8}}]\n")
    found = search(folder, "listed", init_from="wide", trials=3)
    resumed = api.resume("listed", trials=8, results=str(folder / "results"))
    begun = [each.origin for each in resumed.record.trials]
    best = api.show("wide", str(folder / "results")).ranked
    assert begun[1:3] == [f"trial {each.number} of wide" for each in best[:2]]
    assert len(found.record.trials) == 3
    assert begun[3:5] == ["entry 1 of the portfolio", "entry 2 of the portfolio"]


@pytest.mark.slow
def test_a_resume_goes_on_without_beginning_again(folder: Path) -> None:
    search(folder, "wide", name="more", init_from="wide", trials=3, seed=7)
    resumed = api.resume("more", trials=5, results=str(folder / "results")).record
    assert [bool(trial.origin) for trial in resumed.trials].count(True) == 2


@pytest.mark.slow
def test_what_cannot_be_taken_over_is_told_before_anything_begins(folder: Path) -> None:
    with pytest.raises(StudyError, match=r"no study 'wid' in .*; did you mean 'wide'"):
        search(folder, "narrow", name="none", init_from="wid")
    with pytest.raises(UserError, match=r"--init-from wide: .* at least --trials 2"):
        search(folder, "narrow", name="none", init_from="wide", trials=1)
    assert not (folder / "results" / "none").exists()
