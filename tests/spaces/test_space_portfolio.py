"""The portfolio of a space: the configurations that come right after its baseline."""

from __future__ import annotations

from reading_spaces import read
from small_vocabulary import VOCABULARY

from automl.core.errors import Infeasible
from automl.core.records import NetworkProfile
from automl.report.space_check import check_space, describe
from automl.spaces.document import split_overrides
from automl.spaces.space import SearchSpace, parse_space

NETWORK = "[{dense: {units: {choices: [4, 8]}, bias: {choices: [true, false]}}}]"
TRAINING = "{clip_norm: {low: 0.5, high: 1.5}}"
PORTFOLIO = """
baseline: {units: 8}
portfolio:
  - {bias: false}
  - {units: 8, clip_norm: 1}
"""


def test_what_is_not_named_has_its_first_choice_or_its_middle() -> None:
    """Whatever the baseline names: each entry can be read alone."""
    space = read(NETWORK, TRAINING, PORTFOLIO)
    assert space.portfolio() == (
        {"units": 4, "bias": False, "clip_norm": 1.0},
        {"units": 8, "bias": True, "clip_norm": 1.0},
    )
    assert isinstance(space.portfolio()[1]["clip_norm"], float)


def test_a_space_without_one() -> None:
    for rest in ("", "portfolio:\n", "portfolio: []\n"):
        assert read(NETWORK, TRAINING, rest).portfolio() == ()


def test_flags_leave_out_what_no_longer_fits() -> None:
    text = f"task: image_classification\ndata: digits\nnetwork: {NETWORK}\n{PORTFOLIO}"

    def with_flags(*flags: str) -> SearchSpace:
        return parse_space(text, VOCABULARY, "space.yaml", split_overrides(flags))

    fixed = with_flags("training.clip_norm=2")
    assert fixed.portfolio() == ({"units": 4, "bias": False}, {"units": 8, "bias": True})
    assert with_flags("portfolio=[{units: 4}]").starts == ({"units": 4},)
    assert with_flags("portfolio=[]").portfolio() == ()


def test_check_shows_the_entries_and_those_that_cannot_be_trained() -> None:
    space = read(NETWORK, TRAINING, PORTFOLIO)
    assert describe(space).portfolio == (
        {"bias": "false"},
        {"units": "8", "clip_norm": "1"},
    )

    def inspect(config: object, limits: object) -> NetworkProfile:
        dense = config.network[0]["dense"]  # type: ignore[attr-defined]
        if not dense["bias"]:
            raise Infeasible("no bias")
        return NetworkProfile(1, 1)

    found = check_space(space, inspect, samples=1)
    assert (found.portfolio, found.baseline) == (("no bias", ""), "")
