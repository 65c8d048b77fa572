"""The files of a bundle that people and their software use: model card, predict.py and others.

automl writes them and, apart from ``bundle.json``, never reads them back.

``predict.py`` is one file, made from the modules of ``automl.export.scripts`` that its model needs.
Cells of files are read by the modules of ``CELLS``, by which the search read them too, and which
are copied into the program as well.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from automl.core.data_types import Classes
from automl.core.text import one_line
from automl.data.encoding import Encoding
from automl.data.series.encoding import SeriesEncoding
from automl.data.text.encoding import TextEncoding
from automl.data.text.tokenizers import TOKENIZERS
from automl.export.card import render_card
from automl.export.facts import ModelFacts

FACTS_FILE = "bundle.json"
SCRIPTS: Final = "automl.export.scripts"
CELLS: Final = "automl.data.cells"
_MAIN: Final = "main"
# What an example is -> the modules that read it.
_SERIES: Final = {"series": ("rows", "read_series"), "windows": ("rows", "read_window")}
# What the modules import, by its names in the package index.
_PACKAGES: Final = {
    "read_images": ("pillow",),
    "tokenize_words": ("tokenizers",),
    "tokenize_torchtext": ("torchtext",),
}


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


def render_script(encoding: Encoding, runner: str) -> str:
    """The source of the program: docstring, all imports, then the modules, ``main`` last.

    Args:
        encoding: Encoding of the model's inputs.
        runner: Name of the module that runs the model's format.
    """
    names = (*_readers(encoding), runner, _MAIN)
    sources = _with_needed([f"{SCRIPTS}.{name}" for name in names])
    trees = [ast.parse(source) for source in sources]
    nodes = [node for tree in trees for node in _imports(tree) if not _is_ours(node)]
    bodies = "\n\n\n".join(map(_body, sources, trees))
    docstring, _, _ = sources[-1].partition("from __future__")
    head = f"{docstring}from __future__ import annotations\n\n"
    return f"{head}{chr(10).join(_merge(nodes))}\n\n{bodies}\n"


def _merge(nodes: Iterable[ast.Import | ast.ImportFrom]) -> list[str]:
    """One line for each imported module: the ``import``s sorted, then the ``from``s."""
    whole = {ast.unparse(node) for node in nodes if isinstance(node, ast.Import)}
    names: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            names.setdefault(node.module or "", set()).update(map(ast.unparse, node.names))
    named = (f"from {module} import {', '.join(sorted(of))}" for module, of in names.items())
    return [*sorted(whole), *sorted(named)]


def _with_needed(modules: Sequence[str]) -> list[str]:
    """The source of modules, each after those of ``CELLS`` that it needs."""
    found: dict[str, str] = {}

    def add(module: str) -> None:
        source = _read(module)
        for node in _imports(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{CELLS}."):
                needed = str(node.module)
                if needed not in found:
                    add(needed)
        found[module] = source

    for each in modules:
        add(each)
    return list(found.values())


def packages(encoding: Encoding) -> tuple[str, ...]:
    """Names in the package index of what reading such data needs besides NumPy."""
    return tuple(each for name in _readers(encoding) for each in _PACKAGES.get(name, ()))


def _readers(encoding: Encoding) -> tuple[str, ...]:
    if isinstance(encoding, TextEncoding):
        return ("rows", TOKENIZERS[encoding.tokenizer].script, "read_text")
    if isinstance(encoding, SeriesEncoding):
        return _SERIES[encoding.unit]
    return {"images": ("rows", "read_images"), "table": ("rows", "read_table")}[encoding.kind]


def _read(module: str) -> str:
    package, _, name = module.rpartition(".")
    return (files(package) / f"{name}.py").read_text(encoding="utf-8")


def _imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


def _is_ours(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import is of something that the program contains."""
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    return module == "__future__" or module.startswith((SCRIPTS, CELLS))


def _body(source: str, tree: ast.Module) -> str:
    """The source after its last import."""
    last = max(node.end_lineno or 0 for node in _imports(tree))
    return "\n".join(source.splitlines()[last:]).strip()
