"""What Optuna's plots show, in words."""

from __future__ import annotations

from dataclasses import dataclass

from automl.core.text import count
from automl.report.content import Report


@dataclass(frozen=True)
class Caption:
    """What stands beside a plot.

    Args:
        title: Its heading.
        text: How to read it.
        empty: What is said instead where there is nothing to show.
    """

    title: str
    text: str
    empty: str


_TOO_FEW = "There are not two complete trials yet that could be compared."
CAPTIONS = {
    "front": Caption(
        "Front",
        "A point for each complete trial; no other beats a blue one in all objectives at once.",
        "No trial is complete yet.",
    ),
    "history": Caption(
        "History",
        "A point for each complete trial; the line is the best so far.",
        "No trial is complete yet.",
    ),
    "importances": Caption(
        "What matters",
        "How much each parameter sets the best trials apart from the others.",
        "It cannot be told yet which parameters matter.",
    ),
    "slice": Caption(
        "Slices",
        "A point for each complete trial, over each of the parameters that matter most; the later "
        "the trial, the bluer.",
        _TOO_FEW,
    ),
    "parallel_coordinate": Caption(
        "Parallel coordinates",
        "A line for each complete trial, through what it drew; the better, the bluer.",
        _TOO_FEW,
    ),
    "rank": Caption(
        "Rank",
        "The parameters that matter most in pairs, a point for each complete trial, from blue for "
        "the lowest value to red for the highest.",
        _TOO_FEW,
    ),
    "timeline": Caption(
        "Timeline",
        "When each trial ran and how it ended; infeasible and diverged ones count as pruned here.",
        "No trial has begun yet.",
    ),
    "learning_curves": Caption(
        "Learning curves",
        "What each trial reported on validation, step by step; the best trial's is blue.",
        "No trial has reported anything yet.",
    ),
}


def sample_note(report: Report) -> str:
    """Of which trials the plots are; empty where they are of all."""
    shown, trials = report.plots.shown, len(report.study.trials)
    if shown == trials:
        return ""
    return (
        f"All plots but the history show {shown:,} of the {count(trials, 'trial')}: the best, and "
        "an even sample of the others."
    )
