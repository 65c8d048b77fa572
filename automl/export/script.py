"""Puts a bundle's ``predict.py`` together: one file, of the parts that its model needs."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from automl.data.encodings.encoding import Encoding
from automl.data.encodings.series import SeriesEncoding
from automl.data.encodings.text import TextEncoding
from automl.export.software import Software

PARTS: Final = "automl.export.scripts"
_MAIN: Final = "main"
# Tokenizer -> the part that cuts texts as it does.
_CUTS: Final = {
    "word": "cut_pieces",
    "bpe": "cut_pieces",
    "byte": "cut_bytes",
    "torchtext": "cut_torchtext",
}
# What an example is -> the parts that read it.
_SERIES: Final = {"series": ("rows", "ts", "read_series"), "windows": ("rows", "read_window")}
# What the parts import, by its names in the package index.
_PACKAGES: Final = {
    "read_images": ("pillow",),
    "cut_pieces": ("tokenizers",),
    "cut_torchtext": ("torchtext",),
}


def render_script(encoding: Encoding, software: Software) -> str:
    """The program: the main part's docstring, all imports, then the parts, the main one last."""
    parts = [_read(name) for name in (*_readers(encoding), software.script, _MAIN)]
    docstring, _, _ = parts[-1].partition("from __future__")
    imports = {line for part in parts for line in part.splitlines() if _is_import(line)}
    kept = sorted(line for line in imports if PARTS not in line and "__future__" not in line)
    bodies = "\n\n\n".join(_body(part) for part in parts)
    head = f"{docstring}from __future__ import annotations\n\n"
    return f"{head}{chr(10).join(kept)}\n\n{bodies}\n"


def packages(encoding: Encoding) -> tuple[str, ...]:
    """What reading such data needs beside NumPy."""
    return tuple(each for name in _readers(encoding) for each in _PACKAGES.get(name, ()))


def _readers(encoding: Encoding) -> tuple[str, ...]:
    if isinstance(encoding, TextEncoding):
        return ("rows", _CUTS[encoding.tokenizer], "read_text")
    if isinstance(encoding, SeriesEncoding):
        return _SERIES[encoding.unit]
    return {"images": ("read_images",), "table": ("rows", "read_table")}[encoding.kind]


def _read(name: str) -> str:
    return (files(PARTS) / f"{name}.py").read_text(encoding="utf-8")


def _is_import(line: str) -> bool:
    return line.startswith(("import ", "from "))


def _body(part: str) -> str:
    """The part behind its last import."""
    lines = part.splitlines()
    last = max(at for at, line in enumerate(lines) if _is_import(line))
    return "\n".join(lines[last + 1 :]).strip()
