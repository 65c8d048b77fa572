"""Tables that are far larger than their files, or hold what no table should."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from limits import GIGABYTE, bounded

from automl.core.errors import DataError
from automl.data.source import load_dataset
from automl.data.tables.reader import read_table

MILLION_ROWS = b"1,2\n" * 1_000_000
TEXTS = {
    "nested.jsonl": '{"a": ' + "[" * 5000 + "]" * 5000 + "}",
    "endless_number.jsonl": '{"a": ' + "9" * 5000 + "}",
    "quote.csv": 'a,b\n"' + "x" * 1_000_000 + "\n",
    "wide.csv": ",".join(f"c{at}" for at in range(10_000)) + "\n1\n",
    "control.csv": "a\x1b[2J\x07,a\x1b[2J\x07\n1,2\n",
}


def refuses(path: Path, saying: str) -> None:
    with bounded(seconds=20, memory=GIGABYTE), pytest.raises(DataError, match=saying) as caught:
        read_table(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_cannot_be_is_refused_in_a_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TEXTS[name], "utf-8")
    refuses(tmp_path / name, name)


@pytest.mark.parametrize(("suffix", "compress"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_a_packed_bomb_is_refused(
    tmp_path: Path, suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    """A gigabyte in a few kilobytes, for packed files can be put one behind the other."""
    path = tmp_path / f"bomb.csv.{suffix}"
    path.write_bytes(compress(b"a,b\n") + compress(MILLION_ROWS) * 250)
    assert path.stat().st_size < 2_000_000
    refuses(path, "could fill up the memory")


@pytest.mark.parametrize("suffix", ["gz", "xz"])
def test_what_packs_well_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"fine.csv.{suffix}"
    compress = {"gz": gzip.compress, "xz": lzma.compress}[suffix]
    path.write_bytes(compress(b"a,b\n" + MILLION_ROWS[:400_000]))
    assert len(read_table(path)) == 100_000


class TestParquet:
    def test_a_bomb_is_refused(self, tmp_path: Path) -> None:
        part = pa.table({"a": pa.array([1] * 1_000_000)})
        with pq.ParquetWriter(tmp_path / "bomb.parquet", part.schema) as writer:
            for _ in range(20):
                writer.write_table(part)
        refuses(tmp_path / "bomb.parquet", "could fill up the memory")

    @pytest.mark.parametrize("place", [4, 100, -100, -8])
    def test_a_damaged_one_is_refused_in_a_line(self, tmp_path: Path, place: int) -> None:
        path = tmp_path / "damaged.parquet"
        pq.write_table(pa.table({"a": list(range(50)), "b": ["x", "y"] * 25}), path)
        content = bytearray(path.read_bytes())
        content[place : place + 8 or None] = b"\xff" * len(content[place : place + 8 or None])
        path.write_bytes(content)
        refuses(path, r"damaged\.parquet")

    def test_bytes_are_text(self, tmp_path: Path) -> None:
        """Old writers know no other type for it."""
        values = [b"fine", b"\xff", None]
        pq.write_table(pa.table({"a": pa.array(values, pa.binary())}), tmp_path / "a.parquet")
        assert list(read_table(tmp_path / "a.parquet")["a"][:2]) == ["fine", "\\xff"]

    def test_bytes_as_labels_are_no_fault_of_ours(self, tmp_path: Path) -> None:
        labels = pa.array([b"\xff", b"\xfe"] * 10, pa.binary())
        steps = {f"t{at}": [float(at + row % 2) for row in range(20)] for at in range(3)}
        pq.write_table(pa.table({"label": labels, **steps}), tmp_path / "s.parquet")
        options = {"target": "label"}
        data = load_dataset(str(tmp_path / "s.parquet"), "series", options, 0, lambda line: None)
        assert data.target.labels == ("\\xfe", "\\xff")
