"""The model card: what a person should know before using a model, as Markdown.

Source: Mitchell et al., "Model Cards for Model Reporting" (2019).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from automl.core.data_types import Classes, Target
from automl.core.final import CHOSEN_ON_VALIDATION, openings
from automl.core.markdown import code, table, text
from automl.core.text import duration, epochs, number, value
from automl.export.facts import ModelFacts, ModelScore, Quantized
from automl.export.runtime import input_name, input_shape, output_name, output_shape

_READING = {
    "logits": "The softmax of a row of logits gives the probabilities of its labels.",
    "values": (
        "The values come out in standard units: `mean + std * value`, with the numbers of the "
        "target in `bundle.json` and in float64, gives them in their own units."
    ),
}
_FINAL = (
    "The scores on the validation split are those of models trained on the train split; this one "
    "was then trained on both splits."
)
_ENCODE = """\
from pathlib import Path

from automl.export.bundle import Bundle

encoding = Bundle.load(Path(".")).facts.encoding
readings = list(encoding.read(Path("{file}")))
inputs = encoding.stack([each.value for each in readings if each.value is not None])"""


def render_card(facts: ModelFacts, usage: str) -> str:
    """The model card.

    Args:
        facts: Description of the model.
        usage: Python code that runs the model in its format, from ``inputs`` to ``outputs``.
    """
    sections = [
        f"# {text(facts.origin.study)}, {facts.title}",
        *(f"**Caution:** {text(each)}" for each in facts.doubts),
        _summary(facts),
        f"## Scores\n\n{render_scores(facts)}",
        _outputs(facts.target),
        _networks(facts),
        f"## How it was found\n\n{_history(facts)}",
        f"## How to use it\n\n{_usage(facts, usage)}",
        f"## Limits\n\n{_limits(facts)}",
    ]
    return "\n\n".join(sections) + "\n"


def _summary(facts: ModelFacts) -> str:
    origin, encoding, target = facts.origin, facts.encoding, facts.target
    examples = (f"{count:,} {text(split)}" for split, count in origin.examples.items())
    rows = {
        "Task": text(facts.task.replace("_", " ")),
        "Data": f"{text(origin.data)}, SHA-256 {code(origin.fingerprint)}",
        "Splits": ", ".join(examples) or "-",
        "Input": f"{input_name(encoding)}: {encoding.dtype} {input_shape(encoding)}",
        "Output": f"{output_name(target)}: float32 {output_shape(target)}",
        "Parameters": f"{facts.parameters:,}",
        "Format": text(facts.format),
    }
    return table(("", ""), rows.items())


def _outputs(target: Target) -> str:
    if isinstance(target, Classes):
        labels = ", ".join(map(code, target.labels))
        return f"## Labels\n\nIn the order of the logits: {labels}."
    ahead = f", each {target.steps} steps ahead" if target.steps > 1 else ""
    numbers = zip(target.names, target.mean, target.std, strict=True)
    lines = (
        f"- {code(name)}: {number(mean)} ± {number(std)} in training (mean ± standard deviation)"
        for name, mean, std in numbers
    )
    return f"## Values\n\nIn this order and in standard units{ahead}:\n\n" + "\n".join(lines)


def _networks(facts: ModelFacts) -> str:
    if not facts.ensemble:
        return f"## Network\n\n{_layers(facts.network)}"
    first, *others = facts.ensemble
    if all(each.trial == first.trial for each in others):
        averaged = f"The answers of {len(facts.ensemble)} trainings of it are averaged.\n\n"
        return f"## Network\n\n{averaged if others else ''}{_layers(first.network)}"
    networks = [
        f"### Trial {each.trial}, with a share of {each.share:.0%}\n\n{_layers(each.network)}"
        for each in facts.ensemble
    ]
    intro = "The answers of these networks are averaged, each with its share."
    return "\n\n".join([f"## Networks\n\n{intro}", *networks])


def _layers(network: Sequence[Mapping[str, Mapping[str, Any]]]) -> str:
    lines = [_layer(layer) for layer in network]
    return "\n".join(f"{at}. {line}" for at, line in enumerate([*lines, "output layer"], start=1))


def _layer(layer: Mapping[str, Mapping[str, Any]]) -> str:
    ((name, options),) = layer.items()
    settings = ", ".join(f"{key}={json.dumps(value)}" for key, value in options.items())
    return f"{text(name)} {code(settings)}" if settings else text(name)


def _history(facts: ModelFacts) -> str:
    origin, versions = facts.origin, facts.versions.items()
    splits = "train and validation splits" if facts.trained_on_validation else "train split"
    seed = "" if origin.seed is None else f" with the seed {origin.seed}"
    found = f": {origin.found}" if origin.found else ""
    took = f" The study took {duration(origin.seconds)}." if origin.seconds else ""
    return text(
        f"Trial {origin.trial} of the study {origin.study}{found}. Trained for up to "
        f"{epochs(origin.epochs)} on the {splits} of {origin.data}{seed}.{took} "
        f"Made with {' and '.join(f'{name} {version}' for name, version in versions)}."
    )


def _usage(facts: ModelFacts, usage: str) -> str:
    encoding = facts.encoding
    return (
        f"On files: `automl predict FOLDER {encoding.example_file}`. From Python, in this folder, "
        f"with `inputs` a {encoding.dtype} array {input_shape(encoding)}:\n\n"
        f"```python\n{usage.strip()}\n```\n\n"
        f"{encoding.inputs_note} {_READING[output_name(facts.target)]} The encoding that reads "
        "files into such arrays is in this folder too:\n\n"
        f"```python\n{_ENCODE.format(file=encoding.example_file)}\n```"
    )


def _limits(facts: ModelFacts) -> str:
    lines = [
        facts.encoding.limit_note.format(*facts.encoding.shape),
        f"It was measured on data like its training data; on other {facts.encoding.unit} it may do "
        "much worse.",
    ]
    if isinstance(facts.target, Classes):
        count = len(facts.target.labels)
        lines.insert(0, f"It knows the {count} labels above and always answers with one of them.")
    return "\n".join(f"- {line}" for line in lines)


def render_scores(facts: ModelFacts) -> str:
    """A table of the scores, and what a reader has to know about them."""
    rows = [_row(each) for each in facts.scores]
    notes = [
        _FINAL if facts.trained_on_validation else CHOSEN_ON_VALIDATION,
        openings(facts.origin.test_opened),
    ]
    notes += [_quantized(facts.quantized)] if facts.quantized else []
    headings = ("metric", "split", "value", "95% interval", "from")
    return f"{table(headings, rows)}\n\n" + "\n\n".join(notes)


def _row(score: ModelScore) -> tuple[str, ...]:
    known = score.low is not None and score.high is not None
    interval = f"{value(score.low)} to {value(score.high)}" if known else "-"
    return (text(score.metric), text(score.split), value(score.value), interval, text(score.basis))


def _quantized(found: Quantized) -> str:
    return (
        f"It is written in {text(found.kind)}: {text(str(found))}. The scores above are those of "
        "the model in float32."
    )
