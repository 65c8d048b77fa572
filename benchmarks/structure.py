"""How the code is cut: the size of files and functions, imports, and names that stand twice.

    python benchmarks/structure.py                          # automl/
    python benchmarks/structure.py tests benchmarks --json  # other folders, for a script

Code lines are what is left without blank lines, comments, docstrings and imports. An `isinstance`
on targets or predictions is one that names a class of automl/tasks or of the modules about them.
"""

from __future__ import annotations

import ast
import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[1]
# Modules whose classes differ from task to task: what is predicted, answered and said of errors.
BY_TASK = ("target", "prediction", "review")
IMPORTS = (ast.Import, ast.ImportFrom)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class SourceFile:
    """A Python file.

    Args:
        path: Its path below the repository.
        lines: Its lines.
        nodes: Every node of its syntax tree.
    """

    path: Path
    lines: list[str]
    nodes: list[ast.AST]

    @classmethod
    def read(cls, path: Path) -> SourceFile:
        """The file at ``path``."""
        text = path.read_text(encoding="utf-8")
        nodes = list(ast.walk(ast.parse(text)))
        return cls(path.relative_to(ROOT), text.splitlines(), nodes)

    @property
    def imports(self) -> set[int]:
        """Numbers of the lines that import."""
        return lines_of(each for each in self.nodes if isinstance(each, IMPORTS))

    @property
    def code(self) -> int:
        """Number of lines without blank ones, comments, docstrings and imports."""
        words = lines_of(node for each in self.nodes for node in docstring(each))
        return sum(
            bool(line.strip()) and not line.lstrip().startswith("#")
            for number, line in enumerate(self.lines, 1)
            if number not in words | self.imports
        )

    @property
    def classes(self) -> list[str]:
        """Names of the classes."""
        return [each.name for each in self.nodes if isinstance(each, ast.ClassDef)]

    @property
    def functions(self) -> list[int]:
        """Lines of each function, without its docstring."""
        return [
            len(lines_of([each])) - len(lines_of(docstring(each)))
            for each in self.nodes
            if isinstance(each, FUNCTIONS)
        ]

    def asks_for(self, names: set[str]) -> list[int]:
        """Numbers of the lines with an ``isinstance`` on one of these classes."""
        return sorted(
            each.lineno
            for each in self.nodes
            if isinstance(each, ast.Call)
            and getattr(each.func, "id", "") == "isinstance"
            and names & set(names_in(each.args[1]))
        )


def lines_of(nodes: Iterable[ast.AST]) -> set[int]:
    """Numbers of the lines that these nodes take."""
    return {line for each in nodes for line in range(each.lineno, each.end_lineno + 1)}


def docstring(node: ast.AST) -> Iterator[ast.AST]:
    """The strings that stand by themselves in a body: docstrings, also of attributes."""
    body = getattr(node, "body", None)
    for each in body if isinstance(body, list) else []:
        if isinstance(each, ast.Expr) and isinstance(getattr(each.value, "value", None), str):
            yield each


def names_in(node: ast.AST) -> Iterator[str]:
    """The names that are used in an expression, without what is before a dot."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name | ast.Attribute):
            yield each.id if isinstance(each, ast.Name) else each.attr


def of_tasks(sources: Iterable[SourceFile]) -> set[str]:
    """Names of the classes that differ from task to task."""
    return {
        name
        for each in sources
        if in_tasks(each) or each.path.stem.removesuffix("s") in BY_TASK
        for name in each.classes
    }


def in_tasks(source: SourceFile) -> bool:
    """Whether a file is one of automl/tasks."""
    return source.path.is_relative_to("automl/tasks")


def repeated(sources: Iterable[SourceFile]) -> dict[str, int]:
    """The names of classes that stand more than once, with how often."""
    counts = Counter(name for each in sources for name in each.classes)
    return {name: count for name, count in sorted(counts.items()) if count > 1}


def measure(sources: list[SourceFile]) -> dict[str, object]:
    """Every measure, by what the table calls it."""
    lines = sum(len(each.lines) for each in sources)
    functions = [length for each in sources for length in each.functions]
    names = of_tasks(sources)
    questions = sum(len(each.asks_for(names)) for each in sources if not in_tasks(each))
    return {
        "files": len(sources),
        "lines": lines,
        "lines a file, median": median(len(each.lines) for each in sources),
        "lines a file, longest": max(len(each.lines) for each in sources),
        "files over 350 lines": sum(len(each.lines) > 350 for each in sources),
        "code lines a file, median": median(each.code for each in sources),
        "imports, % of lines": round(100 * sum(len(each.imports) for each in sources) / lines, 1),
        "functions": len(functions),
        "lines a function, median": median(functions),
        "lines a function, 90 %": quantiles(functions, n=10)[-1],
        "class names that stand twice": len(repeated(sources)),
        "isinstance on targets, predictions outside tasks/": questions,
    }


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="*", type=Path, default=[ROOT / "automl"])
    parser.add_argument("--json", action="store_true")
    flags = parser.parse_args()
    files = sorted(file for each in flags.folders for file in each.resolve().rglob("*.py"))
    sources = [SourceFile.read(file) for file in files]
    found = measure(sources)
    if flags.json:
        print(json.dumps({**found, "twice": repeated(sources)}, indent=2))
        return
    print("\n".join(f"{value:>9,} {name}" for name, value in found.items()))
    for name, count in repeated(sources).items():
        print(f"{count:>9} times class {name}")


if __name__ == "__main__":
    main()
