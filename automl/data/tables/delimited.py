"""Reads text with a row a line and a delimiter between fields: CSV and TSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from automl.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

# Fewer than pandas would take: "None" is often the name of a category.
MISSING = ("", "NA", "N/A", "<NA>", "NaN", "nan", "NULL", "null")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
LONGEST_FIELD = 2**31 - 1
LOOKED_AT = 1000


def read_delimited(text: str, name: str, delimiters: str) -> pd.DataFrame:
    """The table of a text whose first row names the columns.

    Args:
        text: Of the whole file.
        name: The file's, for messages.
        delimiters: What may stand between fields; of several, that which the first row has most.
            Beside semicolons, numbers may have a decimal comma.

    Raises:
        DataError: A row has more or fewer fields than the first, or the first row does not name
            the columns.
    """
    import pandas as pd

    first_line = text.lstrip("\r\n").splitlines()[0]
    delimiter = max(delimiters, key=first_line.count)
    header, *rows = _check_rows(text, name, delimiter)
    _check_names(header, rows, name)
    numbers_have_commas = delimiter == ";" and any(
        DECIMAL_COMMA.fullmatch(field) for row in rows for field in row
    )
    try:
        frame: Any = pd.read_csv(
            io.StringIO(text, newline=""),
            sep=delimiter,
            decimal="," if numbers_have_commas else ".",
            header=0,
            names=[field.strip() or f"column {at}" for at, field in enumerate(header, start=1)],
            index_col=False,
            keep_default_na=False,
            na_values=list(MISSING),
            skipinitialspace=True,
            low_memory=False,  # a column has one type, however long it is
        )
    except pd.errors.ParserError as error:
        raise DataError(f'{name}: is a double quote (") never closed? ({error})') from None
    return frame


def _check_rows(text: str, name: str, delimiter: str) -> list[list[str]]:
    """The first rows; all are counted, for pandas fills up a row that is too short."""
    usual = csv.field_size_limit(LONGEST_FIELD)
    try:
        rows = _rows(text, name, delimiter)
        first = list(islice(rows, LOOKED_AT))
        deque(rows, maxlen=0)
        return first
    finally:
        csv.field_size_limit(usual)


def _rows(text: str, name: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    fields, line = 0, 1
    for row in reader:
        if len(row) > 1 or "".join(row).strip():
            fields = fields or len(row)
            if len(row) != fields:
                hint = f'a field that holds {delimiter!r} stands between double quotes (")'
                if reader.line_num > line:
                    hint = f'it ends in line {reader.line_num}: is a double quote (") never closed?'
                sizes = f"the header has {fields} fields, but this row {len(row)}"
                raise DataError(f"{name}:{line}: {sizes}; {hint}")
            yield row
        line = reader.line_num + 1


def _check_names(header: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> None:
    """A header holds no decimal number, and hardly ever a value of the column below it."""
    like_data = [
        field in values or (NUMBER.fullmatch(field) and not field.isdigit())
        for field, *values in zip(header, *rows, strict=True)
    ]
    if all(map(NUMBER.fullmatch, header)) or 2 * sum(map(bool, like_data)) >= len(header):
        raise DataError(
            f"{name}:1: the first row ({', '.join(header)[:60]}) looks like data; add a row above "
            f"it that names the columns"
        )
    column, count = Counter(header).most_common(1)[0]
    if count > 1:
        raise DataError(f"{name}:1: {count} columns are named {column!r}; each needs its own name")
