"""What a task finds when it looks at a model's answers one by one."""

from __future__ import annotations

from dataclasses import dataclass

from automl.core.review import Confusion, Line, Scatter

MOST_MISTAKES = 12
"""So many of the worst are kept."""


@dataclass(frozen=True)
class Finding:
    """An example that a model gets wrong.

    Args:
        index: Its place in the split.
        truth: What would have been right, in words.
        answer: What the model says, in words.
        degree: How wrong that is, in words.
        ahead: Of a forecast, what came and what was said; their steps count from where the past
            ends.
    """

    index: int
    truth: str
    answer: str
    degree: str
    ahead: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Findings:
    """All errors in one picture, and the worst of them, the worst first."""

    errors: Confusion | Scatter
    worst: tuple[Finding, ...]
