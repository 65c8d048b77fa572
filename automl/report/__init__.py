"""What is told about studies, spaces and machines: as plain values, and as files for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from automl.core.delivered import DeliveredModel, delivered_model
from automl.core.error_analysis import ErrorAnalysis
from automl.core.final import FinalRecord
from automl.core.records import NetworkProfile, StudyRecord
from automl.core.registry import Registry
from automl.core.trial import Measurement

FORMATS: Registry[Callable[[Report], str]] = Registry(
    "format of a report",
    {
        "html": "automl.report.html:render_html",
        "md": "automl.report.markdown:render_markdown",
    },
)


@dataclass(frozen=True)
class StudyCost:
    """The time that a study took.

    Args:
        begun: Start of its first trial, or None.
        ended: End of its last trial, or None.
        wall: Seconds during which any trial ran.
        work: Seconds that trials occupied workers, summed.
    """

    begun: datetime | None
    ended: datetime | None
    wall: float
    work: float


@dataclass(frozen=True)
class Plots:
    """Optuna's plots, and how much each parameter matters.

    Args:
        figures: Kind -> Plotly figure as JSON, without data if there is nothing to show.
        shown: Number of trials that the plots show; large studies are sampled.
        shares: Parameter -> its share of importance, largest first.
        basis: What the shares are based on, or why there are none.
    """

    figures: Mapping[str, Mapping[str, Any]]
    shown: int
    shares: Mapping[str, float]
    basis: str


@dataclass(frozen=True)
class ModelDetails:
    """What the files of a study hold of the model that it delivers.

    Args:
        network: Layers of its network, or of each of its networks; None if they are unknown.
        curves: Name of a training of it -> its learning curve.
        review: Error analysis on the validation split, or None if there is none.
        reviewed: The model of the error analysis, in words.
    """

    network: NetworkProfile | None = None
    curves: Mapping[str, tuple[Measurement, ...]] = field(default_factory=dict)
    review: ErrorAnalysis | None = None
    reviewed: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where the numbers come from.

    Args:
        settings: Plan of the study, as study.yaml has it.
        space: Text of its search space.
        data: Description of the dataset; empty if unknown.
        sha256: Hash of the data; empty if unknown.
        versions: Package -> version.
        hardware: Description of the hardware; empty if unknown.
    """

    settings: Mapping[str, Any]
    space: str
    data: str
    sha256: str
    versions: Mapping[str, str]
    hardware: str


@dataclass(frozen=True)
class Report:
    """A study: what it found, what it cost and how to repeat it.

    Args:
        study: The study with all its trials.
        epochs: Epochs of a full trial.
        cost: Time that it took.
        plots: Optuna's plots.
        model: Details of the model that the study delivers.
        origin: Provenance of the numbers.
        final: Record of the final model, or None while there is none.
        test_opened: Number of times that the test split was opened.
    """

    study: StudyRecord
    epochs: int
    cost: StudyCost
    plots: Plots
    model: ModelDetails
    origin: Provenance
    final: FinalRecord | None = None
    test_opened: int = 0

    @cached_property
    def delivered(self) -> DeliveredModel | None:
        """The model that the study delivers; None while it has none."""
        return delivered_model(self.study, self.final)
