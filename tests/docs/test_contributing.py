"""The guide's new layer works as it stands, and its table of families is complete."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from export_formats import WRITES_KERAS

from automl.export.keras.exporter import keras_on

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMES = (
    "automl.models.layers.noise",
    "automl.models.modules.gaussian_noise",
    "automl.export.keras.layers.noise",
)
BLOCKS = re.findall(r"```python\n(\"\"\".*?)```", GUIDE, re.DOTALL)
FILES = dict(zip(NAMES, BLOCKS, strict=True))
LINES = re.findall(r'^ +"(\w+)": "([\w.]+):(\w+)",$', GUIDE, re.MULTILINE)

# Run where Keras is on PyTorch, for its backend is that of a whole process.
KERAS = """
import sys
from types import ModuleType
for name, code in FILES.items():
    made = sys.modules[name] = ModuleType(name)
    exec(compile(code, name, "exec", dont_inherit=True), made.__dict__)
import keras
from automl.export.keras.layers.basic import MaskedValues
noise = sys.modules["automl.models.layers.noise"].GaussianNoise(stddev=0.5).build((16,))
inputs = keras.Input((16,))
build = sys.modules["automl.export.keras.layers.noise"].gaussian_noise
model = keras.Model(inputs, build(noise, MaskedValues(inputs)).values)
zeros = keras.ops.zeros((8, 16))
assert keras.ops.std(model(zeros)) == 0
assert keras.ops.std(model(zeros, training=True)) > 0.1
"""


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> type:
    """The layer's options, from the files that the guide has one write."""
    names = ("automl.models.modules.gaussian_noise", "automl.models.layers.noise")
    for name in names:
        made = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, made)
        exec(compile(FILES[name], "CONTRIBUTING.md", "exec", dont_inherit=True), made.__dict__)
    return sys.modules[names[1]].GaussianNoise


def test_it_is_a_layer(layer: type) -> None:
    noise = layer.model_validate({"stddev": 0.5}).build((16,))
    inputs = torch.zeros(4, 16)
    assert noise(inputs).std() > 0.1
    assert torch.equal(noise.eval()(inputs), inputs)


@pytest.mark.slow
@pytest.mark.skipif(not WRITES_KERAS, reason="needs pip install 'automl[keras]'")
def test_its_keras_half_does_nothing_unless_the_model_is_trained_further() -> None:
    keras_on("torch").call(exec, KERAS, {"FILES": FILES})


def test_the_tables_lines_name_what_the_files_hold() -> None:
    assert [name for name, _, _ in LINES] == ["gaussian_noise"] * 2
    for _, module, name in LINES:
        assert re.search(rf"^(class|def) {name}\b", FILES[module], re.MULTILINE)


def registries() -> Iterator[tuple[str, str, set[str]]]:
    """Each public registry's name and file, and the files of its members."""
    for path in sorted((ROOT / "automl").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation)[:8] == "Registry":
                assert isinstance(node.value, ast.Call)
                members = [each for each in node.value.args if isinstance(each, ast.Dict)]
                modules = {value.partition(":")[0] for each in members for value in texts(each)}
                if not (name := ast.unparse(node.target)).startswith("_"):
                    yield name, str(path.relative_to(ROOT)), {file_of(each) for each in modules}


def texts(table: ast.Dict) -> list[str]:
    return [ast.literal_eval(each) for each in table.values]


def file_of(module: str) -> str:
    path = ROOT / module.replace(".", "/")
    return str(
        (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).relative_to(ROOT)
    )


ROW = re.compile(r"^\| [\w ]+ \| `([\w./*]+)` \| `(\w+)` in `([\w./]+)` \| (.+) \|$", re.MULTILINE)


def test_the_table_has_the_file_and_the_line_of_every_family() -> None:
    told = {(name, line): pattern for pattern, name, line, _ in ROW.findall(GUIDE)}
    found = {(name, path): files for name, path, files in registries()}
    assert told.keys() == found.keys()
    for family, pattern in told.items():
        there = {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern)}
        assert found[family] <= there, family


def test_the_contract_tests_of_every_family_read_its_table() -> None:
    for _, name, _, folders in ROW.findall(GUIDE):
        for folder in re.findall(r"`([\w/]+)`", folders):
            files = (ROOT / folder).glob("*.py")
            code = "".join(file.read_text(encoding="utf-8") for file in files)
            assert re.search(rf"\b{name}\b", code), (name, folder)


def test_a_metric_is_one_record_of_its_task() -> None:
    for path in re.findall(r"`(automl/tasks/[a-z]+\.py)`", GUIDE):
        assert re.search(r"^ +Metric\(\"", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
