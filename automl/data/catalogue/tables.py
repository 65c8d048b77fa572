"""Published tables."""

from __future__ import annotations

from typing import ClassVar

from automl.data.catalogue.downloads import PythonPackage, WebFolder
from automl.data.catalogue.published import DatasetEntry, PublishedFile, PublishedSource, fetch
from automl.data.dataset import Dataset
from automl.data.source import Announce
from automl.data.splits import FIXED_SEED
from automl.data.tables.dataset import TableSplitter, make_table_dataset
from automl.data.tables.reader import read_table


class BreastCancer(PublishedSource):
    """569 tumours, malignant or benign, by 30 measures of their cells' nuclei.

    Source: W. Wolberg et al., Breast Cancer Wisconsin (Diagnostic), UCI 1995
    (https://doi.org/10.24432/C5DW2B).
    """

    kind: ClassVar[str] = "table"
    entry = DatasetEntry(
        name="breast_cancer",
        title="Malignant or benign, by 30 measures of cell nuclei",
        kind="table",
        rows=569,
        licence="BSD-3-Clause",
        home="https://doi.org/10.24432/C5DW2B",
        citation="Wolberg, Mangasarian, Street and Street, UCI 1995",
        comes_with="scikit-learn",
    )

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """70 % train, 15 % validation and 15 % test."""
        from sklearn.datasets import load_breast_cancer

        found = load_breast_cancer(as_frame=True)
        labels = found.target.map(dict(enumerate(found.target_names)))
        return make_table_dataset(
            name, found.data.assign(diagnosis=labels), "diagnosis", TableSplitter(FIXED_SEED)
        )


class Diabetes(PublishedSource):
    """442 patients: how far diabetes went in a year, by ten measures at its beginning.

    Source: B. Efron et al., Least Angle Regression, Annals of Statistics 2004.
    """

    kind: ClassVar[str] = "table"
    entry = DatasetEntry(
        name="diabetes",
        title="How far a disease is in a year, by ten measures of a patient",
        kind="table",
        rows=442,
        licence="BSD-3-Clause",
        home="https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
        citation="Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression, 2004",
        comes_with="scikit-learn",
    )

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """70 % train, 15 % validation and 15 % test."""
        from sklearn.datasets import load_diabetes

        found = load_diabetes(as_frame=True)
        return make_table_dataset(
            name,
            found.data.assign(progression=found.target),
            "progression",
            TableSplitter(FIXED_SEED),
        )


class Diamonds(PublishedSource):
    """53,940 diamonds: price in US dollars from weight, cut, colour, clarity and measures.

    Source: H. Wickham, ggplot2 (Springer 2009), its ``diamonds``, as plotnine carries it.
    """

    kind: ClassVar[str] = "table"
    entry = DatasetEntry(
        name="diamonds",
        title="Prices of diamonds, by weight, cut, colour, clarity and dimensions",
        kind="table",
        rows=53_940,
        licence="MIT",
        home="https://github.com/has2k1/plotnine/tree/v0.14.5/plotnine/data",
        citation="Wickham, ggplot2: Elegant Graphics for Data Analysis, 2016",
        files=(
            PublishedFile(
                "diamonds.csv",
                2_772_143,
                "sha256:9574730b03aba241d899c4a97511c5061b19358fab89510774fb6c24168345c4",
            ),
        ),
        sources=(
            WebFolder("https://raw.githubusercontent.com/has2k1/plotnine/v0.14.5/plotnine/data"),
            PythonPackage("plotnine", "0.14.5", "plotnine/data"),
        ),
    )

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """70 % train, 15 % validation and 15 % test."""
        return make_table_dataset(
            name, read_table(fetch(self.entry, announce)), "price", TableSplitter(FIXED_SEED)
        )
