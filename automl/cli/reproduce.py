"""``automl reproduce``."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Json, Results, Study
from automl.cli.terminal import columns, counting, echo, wrap
from automl.core.curve_comparison import TOLERANCE, Agreement, MetricDifference
from automl.core.defaults import RESULTS
from automl.core.records import to_stored
from automl.core.text import count, duration, epoch, plain
from automl.core.trial import Segment
from automl.tuning.context import Watcher

if TYPE_CHECKING:
    from automl.api.reproduce import Reproduction


def reproduce(
    study: Study,
    trial: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Number of the trial.  [the best]")
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Train a trial again and compare its numbers.

    Exits 0 if they are equal, exactly or within rounding, and 1 if not.
    """
    from automl import api

    study, results = api.locate_study(study, results)
    with counting("steps replayed") as progress:
        found = api.reproduce(study, trial, results, _Announcing(aside=json), progress)
    if json:
        told = {"verdict": found.verdict.value, "tolerance": TOLERANCE}
        echo(json_module.dumps({**told, **to_stored(found)}))
    else:
        echo(reproduction_text(found))
    if found.verdict is Agreement.DIFFERENT:
        raise typer.Exit(1)


class _Announcing(Watcher):
    """Prints what to know before the replay.

    Args:
        aside: Whether to print on standard error, for standard output is JSON.
    """

    def __init__(self, aside: bool) -> None:
        self._aside = aside

    def announce(self, text: str) -> None:
        """Print it."""
        if self._aside:
            echo(text, err=True)
        else:
            echo(wrap(text))


def reproduction_text(found: Reproduction) -> str:
    """Whether the numbers agree; if not, where they differ and what may explain it."""
    lines = [_headline(found), *_differences(found), *_endings(found), *_segments(found.segments)]
    return "\n".join([*map(wrap, lines), *_explanations(found)])


def _headline(found: Reproduction) -> str:
    steps, took = count(found.comparison.now, "step"), duration(found.seconds)
    if found.verdict is Agreement.DIFFERENT:
        return f"Different ({steps} of {found.comparison.before}, {took})."
    if not found.comparison.before:
        return f"{found.verdict.value.capitalize()} ({took})."
    if found.verdict is Agreement.EXACT:
        return f"Exactly the same: all metrics of {steps} ({took})."
    return f"The same within rounding: all metrics of {steps} within {TOLERANCE:.0%} ({took})."


def _differences(found: Reproduction) -> Iterator[str]:
    first, largest = found.comparison.first, found.comparison.largest
    if first is not None:
        yield f"From step {first.step} (epoch {epoch(first.epoch)}) on: {_apart(first)}."
    if largest is not None and largest != first:
        yield f"The largest difference: {_apart(largest)}, at step {largest.step}."


def _apart(difference: MetricDifference) -> str:
    was, is_now = plain(difference.before), plain(difference.now)
    if was == is_now:  # they differ in later digits
        was, is_now = repr(difference.before), repr(difference.now)
    return f"{difference.metric} is {is_now} and was {was}, {_share(difference.relative)} apart"


def _share(relative: float) -> str:
    return f"{relative:.2%}" if relative >= 0.0001 else f"{relative:.0e}"


def _endings(found: Reproduction) -> Iterator[str]:
    """How both ended, unless they were just stopped."""
    then, now = (found.trial.status, found.trial.reason), (found.ended, found.ended_because)
    if then == now:
        yield f"Both {found.ended}: {found.ended_because}."
    elif found.trial.status in ("diverged", "failed"):
        yield f"It {found.trial.status} then: {found.trial.reason}."
    if then != now and found.ended not in ("pruned", "complete"):
        yield f"It {found.ended} now: {found.ended_because}."


def _segments(segments: tuple[Segment, ...]) -> Iterator[str]:
    """How it was trained and replayed, if that was unusual."""
    if len(segments) > 1:
        starts = "; ".join(
            f"from step {segment.begins + 1} with {_means(segment)}" for segment in segments
        )
        yield f"It was trained in {len(segments)} segments, and so was the replay: {starts}."
    elif segments[0].grad_accumulation > 1:
        yield f"As then, it was trained with {_means(segments[0])}."


def _means(segment: Segment) -> str:
    threads = count(segment.threads, "thread")
    return (
        threads
        if segment.grad_accumulation == 1
        else f"{threads} and batches in {segment.grad_accumulation} parts"
    )


def _explanations(found: Reproduction) -> Iterator[str]:
    if found.changes:
        exact = found.verdict is Agreement.EXACT
        yield "Changed conditions:" if exact else "Possible causes:"
        yield columns(((change,) for change in found.changes), "  ")
    elif found.verdict is Agreement.DIFFERENT:
        yield "No known condition has changed."
