"""What the model card says of how good the model is, and how sure that is."""

from __future__ import annotations

from automl.core.final import openings
from automl.export.facts import ModelFacts, Quantized, Score
from automl.export.markdown import cell, table

_CHOSEN = (
    "The search chose this model by its score on the validation split, so expect a little less "
    "on new data."
)
_FINAL = (
    "The scores on the validation split are of models that were trained on the train split; this "
    "one was then trained on both."
)


def render_scores(facts: ModelFacts) -> str:
    """A table of the scores, and what one has to know to read it."""
    rows = [_row(each) for each in facts.scores]
    notes = [_FINAL if facts.origin.final else _CHOSEN, openings(facts.origin.test_opened)]
    notes += [_quantized(facts.quantized)] if facts.quantized else []
    headings = ("metric", "split", "value", "95% interval", "from")
    return f"{table(headings, rows)}\n\n" + "\n\n".join(notes)


def _row(score: Score) -> tuple[str, ...]:
    known = score.low is not None and score.high is not None
    interval = f"{score.low:.5g} to {score.high:.5g}" if known else "-"
    return (cell(score.metric), score.split, f"{score.value:.5g}", interval, cell(score.basis))


def _quantized(found: Quantized) -> str:
    return (
        f"It is written in {found.kind}: {cell(str(found))}. The scores above are those of the "
        "model in float32."
    )
