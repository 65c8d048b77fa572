"""Tables."""

from __future__ import annotations

from automl.data.catalogue.entry import Entry, File
from automl.data.catalogue.sources.download import Download
from automl.data.catalogue.sources.pypi import PyPI

BREAST_CANCER = Entry(
    name="breast_cancer",
    title="Malignant or benign, by 30 measures of cell nuclei",
    kind="table",
    rows=569,
    licence="BSD-3-Clause",
    home="https://doi.org/10.24432/C5DW2B",
    citation="Wolberg, Mangasarian, Street and Street, UCI 1995",
    comes_with="scikit-learn",
)

DIABETES = Entry(
    name="diabetes",
    title="How far a disease is in a year, by ten measures of a patient",
    kind="table",
    rows=442,
    licence="BSD-3-Clause",
    home="https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
    citation="Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression, 2004",
    comes_with="scikit-learn",
)

DIAMONDS = Entry(
    name="diamonds",
    title="Prices of diamonds, by weight, cut, colour, clarity and dimensions",
    kind="table",
    rows=53_940,
    licence="MIT",
    home="https://github.com/has2k1/plotnine/tree/v0.14.5/plotnine/data",
    citation="Wickham, ggplot2: Elegant Graphics for Data Analysis, 2016",
    files=(
        File(
            "diamonds.csv",
            2_772_143,
            "sha256:9574730b03aba241d899c4a97511c5061b19358fab89510774fb6c24168345c4",
        ),
    ),
    sources=(
        Download("https://raw.githubusercontent.com/has2k1/plotnine/v0.14.5/plotnine/data"),
        PyPI("plotnine", "0.14.5", "plotnine/data"),
    ),
)
