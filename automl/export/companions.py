"""The files of a bundle that are there for people and their software; none is read back."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from automl.core.one_line import one_line
from automl.core.target import Classes
from automl.data.encodings.encoding import Encoding
from automl.export.card import render_card
from automl.export.facts import ModelFacts
from automl.export.script import packages, render_script
from automl.export.software import Software

FACTS = "bundle.json"


def describe(folder: Path, facts: ModelFacts, software: Software) -> None:
    """Write all that a bundle has beside the model itself.

    Args:
        folder: The bundle's.
        facts: About the model.
        software: What runs the format.
    """
    texts = {
        FACTS: facts.to_json(),
        "README.md": render_card(facts, software.usage),
        "preprocessing.json": _preprocessing(facts.encoding),
        "requirements.txt": _requirements(facts.encoding, software),
        "predict.py": render_script(facts.encoding, software),
    }
    if isinstance(facts.target, Classes):
        texts["labels.txt"] = "".join(f"{one_line(each)}\n" for each in facts.target.labels)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _preprocessing(encoding: Encoding) -> str:
    """The encoding as plain JSON, and what a tokenizer learned as JSON too, not as a string."""
    options: dict[str, Any] = encoding.model_dump(mode="json")
    if "state" in options:
        options["state"] = json.loads(options["state"])
    return json.dumps({"kind": encoding.kind, **options}, indent=2, ensure_ascii=False) + "\n"


def _requirements(encoding: Encoding, software: Software) -> str:
    """What ``predict.py`` imports, in the versions that are installed here."""
    needed = dict.fromkeys(("numpy", *software.packages, *packages(encoding)))
    return "".join(f"{_pinned(name)}\n" for name in needed)


def _pinned(package: str) -> str:
    try:
        version, _, _ = installed(package).partition("+")  # what says on which hardware
    except PackageNotFoundError:  # TensorFlow for processors alone has a name of its own
        return package
    return f"{package}=={version}"
