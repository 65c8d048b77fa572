"""Missing values, and that predict.py can carry the source of all modules of cells."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from automl.data import cells
from automl.data.cells.values import missing_texts


def test_na_is_a_value_between_codes_and_nothing_between_words() -> None:
    assert missing_texts(["FR", "DE", "NA"]) == set()
    assert missing_texts(["EU", "NA", "APAC", ""]) == {""}
    assert missing_texts(["north", "south", "NA"]) == {"NA"}
    assert missing_texts(["NA", ""]) == {"NA", ""}


def test_none_is_often_the_name_of_a_category() -> None:
    assert missing_texts(["None", "Fence", "?", "n/a", "NULL"]) == {"?", "n/a", "NULL"}


@pytest.mark.slow
def test_the_package_imports_the_standard_library_only() -> None:
    folder = Path(cells.__file__).parent
    names = [file.stem for file in folder.glob("*.py") if file.stem != "__init__"]
    program = f"""
import sys
before = set(sys.modules)
sys.path.insert(0, {str(folder.parents[2])!r})
import types
for name in ("automl", "automl.data"):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = [{str(folder.parents[2])!r} + "/" + name.replace(".", "/")]
import importlib
for name in {names!r}:
    importlib.import_module("automl.data.cells." + name)
new = {{name.partition(".")[0] for name in set(sys.modules) - before}}
assert new <= set(sys.stdlib_module_names) | {{"automl"}}, new
"""
    subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True)
