"""The values of a column as texts, numbers or dates, whatever types a file gave them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.errors import DataError
from automl.data.cells.date_formats import DateFormats, find_date_formats, given_date_format
from automl.data.cells.dates import ISO, read_moment
from automl.data.cells.numbers import most_texts
from automl.data.cells.values import is_missing

if TYPE_CHECKING:
    import pandas as pd

Moments = list[datetime | None]


def as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values as strings, missing ones as they are; whole numbers are written without a fraction.

    pandas turns whole numbers into floats where some are missing.
    """
    return values.astype(object).map(_as_text, na_action="ignore")


def _as_text(value: Any) -> str:
    is_whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if is_whole else str(value)


def is_nested(values: pd.Series[Any]) -> bool:
    """Whether any value is a list or an object."""
    from pandas.api import types

    return values.dtype == object and not all(map(types.is_scalar, values))


def is_number(values: pd.Series[Any]) -> bool:
    """Whether all values are numbers, also Decimal and integers of any length; not booleans."""
    from pandas.api import types

    if types.is_numeric_dtype(values):
        return not types.is_bool_dtype(values)
    return types.infer_dtype(values, skipna=True) in ("integer", "mixed-integer-float", "decimal")


def find_dates(values: pd.Series[Any], given: str | None = None) -> DateFormats | None:
    """The formats of the dates in a column of texts; None if it holds no dates.

    Args:
        values: Column of texts.
        given: Format that the user names, used if it fits; None to find it.

    Raises:
        DataError: Dates cannot be read by the given format.
    """
    texts = as_text(values.dropna()).tolist()
    if given is not None:
        form = given_format(given)
        if texts and _count_unread(texts, form.forms) <= most_texts(len(texts)):
            return form
    return find_date_formats(texts, str(values.name))


def given_format(form: str) -> DateFormats:
    """The format that a user names with --time-format.

    Raises:
        DataError: Dates cannot be read by it.
    """
    try:
        return given_date_format(form)
    except ValueError as error:
        raise DataError(f"--time-format {form!r}: {error}") from None


def read_dates(values: pd.Series[Any], forms: Sequence[str]) -> Moments:
    """The moments in a column, in UTC without a zone; None where a value is missing or no date.

    Args:
        values: Texts or dates.
        forms: Formats of the texts; none for dates, and for texts as in ISO 8601.
    """
    from pandas.api import types

    if types.is_datetime64_any_dtype(values) or not forms:
        return _read_typed(values)
    texts = as_text(values)
    read = _read_texts(set(texts.dropna()), (*forms, *ISO))
    return [read.get(text) for text in texts]


def _read_typed(values: pd.Series[Any]) -> Moments:
    import pandas as pd

    found = pd.to_datetime(values, errors="coerce", utc=True)
    return [None if each is pd.NaT else each.to_pydatetime().replace(tzinfo=None) for each in found]


def _read_texts(texts: Iterable[str], forms: tuple[str, ...]) -> dict[str, datetime]:
    read = {}
    for text in texts:
        try:
            read[text] = read_moment(text, forms)
        except (ValueError, OverflowError):
            continue
    return read


def _count_unread(texts: Sequence[str], forms: tuple[str, ...]) -> int:
    read = _read_texts(set(texts), forms)
    return sum(text not in read and not is_missing(text) for text in texts)
