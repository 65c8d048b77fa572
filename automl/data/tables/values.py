"""What the values of a column are, however a file held them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values as strings; whole numbers as such, though missing ones beside them made them floats.

    What is missing stays so.
    """
    return values.astype(object).map(_as_text, na_action="ignore")


def _as_text(value: Any) -> str:
    is_whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if is_whole else str(value)


def parse_dates(values: pd.Series[Any], form: str | None) -> pd.Series[Any]:
    """Dates in UTC; NaT for what is none."""
    import pandas as pd

    return pd.to_datetime(values, format=form, errors="coerce", utc=True)


def is_nested(values: pd.Series[Any]) -> bool:
    """Whether some value is a list or an object."""
    from pandas.api import types

    return values.dtype == object and not all(map(types.is_scalar, values))


def is_number(values: pd.Series[Any]) -> bool:
    """Whether the values are numbers, among them decimal ones and ints of any length."""
    from pandas.api import types

    if types.is_numeric_dtype(values):
        return not types.is_bool_dtype(values)
    return types.infer_dtype(values, skipna=True) in ("integer", "mixed-integer-float", "decimal")
