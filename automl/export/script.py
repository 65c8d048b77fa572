"""Assembles a bundle's ``predict.py``: one file, made from the modules that its model needs.

They come from ``automl.export.scripts``. Cells of files are read by the modules of ``CELLS``, by
which the search read them too, and which are copied into the program as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Final

from automl.data.encoding import Encoding
from automl.data.series.encoding import SeriesEncoding
from automl.data.text.encoding import TextEncoding
from automl.data.text.tokenizers import TOKENIZERS

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
