"""The files of a bundle that people and their software use: model card, predict.py and others.

automl writes them and, apart from ``bundle.json``, never reads them back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from automl.core.data_types import Classes
from automl.core.text import one_line
from automl.data.encoding import Encoding
from automl.export.card import render_card
from automl.export.facts import ModelFacts
from automl.export.script import packages, render_script

FACTS_FILE = "bundle.json"


@dataclass(frozen=True)
class Software:
    """The software that runs one format.

    Args:
        usage: Python code for the model card, from ``inputs`` to ``outputs``, to run in the folder.
        script: Name of the module of ``automl.export.scripts`` that runs the model in
            ``predict.py``.
        packages: Names in the package index of what that module imports.
    """

    usage: str
    script: str
    packages: tuple[str, ...]


# Every bundle has the weights, whatever its format, so this is how any bundle can be run.
SAFETENSORS = Software(
    usage="""\
from pathlib import Path

import torch

from automl.export.bundle import Bundle

model = Bundle.load(Path(".")).model()
with torch.inference_mode():
    outputs = model(torch.from_numpy(inputs)).numpy()
""",
    script="run_safetensors",
    packages=("automl",),
)


def write_sidecars(folder: Path, facts: ModelFacts, software: Software) -> None:
    """Write all files of a bundle except the model itself.

    Args:
        folder: Folder of the bundle.
        facts: Description of the model.
        software: Software that runs the model's format.
    """
    texts = {
        FACTS_FILE: facts.to_json(),
        "README.md": render_card(facts, software.usage),
        "preprocessing.json": _preprocessing(facts.encoding),
        "requirements.txt": _requirements(facts.encoding, software),
        "predict.py": render_script(facts.encoding, software.script),
    }
    if isinstance(facts.target, Classes):
        texts["labels.txt"] = "".join(f"{one_line(each)}\n" for each in facts.target.labels)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _preprocessing(encoding: Encoding) -> str:
    """The encoding as JSON; the state of a tokenizer is JSON within it, not a string."""
    options: dict[str, Any] = encoding.model_dump(mode="json")
    if "state" in options:
        options["state"] = json.loads(options["state"])
    return json.dumps({"kind": encoding.kind, **options}, indent=2, ensure_ascii=False) + "\n"


def _requirements(encoding: Encoding, software: Software) -> str:
    """The packages that ``predict.py`` imports, pinned to the versions installed here."""
    needed = dict.fromkeys(("numpy", *software.packages, *packages(encoding)))
    return "".join(f"{_pinned(name)}\n" for name in needed)


def _pinned(package: str) -> str:
    try:
        version, _, _ = installed(package).partition("+")  # without the hardware's suffix
    except PackageNotFoundError:  # such as tensorflow, where tensorflow-cpu is installed
        return package
    return f"{package}=={version}"
