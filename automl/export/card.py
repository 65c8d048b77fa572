"""The model card: what a person should know before using a model, as Markdown.

Source: Mitchell et al., "Model Cards for Model Reporting" (2019).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from automl.core.target import Classes, Target
from automl.export.facts import ModelFacts
from automl.export.interface import input_name, input_shape, output_name, output_shape
from automl.export.kinds import KINDS

_CAUTION = {
    "validation": (
        "The search chose this model by its score on the validation split, so expect a little less "
        "on new data. The test split has not been opened."
    ),
    "test": "The test split was opened for this one number, after the search had ended.",
}

_READING = {
    "logits": "The softmax of a row of logits is its labels' probabilities.",
    "values": "The values come out in their own units: scaling them is part of the model.",
}
_ENCODE = """\
from pathlib import Path

from automl.export.bundle import Bundle

encoding = Bundle.load(Path(".")).facts.encoding
readings = list(encoding.read(Path("{file}")))
inputs = encoding.stack([each.value for each in readings if each.value is not None])"""


def render_card(facts: ModelFacts, usage: str) -> str:
    """The model card.

    Args:
        facts: About the model.
        usage: Python that runs the model in its format, from ``inputs`` to ``outputs``.
    """
    sections = [
        f"# {_plain(facts.origin.study)}, trial {facts.origin.trial}",
        _table(facts),
        _CAUTION[facts.score.split],
        _outputs(facts.target),
        f"## Network\n\n{_layers(facts)}",
        f"## How it was found\n\n{_history(facts)}",
        f"## How to use it\n\n{_usage(facts, usage)}",
        f"## Limits\n\n{_limits(facts)}",
    ]
    return "\n\n".join(sections) + "\n"


def _table(facts: ModelFacts) -> str:
    score, origin, encoding, target = facts.score, facts.origin, facts.encoding, facts.target
    rows = {
        "Task": facts.task.replace("_", " "),
        "Score": f"{score.metric} {score.value:.5g} on the {score.split} split",
        "Data": f"{origin.data}, SHA-256 `{origin.fingerprint}`",
        "Input": f"{input_name(encoding)}: {encoding.dtype} {input_shape(encoding)}",
        "Output": f"{output_name(target)}: float32 {output_shape(target)}",
        "Parameters": f"{facts.parameters:,}",
        "Format": facts.format,
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {key} | {_plain(rows[key])} |" for key in rows)])


def _outputs(target: Target) -> str:
    if isinstance(target, Classes):
        labels = ", ".join(map(_code, target.labels))
        return f"## Labels\n\nIn the order of the logits: {labels}."
    ahead = f", each {target.steps} steps ahead" if target.steps > 1 else ""
    numbers = zip(target.names, target.mean, target.std, strict=True)
    lines = (
        f"- {_code(name)}: {mean:.5g} ± {std:.5g} in training (mean ± standard deviation)"
        for name, mean, std in numbers
    )
    return f"## Values\n\nIn this order and in their own units{ahead}:\n\n" + "\n".join(lines)


def _layers(facts: ModelFacts) -> str:
    lines = [_layer(layer) for layer in facts.network]
    return "\n".join(f"{at}. {line}" for at, line in enumerate([*lines, "output layer"], start=1))


def _layer(layer: Mapping[str, Mapping[str, Any]]) -> str:
    ((name, options),) = layer.items()
    settings = ", ".join(f"{key}={json.dumps(value)}" for key, value in options.items())
    return f"{_plain(name)} {_code(settings)}" if settings else _plain(name)


def _history(facts: ModelFacts) -> str:
    made_by = " and ".join(f"{name} {version}" for name, version in facts.versions.items())
    return _plain(
        f"Trial {facts.origin.trial} of the study {facts.origin.study}, trained for up to "
        f"{facts.origin.epochs} epochs on the train split of {facts.origin.data}. "
        f"Made with {made_by}."
    )


def _usage(facts: ModelFacts, usage: str) -> str:
    encoding, kind = facts.encoding, KINDS[facts.encoding.kind]
    return (
        f"On files: `automl predict FOLDER {kind.file}`. From Python, in this folder, with "
        f"`inputs` a {encoding.dtype} array {input_shape(encoding)}:\n\n"
        f"```python\n{usage.strip()}\n```\n\n"
        f"{kind.inputs} {_READING[output_name(facts.target)]} The encoding that reads files into "
        "such arrays is in this folder too:\n\n"
        f"```python\n{_ENCODE.format(file=kind.file)}\n```"
    )


def _limits(facts: ModelFacts) -> str:
    lines = [
        KINDS[facts.encoding.kind].limit.format(*facts.encoding.shape),
        f"It was measured on data like its training data; on other {facts.encoding.unit} it may do "
        "much worse.",
    ]
    if isinstance(facts.target, Classes):
        count = len(facts.target.labels)
        lines.insert(0, f"It knows the {count} labels above and always answers with one of them.")
    return "\n".join(f"- {line}" for line in lines)


def _plain(text: str) -> str:
    """``text`` on one line, without what Markdown would read as the end of a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_plain(text).replace('`', chr(39))}`"
