"""A search stops at once where its space does not fit the data, and says what to type."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from automl import api
from automl.cli import app
from automl.core.errors import UserError

ONE_NETWORK = """\
task: image_classification
data: digits
network: [{conv2d: {filters: 8}}, {max_pool2d: 16}, flatten]
training: {epochs: 1}
"""
LIMITED = """\
task: image_classification
data: digits
network:
  - conv2d: {filters: {choices: [2, 64, 65, 66]}}
  - flatten
training: {epochs: 1}
objective: {constraints: {flops: {max: 10000}}}
"""


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))


def space(text: str) -> str:
    Path("made.yaml").write_text(text)
    return "made.yaml"


def pictures(side: int) -> str:
    for name in ("dark", "light"):
        folder = Path("pictures", name)
        folder.mkdir(parents=True)
        for number in range(8):
            level = number + (200 if name == "light" else 0)
            image = np.full((side, side, 3), level, np.uint8)
            Image.fromarray(image).save(folder / f"{number}.png")
    return "pictures"


def refused(text: str, **options: object) -> str:
    with pytest.raises(UserError) as raised:
        api.search(space(text), executor="local", finalize=False, **options)  # type: ignore[arg-type]
    assert not api.studies(), "no study is left behind"
    return str(raised.value)


def test_a_baseline_that_cannot_be_built_names_the_layer() -> None:
    told = refused(ONE_NETWORK)
    assert "the baseline cannot be trained" in told
    assert "layer 2 (max_pool2d) got an image of (8, 8, 8): its 16×16 window does not fit" in told
    assert "change the space" in told, "these pictures have no other size"


def test_a_size_that_fits_is_named_and_is_right() -> None:
    told = refused(ONE_NETWORK, data=pictures(12))
    assert "add --size 16" in told
    study = api.search(
        "made.yaml", data="pictures", size=16, trials=1, executor="local", finalize=False
    )
    assert study.record.count("complete") == 1


def test_a_limit_that_refuses_most_networks_is_told_with_one_that_does_not() -> None:
    told = refused(LIMITED)
    assert "of the networks cannot be trained" in told
    assert "over the limit of 10,000" in told
    _, _, limit = told.partition("add --set objective.constraints.flops.max=")
    raised = {"objective.constraints.flops.max": limit}
    study = api.search("made.yaml", overrides=raised, trials=1, executor="local", finalize=False)
    assert study.record.count("complete") == 1


def test_check_warns_of_what_would_stop_a_search() -> None:
    found = api.check(space(LIMITED))
    assert "of the networks cannot be trained" in found.problem
    assert found.remedies
    fine = api.check("cnn", size=24, data=pictures(300))
    assert (fine.problem, fine.infeasible, fine.baseline) == ("", 0, "")


def test_check_takes_the_target_and_the_values_that_a_search_takes() -> None:
    rows = [f"{row},{row % 7},{row % 2}" for row in range(60)]
    Path("rows.csv").write_text("\n".join(["size,colour,late", *rows]))
    found = api.check("mlp", "rows.csv", target="size", samples=20)
    assert (found.problem, found.baseline) == ("", "")
    with pytest.raises(UserError, match="no column 'price' for --target"):
        api.check("mlp", "rows.csv", target="price", samples=20)

    raised = {"objective.constraints.flops.max": 10**7}
    assert api.check(space(LIMITED), overrides=raised, samples=20).problem == ""


def test_the_command_that_check_names_has_its_flags_and_the_remedy_in_their_place() -> None:
    flags = ["--set", "objective.constraints.flops.max=20000", "--set", "training.epochs=2"]
    told = CliRunner().invoke(app, ["check", space(LIMITED), *flags]).stdout.splitlines()[-1]
    assert "search made.yaml --set training.epochs=2 --set objective.constraints" in told
    assert told.count("flops.max=") == 1 + told.count(" with --set ")


def test_check_lists_the_portfolio_and_names_what_cannot_be_trained() -> None:
    flags = ["--set", "portfolio=[{filters: 64}, {}]"]
    told = CliRunner().invoke(app, ["check", space(LIMITED), *flags]).stdout
    assert "1  filters 64 (cannot be trained on this data: " in told
    assert "2  all first choices\n" in told
