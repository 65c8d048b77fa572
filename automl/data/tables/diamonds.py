"""Diamonds and their prices."""

from __future__ import annotations

from typing import ClassVar

from automl.data.catalogue.fetch import fetch
from automl.data.dataset import Dataset
from automl.data.source import Announce, Source
from automl.data.splits import FIXED_SEED
from automl.data.tables.assemble import assemble
from automl.data.tables.cut import Cut
from automl.data.tables.read import read_table


class Diamonds(Source):
    """53,940 diamonds: price in US dollars from weight, cut, colour, clarity and measures.

    Source: H. Wickham, ggplot2 (Springer 2009), its ``diamonds``, as plotnine carries it.
    """

    kind: ClassVar[str] = "table"

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """70 % train, 15 % validation and 15 % test."""
        return assemble(name, read_table(fetch(name, announce)), "price", Cut(FIXED_SEED))
