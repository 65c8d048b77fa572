"""The model card: what a person should know before using a model, as Markdown.

Source: Mitchell et al., "Model Cards for Model Reporting" (2019).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from automl.export.facts import ModelFacts

_CAUTION = {
    "validation": (
        "The search chose this model by its score on the validation split, so expect a little less "
        "on new data. The test split has not been opened."
    ),
    "test": "The test split was opened for this one number, after the search had ended.",
}


def render_card(facts: ModelFacts, usage: str) -> str:
    """The model card.

    Args:
        facts: About the model.
        usage: Python that runs the model in its format, from ``images`` to ``logits``.
    """
    sections = [
        f"# {_plain(facts.origin.study)}, trial {facts.origin.trial}",
        _table(facts),
        _CAUTION[facts.score.split],
        f"## Labels\n\nIn the order of the logits: {', '.join(map(_code, facts.labels))}.",
        f"## Network\n\n{_layers(facts)}",
        f"## How it was found\n\n{_history(facts)}",
        f"## How to use it\n\n{_usage(facts, usage)}",
        f"## Limits\n\n{_limits(facts)}",
    ]
    return "\n\n".join(sections) + "\n"


def _table(facts: ModelFacts) -> str:
    score, origin = facts.score, facts.origin
    rows = {
        "Task": facts.task.replace("_", " "),
        "Score": f"{score.metric} {score.value:.4f} on the {score.split} split",
        "Data": f"{origin.data}, SHA-256 `{origin.fingerprint}`",
        "Input": f"{facts.input.dtype} images (N, {', '.join(map(str, facts.input.shape))})",
        "Output": f"float32 logits (N, {len(facts.labels)})",
        "Parameters": f"{facts.parameters:,}",
        "Format": facts.format,
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {key} | {_plain(rows[key])} |" for key in rows)])


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
    channels, height, width = facts.input.shape
    return (
        f"On image files: `automl predict FOLDER image.png`. From Python, in this folder, with "
        f"`images` a uint8 array (N, {channels}, {height}, {width}):\n\n"
        f"```python\n{usage.strip()}\n```\n\n"
        "Pixels go in as they are, 0 to 255: normalising is part of the model. "
        "The softmax of a row of logits is its labels' probabilities."
    )


def _limits(facts: ModelFacts) -> str:
    _, height, width = facts.input.shape
    return (
        f"- It knows the {len(facts.labels)} labels above and always answers with one of them.\n"
        f"- It sees {height}×{width} pixels: `automl predict` scales images to fit and centres "
        "them on white; your own code has to do the same.\n"
        "- It was measured on data like its training data; on other images it may do much worse."
    )


def _plain(text: str) -> str:
    """``text`` on one line, without what Markdown would read as the end of a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_plain(text).replace('`', chr(39))}`"
