"""What is said of a study's final model: what it is, why, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator

from automl.cli.tables import columns
from automl.cli.terminal import wrap
from automl.core.final import Ensemble, Estimate, Final, openings
from automl.core.text import count, value


def final_text(final: Final) -> str:
    """A few lines."""
    rows = [_row(final.score, "validation", f"mean of {count(len(final.seeds), 'seed')}")]
    rows += [_row(each, "test", final.basis) for each in final.test]
    said = [wrap(f"Final model: {final.made()}; {final.why()}"), columns(rows, "  ")]
    together = [] if final.ensemble is None else _ensemble(final.ensemble, final.basis)
    return "\n".join([*said, *together, *map(wrap, _remarks(final))])


def _ensemble(ensemble: Ensemble, basis: str) -> list[str]:
    rows = [_row(ensemble.validation, "validation", "what they were chosen by")]
    rows += [_row(each, "test", basis) for each in ensemble.test]
    return [wrap(f"Ensemble: {ensemble.made()}"), columns(rows, "  ")]


def _row(score: Estimate, split: str, basis: str) -> tuple[str, ...]:
    sure = score.low is not None and score.high is not None
    interval = f"95%: {value(score.low)} to {value(score.high)}" if sure else ""
    return (f"{score.metric} on {split}", value(score.value), interval, basis)


def _remarks(final: Final) -> Iterator[str]:
    yield openings(final.test_opened)
    for each in final.finalists:
        if each.reason:
            yield f"Trial {each.trial} was out: {each.reason}"
    if final.outdated:
        yield "The study has better trials by now, which it was not chosen of."
