"""Everything that the report of a study says, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automl.core.final import Final
from automl.core.inspection import Inspection
from automl.core.records import StudyRecord
from automl.core.review import Review
from automl.core.trial import Measurement


@dataclass(frozen=True)
class Cost:
    """What a study took.

    Args:
        begun: When its first trial began, or None.
        ended: When its last one ended, or None.
        wall: Seconds during which any trial ran.
        work: Seconds that trials held workers.
    """

    begun: datetime | None
    ended: datetime | None
    wall: float
    work: float


@dataclass(frozen=True)
class Plots:
    """Optuna's plots, and how much each parameter matters.

    Args:
        figures: Kind -> Plotly figure as JSON; without data where there is nothing to show.
        shown: How many trials they show; fewer than there are, where there are too many.
        shares: Parameter -> its share of what sets the best trials apart, the largest first.
        basis: What the shares are based on, or why there are none.
    """

    figures: Mapping[str, Mapping[str, Any]]
    shown: int
    shares: Mapping[str, float]
    basis: str


@dataclass(frozen=True)
class Model:
    """The best trial's network, and what it does.

    Args:
        network: Layer by layer, or None if that is not known.
        curve: What was measured while it was trained.
        review: What it gets wrong, or None if nobody looked.
    """

    network: Inspection | None = None
    curve: tuple[Measurement, ...] = ()
    review: Review | None = None


@dataclass(frozen=True)
class Origin:
    """Where the numbers come from.

    Args:
        settings: What the study was told to do, as study.yaml has it.
        space: The text of its search space.
        data: The dataset in words; empty if that is not known.
        sha256: Of the data; empty if that is not known.
        versions: Package -> version.
        hardware: What the trials ran on, in words; empty if that is not known.
    """

    settings: Mapping[str, Any]
    space: str
    data: str
    sha256: str
    versions: Mapping[str, str]
    hardware: str


@dataclass(frozen=True)
class Report:
    """A study, what it found, what it cost and how to repeat it.

    Args:
        study: All its trials.
        epochs: Full length of a trial.
        cost: What it took.
        plots: Optuna's.
        model: The best.
        origin: Where the numbers come from.
        final: How the final model was made, or None while there is none.
        test_opened: How many times the test split was looked at.
    """

    study: StudyRecord
    epochs: int
    cost: Cost
    plots: Plots
    model: Model
    origin: Origin
    final: Final | None = None
    test_opened: int = 0
