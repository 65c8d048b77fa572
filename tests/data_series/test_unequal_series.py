"""Series of several lengths, and tables with a row for each step of many series."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from automl.core.data_types import Classes
from automl.core.errors import DataError
from automl.data.dataset import Dataset
from automl.data.series.labelled import LabelledSeries
from automl.export.scripts.read_series import read as read_by_script
from automl.models import make_preprocess
from automl.models.layers import LAYERS
from automl.models.network import build_model
from automl.trials.preparation import as_tensors

ITEMS, LONGEST = 60, 12


def long_table(lengths: tuple[int, ...] = (6, 9, LONGEST), **columns: str) -> pd.DataFrame:
    random, rows = np.random.default_rng(0), []
    for item in range(ITEMS):
        for step in range(lengths[item % len(lengths)]):
            value = np.sin(step * (1 + item % 2)) + random.normal() / 10
            rows.append((f"s{item:02}", step, value.round(4), ("007", "slow ")[item % 2]))
    frame = pd.DataFrame(rows, columns=["id", "time", "value", "label"])
    return frame.rename(columns=columns)


def wide_table() -> pd.DataFrame:
    frame = long_table().pivot(index="id", columns="time", values="value")
    frame.columns = [f"t{step}" for step in frame.columns]
    return frame.assign(label=[("007", "slow ")[item % 2] for item in range(ITEMS)])


def load(frame: pd.DataFrame, folder: Path, **options: str) -> Dataset:
    frame.to_csv(folder / "series.csv", index=False)
    return LabelledSeries(**options).load(str(folder / "series.csv"), 0, lambda line: None)


def series_of(data: Dataset) -> list[list[float]]:
    """All of them without their padding, sorted."""
    inputs = np.concatenate([each.inputs for each in (data.train, data.validation, data.test)])
    return sorted(each[~np.isnan(each)].round(4).tolist() for each in inputs)


def test_long_and_wide_tables_hold_the_same_series(tmp_path: Path) -> None:
    long, wide = load(long_table(), tmp_path), load(wide_table(), tmp_path)
    assert long.encoding == wide.encoding.model_copy(update={"content": long.encoding.content})
    assert series_of(long) == series_of(wide)
    assert long.target == wide.target == Classes(("007", "slow"))
    assert {len(each) for each in series_of(long)} == {6, 9, 12}
    assert long.encoding.describe() == "up to 12 steps × 1 variable"
    assert any("read 60 series by 'id' in the order of 'time', of 'value'" in n for n in long.notes)
    assert any("series have 6 to 12 steps" in note for note in long.notes)


@pytest.mark.parametrize("name", ["id", "pump", "Zähler"])
def test_the_item_is_found_where_times_repeat(name: str, tmp_path: Path) -> None:
    data = load(long_table(id=name, time="t"), tmp_path)
    assert data.encoding.content.item == name
    assert data.encoding.shape == (12, 1)


def test_rows_in_any_order_are_sorted_by_their_time(tmp_path: Path) -> None:
    whole = load(long_table(), tmp_path)
    shuffled = long_table().sample(frac=1, random_state=0)
    assert series_of(load(shuffled, tmp_path, item="id")) == series_of(whole)


def test_a_long_table_may_have_many_variables_and_columns_of_no_use(tmp_path: Path) -> None:
    frame = long_table((8,))
    data = load(frame.assign(other=frame["value"] * 2, remark="none"), tmp_path)
    assert data.encoding.shape == (8, 2)
    assert not data.encoding.padded
    assert data.encoding.content.values == ("value", "other")
    assert any("left out 'remark'" in note for note in data.notes)


def test_cells_without_a_value_inside_a_series_are_filled_and_told(tmp_path: Path) -> None:
    frame = wide_table().astype({"t3": object})
    frame.loc[frame.index[4], "t3"] = "n/a"
    data = load(frame, tmp_path)
    assert any("filled 1 missing value" in note for note in data.notes)
    before, between, after = wide_table().iloc[4][["t2", "t3", "t4"]]
    filled = next(each for each in series_of(data) if pytest.approx(before, abs=1e-4) in each)
    assert pytest.approx((before + after) / 2, abs=1e-3) in filled
    assert between not in filled


def test_a_column_that_numbers_the_rows_is_no_step(tmp_path: Path) -> None:
    data = load(wide_table().reset_index(drop=True).reset_index(names="id"), tmp_path)
    assert data.encoding.shape == (12, 1)
    assert any("left out 'id', which numbers the rows" in note for note in data.notes)


def test_an_item_of_two_labels_is_one_line(tmp_path: Path) -> None:
    frame = long_table()
    frame.loc[3, "label"] = "slow"
    with pytest.raises(DataError, match=r"series.csv: id 's00' has 'label' '007' and 'slow'"):
        load(frame, tmp_path, item="id")


POOLS = ["global_avg_pool", "global_max_pool", "attention_pool", "last_position", "flatten"]


@pytest.mark.parametrize("pool", [each for each in POOLS if each in LAYERS.names])
@pytest.mark.parametrize(
    "layer", [{"conv1d": {"filters": 4, "kernel_size": 3}}, {"gru": {"units": 4}}]
)
def test_no_network_sees_how_far_a_series_is_filled_up(
    layer: dict[str, dict[str, int]], pool: str, tmp_path: Path
) -> None:
    data = load(long_table(), tmp_path)
    torch.manual_seed(0)
    first = {"gru": {"units": 4, "return_sequences": True}} if "gru" in layer else layer
    model = build_model(
        [first, {pool: {}}],
        data.encoding.shape,
        make_preprocess(data.encoding.preprocessing),
        lambda shape: torch.nn.Linear(shape[0], 2),
    ).eval()
    tensors = as_tensors(data.validation, data.encoding)
    assert tensors.lengths is not None
    whole = model(tensors.inputs)
    assert torch.isfinite(whole).all()
    for at, length in enumerate(tensors.lengths.tolist()):
        alone = model(tensors.inputs[at : at + 1, :length])
        assert torch.allclose(alone, whole[at : at + 1], atol=1e-5)


@pytest.mark.parametrize("make", [long_table, wide_table])
def test_a_bundles_own_program_reads_the_same(
    make: Callable[[], pd.DataFrame], tmp_path: Path
) -> None:
    encoding, file = load(make(), tmp_path).encoding, tmp_path / "new.csv"
    make().drop(columns="label").sample(frac=1, random_state=1).to_csv(file, index=False)
    readings = list(encoding.read(file))
    answers = list(read_by_script(str(file), encoding.model_dump(mode="json")))
    assert [name for name, _ in answers] == [each.name for each in readings]
    for (_, series), reading in zip(answers, readings, strict=True):
        np.testing.assert_allclose(series, reading.value, atol=1e-6)


def test_a_series_longer_than_any_in_training_is_refused_alone(tmp_path: Path) -> None:
    encoding, file = load(long_table(), tmp_path).encoding, tmp_path / "new.csv"
    long_table((6, 13)).to_csv(file, index=False)
    first, second, *_ = encoding.read(file)
    assert first.value is not None
    assert second.error == (
        "id s01: 13 steps × 1 variable, where at most 12 steps × 1 variable are expected"
    )
