"""What ``automl reproduce`` prints."""

from __future__ import annotations

from collections.abc import Iterator

from automl.api.reproducing import Reproduction
from automl.cli.tables import columns
from automl.cli.terminal import wrap
from automl.core.comparison import TOLERANCE, Difference, Verdict
from automl.core.leg import Leg
from automl.core.text import count, duration, plain


def reproduction_text(found: Reproduction) -> str:
    """Whether the numbers came again; if not, where they part and what may explain it."""
    lines = [_headline(found), *_differences(found), *_endings(found), *_parts(found.legs)]
    return "\n".join([*map(wrap, lines), *_explanations(found)])


def _headline(found: Reproduction) -> str:
    steps, took = count(found.comparison.now, "step"), duration(found.seconds)
    if found.verdict is Verdict.DIFFERENT:
        return f"Different ({steps} of {found.comparison.before}, {took})."
    if not found.comparison.before:
        return f"{found.verdict.value.capitalize()} ({took})."
    if found.verdict is Verdict.EXACT:
        return f"Exactly the same: all metrics of {steps} ({took})."
    return f"The same within rounding: all metrics of {steps} within {TOLERANCE:.0%} ({took})."


def _differences(found: Reproduction) -> Iterator[str]:
    first, largest = found.comparison.first, found.comparison.largest
    if first is not None:
        yield f"From step {first.step} (epoch {first.epoch:g}) on: {_apart(first)}."
    if largest is not None and largest != first:
        yield f"The largest difference: {_apart(largest)}, at step {largest.step}."


def _apart(difference: Difference) -> str:
    was, is_now = plain(difference.before), plain(difference.now)
    if was == is_now:  # it shows in later digits alone
        was, is_now = repr(difference.before), repr(difference.now)
    return f"{difference.metric} is {is_now} and was {was}, {_share(difference.relative)} apart"


def _share(relative: float) -> str:
    return f"{relative:.2%}" if relative >= 0.0001 else f"{relative:.0e}"


def _endings(found: Reproduction) -> Iterator[str]:
    """How both ended, where that was not for want of more steps."""
    then, now = (found.trial.status, found.trial.reason), (found.ended, found.ended_because)
    if then == now:
        yield f"Both {found.ended}: {found.ended_because}."
    elif found.trial.status in ("diverged", "failed"):
        yield f"It {found.trial.status} then: {found.trial.reason}."
    if then != now and found.ended not in ("pruned", "complete"):
        yield f"It {found.ended} now: {found.ended_because}."


def _parts(legs: tuple[Leg, ...]) -> Iterator[str]:
    """How it was trained and replayed, where that is not the usual way."""
    if len(legs) > 1:
        starts = "; ".join(f"from step {leg.begins + 1} with {_means(leg)}" for leg in legs)
        yield f"It was trained in {len(legs)} parts, and so was the replay: {starts}."
    elif legs[0].accumulate > 1:
        yield f"As then, it was trained with {_means(legs[0])}."


def _means(leg: Leg) -> str:
    threads = count(leg.threads, "thread")
    return threads if leg.accumulate == 1 else f"{threads} and batches in {leg.accumulate} parts"


def _explanations(found: Reproduction) -> Iterator[str]:
    if found.changes:
        exact = found.verdict is Verdict.EXACT
        yield "Not all is as it was:" if exact else "What may explain it:"
        yield columns(((change,) for change in found.changes), "  ")
    elif found.verdict is Verdict.DIFFERENT:
        yield "Nothing that is known of it has changed."
