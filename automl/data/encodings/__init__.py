"""How examples become the arrays that a model takes: one file per kind of data, one line here."""

from __future__ import annotations

from automl.core.registry import Registry
from automl.data.encodings.encoding import Encoding

ENCODINGS: Registry[type[Encoding]] = Registry(
    "encoding",
    {
        "images": "automl.data.encodings.images:ImageEncoding",
        "text": "automl.data.encodings.text:TextEncoding",
        "table": "automl.data.encodings.table:TableEncoding",
        "series": "automl.data.encodings.series:SeriesEncoding",
    },
)
