"""Tables that come with scikit-learn."""

from __future__ import annotations

from typing import ClassVar

from automl.data.dataset import Dataset
from automl.data.source import Announce, Source
from automl.data.splits import FIXED_SEED
from automl.data.tables.assemble import assemble
from automl.data.tables.cut import Cut


class BreastCancer(Source):
    """569 tumours, malignant or benign, by 30 measures of their cells' nuclei.

    Source: W. Wolberg et al., Breast Cancer Wisconsin (Diagnostic), UCI 1995
    (https://doi.org/10.24432/C5DW2B).
    """

    kind: ClassVar[str] = "table"

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """70 % train, 15 % validation and 15 % test."""
        from sklearn.datasets import load_breast_cancer

        found = load_breast_cancer(as_frame=True)
        labels = found.target.map(dict(enumerate(found.target_names)))
        return assemble(name, found.data.assign(diagnosis=labels), "diagnosis", Cut(FIXED_SEED))


class Diabetes(Source):
    """442 patients: how far diabetes went in a year, by ten measures at its beginning.

    Source: B. Efron et al., Least Angle Regression, Annals of Statistics 2004.
    """

    kind: ClassVar[str] = "table"

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """70 % train, 15 % validation and 15 % test."""
        from sklearn.datasets import load_diabetes

        found = load_diabetes(as_frame=True)
        return assemble(
            name, found.data.assign(progression=found.target), "progression", Cut(FIXED_SEED)
        )
