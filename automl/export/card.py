"""The model card: what a person should know before using a model, as Markdown.

Source: Mitchell et al., "Model Cards for Model Reporting" (2019).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from automl.core.target import Classes, Target
from automl.core.text import duration
from automl.export.card_scores import render_scores
from automl.export.facts import ModelFacts
from automl.export.interface import input_name, input_shape, output_name, output_shape
from automl.export.kinds import KINDS
from automl.export.markdown import cell, code, table

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
        f"# {cell(facts.origin.study)}, {_which(facts)}",
        _table(facts),
        f"## Scores\n\n{render_scores(facts)}",
        _outputs(facts.target),
        _networks(facts),
        f"## How it was found\n\n{_history(facts)}",
        f"## How to use it\n\n{_usage(facts, usage)}",
        f"## Limits\n\n{_limits(facts)}",
    ]
    return "\n\n".join(sections) + "\n"


def _which(facts: ModelFacts) -> str:
    trial = f"trial {facts.origin.trial}"
    return f"final model, of {trial}" if facts.origin.final else trial


def _table(facts: ModelFacts) -> str:
    origin, encoding, target = facts.origin, facts.encoding, facts.target
    examples = (f"{count:,} {split}" for split, count in origin.examples.items())
    rows = {
        "Task": facts.task.replace("_", " "),
        "Data": f"{origin.data}, SHA-256 `{origin.fingerprint}`",
        "Splits": ", ".join(examples) or "-",
        "Input": f"{input_name(encoding)}: {encoding.dtype} {input_shape(encoding)}",
        "Output": f"{output_name(target)}: float32 {output_shape(target)}",
        "Parameters": f"{facts.parameters:,}",
        "Format": facts.format,
    }
    return table(("", ""), ((name, cell(rows[name])) for name in rows))


def _outputs(target: Target) -> str:
    if isinstance(target, Classes):
        labels = ", ".join(map(code, target.labels))
        return f"## Labels\n\nIn the order of the logits: {labels}."
    ahead = f", each {target.steps} steps ahead" if target.steps > 1 else ""
    numbers = zip(target.names, target.mean, target.std, strict=True)
    lines = (
        f"- {code(name)}: {mean:.5g} ± {std:.5g} in training (mean ± standard deviation)"
        for name, mean, std in numbers
    )
    return f"## Values\n\nIn this order and in their own units{ahead}:\n\n" + "\n".join(lines)


def _networks(facts: ModelFacts) -> str:
    if not facts.ensemble:
        return f"## Network\n\n{_layers(facts.network)}"
    parts = [
        f"### Trial {each.trial}, with a share of {each.share:.0%}\n\n{_layers(each.network)}"
        for each in facts.ensemble
    ]
    told = "The answers of these networks are averaged, each with its share."
    return "\n\n".join([f"## Networks\n\n{told}", *parts])


def _layers(network: Sequence[Mapping[str, Mapping[str, Any]]]) -> str:
    lines = [_layer(layer) for layer in network]
    return "\n".join(f"{at}. {line}" for at, line in enumerate([*lines, "output layer"], start=1))


def _layer(layer: Mapping[str, Mapping[str, Any]]) -> str:
    ((name, options),) = layer.items()
    settings = ", ".join(f"{key}={json.dumps(value)}" for key, value in options.items())
    return f"{cell(name)} {code(settings)}" if settings else cell(name)


def _history(facts: ModelFacts) -> str:
    origin, versions = facts.origin, facts.versions.items()
    splits = "train and validation splits" if origin.final else "train split"
    seed = "" if origin.seed is None else f" with the seed {origin.seed}"
    found = f": {origin.found}" if origin.found else ""
    took = f" The study took {duration(origin.seconds)}." if origin.seconds else ""
    return cell(
        f"Trial {origin.trial} of the study {origin.study}{found}. Trained for up to "
        f"{origin.epochs} epochs on the {splits} of {origin.data}{seed}.{took} "
        f"Made with {' and '.join(f'{name} {version}' for name, version in versions)}."
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
