"""Reads JSON lines: an object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from automl.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def read_json_lines(text: str, name: str) -> pd.DataFrame:
    """The table of a text; a column for each key that any line has.

    Args:
        text: Of the whole file.
        name: The file's, for messages.

    Raises:
        DataError: A line is not a JSON object; names it.
    """
    import pandas as pd

    lines = enumerate(text.split("\n"), start=1)  # splitlines() also cuts at U+2028
    return pd.DataFrame([_parse(line, f"{name}:{at}") for at, line in lines if line.strip()])


def _parse(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
        if "\\u" in line:  # an escape may be half of a character, which is no text
            json.dumps(record, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        reason = str(error).replace("line 1 ", "")  # json counts from the one line it is given
        raise DataError(f"{where}: not JSON ({reason})") from None
    if not isinstance(record, dict):
        raise DataError(f'{where}: not an object, as {{"text": "fine", "label": 1}} is one')
    return record
