"""The files of a bundle that people and their software use: model card, predict.py and others.

automl writes them and, apart from ``bundle.json``, never reads them back.

``predict.py`` is one file, made from the modules of ``automl.export.scripts`` that its model needs,
and from the functions that load a model of its format and encode texts by its tokenizer. Cells of
files are read by the modules of ``CELLS``, by which the search read them too, and which are copied
into the program as well.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from importlib.resources import files
from inspect import getsource
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
# What an example of a series is -> the module that reads it.
_SERIES: Final = {"series": "read_series", "windows": "read_window"}


@dataclass(frozen=True)
class Software:
    """The software that runs one format.

    Args:
        usage: Python code for the model card, from ``inputs`` to ``outputs``, to run in the folder.
        load_model: Function from the folder to a function from a batch to outputs. Its source
            becomes part of ``predict.py``, so it imports inside itself what it needs.
        packages: Names in the package index of what ``load_model`` imports.
    """

    usage: str
    load_model: Callable[[Path], Callable[[Any], Any]]
    packages: tuple[str, ...]


def load_model(folder: Path) -> Callable[[Any], Any]:
    """The model as a function from a batch to outputs. This format needs automl itself."""
    import torch

    from automl.export.bundle import Bundle

    model = Bundle.load(folder).model()

    def run(inputs: Any) -> Any:
        with torch.inference_mode():
            return model(torch.from_numpy(inputs)).numpy()

    return run


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
    load_model=load_model,
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
        "predict.py": render_script(facts.encoding, software.load_model),
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
    needed = dict.fromkeys(("numpy", *software.packages, *_packages(encoding)))
    return "".join(f"{_pinned(name)}\n" for name in needed)


def _pinned(package: str) -> str:
    try:
        version, _, _ = installed(package).partition("+")  # without the hardware's suffix
    except PackageNotFoundError:  # such as tensorflow, where tensorflow-cpu is installed
        return package
    return f"{package}=={version}"


def render_script(encoding: Encoding, load_model: Callable[[Path], Callable[[Any], Any]]) -> str:
    """The source of the program: docstring, all imports, then its parts, ``main`` last.

    Args:
        encoding: Encoding of the model's inputs.
        load_model: Function that loads a model of the bundle's format.
    """
    sources = _with_needed([f"{SCRIPTS}.{name}" for name in ("rows", _reader(encoding), "main")])
    trees = [ast.parse(source) for source in sources]
    nodes = [node for tree in trees for node in _imports(tree) if not _is_ours(node)]
    *bodies, main = map(_body, sources, trees)
    functions = [getsource(each).strip() for each in (*_text_encoders(encoding), load_model)]
    docstring, _, _ = sources[-1].partition("from __future__")
    head = f"{docstring}from __future__ import annotations\n\n{chr(10).join(_merge(nodes))}\n"
    return "\n\n\n".join([head.rstrip(), *bodies, *functions, main]) + "\n"


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


def _packages(encoding: Encoding) -> tuple[str, ...]:
    """Names in the package index of what reading such data needs besides NumPy."""
    if isinstance(encoding, TextEncoding):
        return TOKENIZERS[encoding.tokenizer].packages
    return ("pillow",) if encoding.kind == "images" else ()


def _reader(encoding: Encoding) -> str:
    if isinstance(encoding, SeriesEncoding):
        return _SERIES[encoding.unit]
    return {"images": "read_images", "table": "read_table", "text": "read_text"}[encoding.kind]


def _text_encoders(encoding: Encoding) -> list[Callable[[Any], Any]]:
    """The function that makes texts ids, if the inputs are texts."""
    return (
        [TOKENIZERS[encoding.tokenizer].make_encode] if isinstance(encoding, TextEncoding) else []
    )


def _read(module: str) -> str:
    package, _, name = module.rpartition(".")
    return (files(package) / f"{name}.py").read_text(encoding="utf-8")


def _imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


def _is_ours(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import is of something that the program contains."""
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    return module == "__future__" or module.startswith("automl.")


def _body(source: str, tree: ast.Module) -> str:
    """The source after its last import."""
    last = max(node.end_lineno or 0 for node in _imports(tree))
    return "\n".join(source.splitlines()[last:]).strip()
