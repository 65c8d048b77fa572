from __future__ import annotations

import numpy as np
import pytest
from published_data.series import write_ts

from automl.core.errors import DataError
from automl.data.series.arrays import stack_rows
from automl.data.series.layouts import read_ts


def test_variables_are_columns_and_labels_come_last(tmp_path):
    path = write_ts(tmp_path / "a.ts", ["1,2,3:4,5,6:Run", "7,8,9:10,11,-1.5e1:Stand still"])
    rows = read_ts(path)
    assert rows.labels == ("Run", "Stand still")
    assert rows.places == ("line 6", "line 7")
    np.testing.assert_array_equal(rows.series[0], [[1, 4], [2, 5], [3, 6]])
    assert rows.series[1][2, 1] == -15
    assert rows.series[0].dtype == np.float32


def test_without_labels_all_fields_are_variables(tmp_path):
    rows = read_ts(write_ts(tmp_path / "a.ts", ["1,2:3,4"], labels="false"))
    assert rows.labels is None
    np.testing.assert_array_equal(rows.series[0], [[1, 3], [2, 4]])


def test_missing_values_are_interpolated_and_counted(tmp_path):
    rows = read_ts(write_ts(tmp_path / "a.ts", ["?,1,?,?,4,NaN:a", "1,2,3,4,5,6:b"]))
    values, missing = stack_rows(rows)
    assert values[0, :, 0].tolist() == [1, 1, 2, 3, 4, 4]
    assert missing == 4
    assert values.dtype == np.float32


def test_blank_lines_comments_and_a_byte_order_mark_are_no_matter(tmp_path):
    path = tmp_path / "a.ts"
    path.write_text("\ufeff%# made by a test\n\n@CLASSLABEL TRUE a\n@Data\n\n1,2:a\n# x\n3,4:b\n")
    rows = read_ts(path)
    assert rows.places == ("line 6", "line 8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no @data line"),
        ("1,2:a\n", r"a.ts:1: values above @data"),
        ("@classLabel true\n@data\n", "no series below @data"),
        ("@classLabel true\n@data\n1,2,3\n", r"a.ts:3: no colon"),
        ("@classLabel true\n@data\n1,two:a\n", r"a.ts:3: .*'two'.* or \? if it is missing"),
        ("@classLabel true\n@data\n1,2:3:a\n", r"a.ts:3: its variables have 2, 1 steps"),
        ("@timeStamps true\n@data\n(0,1),(1,2):a\n", r"a.ts:1: @timeStamps true is not supported"),
        ("@targetLabel true\n@data\n1,2:0.5\n", r"a.ts:1: @targetLabel true is not supported"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path, content, message):
    path = tmp_path / "a.ts"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        read_ts(path)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1,2:3,4:a", "1,2:b"], r"line 7: 2 steps × 1 variable, where at most 2 steps × 2 var"),
        (["1,2:a", "?,?:b"], r"line 7: a variable has no value"),
    ],
)
def test_series_that_do_not_go_together_are_told_with_their_line(tmp_path, rows, message):
    with pytest.raises(DataError, match=message):
        stack_rows(read_ts(write_ts(tmp_path / "a.ts", rows)))


def test_a_shorter_series_is_filled_up_behind(tmp_path):
    stacked, filled = stack_rows(read_ts(write_ts(tmp_path / "a.ts", ["1,?,3:a", "4,5:b"])))
    np.testing.assert_array_equal(stacked[:, :, 0], [[1, 2, 3], [4, 5, np.nan]])
    assert filled == 1


def test_a_file_of_another_kind_is_told(tmp_path):
    (tmp_path / "a.ts").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="not UTF-8"):
        read_ts(tmp_path / "a.ts")
    with pytest.raises(DataError, match=r"gone.ts: No such file"):
        read_ts(tmp_path / "gone.ts")
