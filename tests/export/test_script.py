"""The bundle's own predict.py, which needs nothing of this package."""

from __future__ import annotations

import ast
import io
import json
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from export_formats import FORMATS
from export_models import EMBEDDING, NETWORK, ExportCase, bundle_in, facts_of, resolved, trained
from PIL import Image
from predicting import predict_files

from automl.core.data_types import Classes
from automl.data.dataset import Dataset
from automl.data.source import load_dataset
from automl.data.text.tokenizers import TOKENIZERS
from automl.export import EXPORTERS
from automl.export.bundle import Bundle
from automl.export.exporter import Exported, export_bundle
from automl.export.sidecars import render_script
from automl.inference.predict import InputPrediction
from automl.tasks.task import LabelPrediction, QuantityPrediction

pytestmark = pytest.mark.slow

DataOf = Callable[[str], tuple[Path, Dataset]]
ExportedOf = Callable[[str, str], Exported]
ALONE = [each for each in FORMATS if each in ("onnx", "torch_export")]
# Runs a program as if automl were not installed.
WITHOUT_US = """
import runpy, sys
sys.modules["automl"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Started(NamedTuple):
    """A program at its end."""

    returncode: int
    stdout: str
    stderr: str


Start = Callable[..., Started]


def in_its_own_process(bundle: Path, *files: Path) -> Started:
    """The program at its end, started elsewhere by a Python that has no automl."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", WITHOUT_US, bundle / "predict.py", *files],
        cwd=bundle.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return Started(done.returncode, done.stdout, done.stderr)


def started(bundle: Path, *files: Path, without: str = "automl") -> Started:
    """The program at its end, run here, where its libraries are imported; it cannot import us."""
    output, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
        patch.chdir(bundle.parent)
        patch.setattr(sys, "argv", ["predict.py", *map(str, files)])
        for name in [each for each in sys.modules if each.split(".")[0] == without]:
            patch.setitem(sys.modules, name, None)
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(bundle / "predict.py"), run_name="__main__")
    assert isinstance(ended.value.code, int)
    return Started(ended.value.code, output.getvalue(), errors.getvalue())


def run(bundle: Path, *files: Path, start: Start = started) -> list[list[str]]:
    """The fields of each line that it prints."""
    done = start(bundle, *files)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split("\t") for line in done.stdout.splitlines()]


def check(bundle: Path, *files: Path, start: Start = started) -> None:
    """It says of the files what ``automl predict`` says."""
    expected = list(predict_files(bundle, list(files)))
    found = run(bundle, *files, start=start)
    if isinstance(expected[0].prediction, QuantityPrediction) and expected[0].prediction.times:
        check_forecasts(found, expected)
        return
    assert [each[0] for each in found] == [each.name for each in expected]
    for (_, *fields), each in zip(found, expected, strict=True):
        if isinstance(each.prediction, LabelPrediction):
            assert fields[0] == each.prediction.label
            assert float(fields[1]) == pytest.approx(each.prediction.probability, abs=2e-4)
        else:
            said = {name: numbers.split() for name, numbers in (one.split(": ") for one in fields)}
            for name, steps in each.prediction.values.items():
                np.testing.assert_allclose(list(map(float, said[name])), steps, rtol=2e-4)


def check_forecasts(found: list[list[str]], expected: Sequence[InputPrediction]) -> None:
    """A line a step, with its date."""
    lines = iter(found)
    for each in expected:
        assert isinstance(each.prediction, QuantityPrediction)
        for at, time in enumerate(each.prediction.times):
            called, when, *fields = next(lines)
            assert (called, when) == (each.name, time)
            said = {name: float(number) for name, number in (one.split(": ") for one in fields)}
            own = {name: steps[at] for name, steps in each.prediction.values.items()}
            assert said == pytest.approx(own, rel=2e-4)
    assert not list(lines)


@pytest.fixture
def exported(tmp_path: Path) -> Callable[..., Path]:
    def write(bundle: Bundle, data: Dataset, format: str = ALONE[-1]) -> Path:
        return export_bundle(bundle, format, tmp_path / format, data.validation.inputs).path

    return write


@pytest.mark.parametrize("format", ALONE)
def test_images(format: str, data_of: DataOf, exported_of: ExportedOf, tmp_path: Path) -> None:
    """Of every sort that people have: sideways, see-through, of 16 bits, wide, grey, JPEG."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 90, 4), dtype=np.uint8)
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "clear.png")
    Image.fromarray(pixels[..., :3]).save(tmp_path / "turned.jpg", exif=turned)
    Image.fromarray(pixels[..., 0]).save(tmp_path / "grey.png")
    Image.fromarray(pixels[..., 0].astype(np.uint16) * 257).save(tmp_path / "deep.png")
    folder, _ = data_of("images")
    files = [*sorted(tmp_path.glob("*.*g")), *sorted(folder.rglob("*.png"))[:3]]
    check(exported_of("image_cnn", format).path, *files, start=in_its_own_process)


def test_images_of_12_bits_that_a_table_lists(
    exported: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of the table's name, with the paths of another machine and without a suffix."""
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
    random = np.random.default_rng(0)
    (tmp_path / "scans").mkdir()
    for at in range(20):
        pixels = random.uniform(0, 2000, (8, 8)) + 2000 * (np.arange(8) // 4 == at % 2)
        Image.fromarray(pixels.astype(np.uint16)).save(tmp_path / "scans" / f"s{at}.tif")
    table = tmp_path / "scans.csv"
    rows = [f"D:\\ann\\s{at}.tif,{'lr'[at % 2]}" for at in range(20)]
    table.write_text("\n".join(["file,side", *rows]))
    data = load_dataset(str(table), "images", {}, 0, print)
    bundle = bundle_in(tmp_path / "best", ExportCase("images", NETWORK), data)
    (tmp_path / "new.csv").write_text("nr,file\n1,s3\n2,scans/s4.tif\n3,/x/y/s5.tif\n")
    check(exported(bundle, data), table, tmp_path / "new.csv", tmp_path / "scans" / "s6.tif")


def test_rows_of_a_table(exported_of: ExportedOf, tmp_path: Path) -> None:
    """With a category that is new, numbers that are missing, other columns and semicolons."""
    path = exported_of("table_dense", ALONE[-1]).path
    (tmp_path / "new.csv").write_text("age,size,more,colour\n,5,x,mauve\n3,5.25,,red\n\n7,1,,NA\n")
    (tmp_path / "ours.csv").write_text("colour;size;age\nred;5,25;3,5\nblue;1,5;\n")
    check(path, tmp_path / "new.csv", tmp_path / "ours.csv")


def test_dates_and_whole_numbers_that_are_names(
    exported: Callable[..., Path], tmp_path: Path
) -> None:
    numbers = np.random.default_rng(0)
    lines = ["when,zone,open,price"]
    for at in range(160):
        zone, day = (1, 2, 3)[at % 3], 1 + at % 28
        lines.append(
            f"2024-{1 + at % 12:02d}-{day:02d},{zone},{at % 2 == 0},{numbers.normal():.3f}"
        )
    file = tmp_path / "sales.csv"
    file.write_text("\n".join(lines))
    data = load_dataset(str(file), "table", {"target": "price"}, 0, lambda line: None)
    network = (resolved("dense", units=4),)
    model = trained(network, data)
    bundle = Bundle.write(tmp_path / "best", facts_of(network, data), model.state_dict())
    check(exported(bundle, data), file)


@pytest.mark.parametrize("tokenizer", [each for each in TOKENIZERS if each != "torchtext"])
def test_texts(
    tokenizer: str, data_of: DataOf, exported: Callable[..., Path], tmp_path: Path
) -> None:
    file, _ = data_of("text")
    data = load_dataset(str(file), "text", {"tokenizer": tokenizer}, 0, lambda line: None)
    network = (EMBEDDING, resolved("global_max_pool"))
    model = trained(network, data)
    bundle = Bundle.write(tmp_path / "best", facts_of(network, data), model.state_dict())
    (tmp_path / "one.txt").write_text("  Well made, and funny “throughout”: 10/10 \n", "utf-8")
    (tmp_path / "long.txt").write_text("slow and grey " * 500)
    check(exported(bundle, data), tmp_path / "one.txt", tmp_path / "long.txt", file)


@pytest.mark.parametrize(
    ("case", "kind"), [("series_gru", "series"), ("forecast_temporal_conv", "forecast")]
)
def test_series(case: str, kind: str, data_of: DataOf, exported_of: ExportedOf) -> None:
    check(exported_of(case, ALONE[-1]).path, data_of(kind)[0])


def test_items_gaps_and_dates_of_forecasts(exported: Callable[..., Path], tmp_path: Path) -> None:
    """Day first, stores one after the other, rows missing and repeated, an empty cell."""
    lines = ["datum,store,sales"]
    for store, level in (("north", 5e9), ("south", 5e9 + 40)):
        for at in range(120):
            day = date(2024, 1, 1) + timedelta(days=at)
            cell = "" if at == 50 else f"{level + 10 * np.sin(at * 0.9):.3f}"
            if at % 40 != 17:
                lines += [f"{day:%d.%m.%Y},{store},{cell}"] * (2 if at == 60 else 1)
    file = tmp_path / "sales.csv"
    file.write_text("\n".join(lines))
    data = load_dataset(str(file), "forecast", {}, 0, lambda line: None)
    network = (resolved("flatten"), resolved("dense", units=4))
    model = trained(network, data)
    bundle = Bundle.write(tmp_path / "best", facts_of(network, data), model.state_dict())
    check(exported(bundle, data), file)
    found = predict_files(bundle.folder, [file])
    assert [each.name for each in found] == [f"{file} north", f"{file} south"]
    assert found[0].prediction.as_rows()[0].keys() == {"item", "time", "sales"}
    assert found[1].prediction.times[:2] == ("2024-04-30", "2024-05-01")


def test_hours_of_a_clock_that_changes_and_a_date_beside_its_time(
    exported: Callable[..., Path], tmp_path: Path
) -> None:
    hours = [datetime(2022, 10, 20) + timedelta(hours=at) for at in range(400)]
    twice = hours.index(datetime(2022, 10, 30, 2))
    shown = [*hours[: twice + 1], *hours[twice:]]
    lines = [f"{each:%m/%d/%Y};{each:%I:%M %p};{at % 24}" for at, each in enumerate(shown)]
    file = tmp_path / "load.csv"
    file.write_text("\n".join(["Date;Time;load", *lines]))
    data = load_dataset(str(file), "forecast", {"level": "train"}, 0, lambda line: None)
    network = (resolved("flatten"),)
    model = trained(network, data)
    bundle = Bundle.write(tmp_path / "best", facts_of(network, data), model.state_dict())
    late = tmp_path / "late.csv"
    late.write_text("\n".join(["Date;Time;load", *lines[twice - 60 : twice + 30]]))
    check(exported(bundle, data), file, late)


TS = """\
# Two variables and a gap.
@problemName walks
@timeStamps false
@univariate false
@classLabel true up down

@data
{}
"""


def test_series_of_several_variables(exported: Callable[..., Path], tmp_path: Path) -> None:
    numbers = np.random.default_rng(0)
    lines = []
    for at in range(60):
        walks = (numbers.normal(size=(2, 9)) + at % 2).round(3).astype(str)
        walks[at % 2, at % 9] = "?"
        lines.append(":".join([*map(",".join, walks), ("up", "down")[at % 2]]))
    file = tmp_path / "walks.ts"
    file.write_text(TS.format("\n".join(lines)))
    data = load_dataset(str(file), "series", {}, 0, lambda line: None)
    network = (resolved("gru", units=4, return_sequences=False),)
    model = trained(network, data)
    bundle = Bundle.write(tmp_path / "best", facts_of(network, data), model.state_dict())
    check(exported(bundle, data), file)


@pytest.mark.parametrize(
    ("kind", "case", "text", "says"),
    [
        ("table", "table_dense", None, "No such file or directory"),
        ("table", "table_dense", "", "the file is empty"),
        ("table", "table_dense", "age,colour\n1,red\n", "there is no column 'size'; there are age"),
        (
            "table",
            "table_dense",
            "age,size\n1\n",
            "line 2: the header has 2 fields, but this row 1;",
        ),
        (
            "table",
            "table_dense",
            "age,size,colour\nold,1,red\n",
            "column 'age': 'old' is not a number",
        ),
        ("series", "series_gru", "a,b\n1,2\n", r"row 1 is of \(steps, variables\) \(2, 1\), and"),
        ("forecast", "forecast_temporal_conv", "{}\n", "there are no rows in it"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_next_file_follows(
    kind: str,
    case: str,
    text: str | None,
    says: str,
    data_of: DataOf,
    exported_of: ExportedOf,
    tmp_path: Path,
) -> None:
    good, _ = data_of(kind)
    bad = tmp_path / "bad.csv"
    if text is not None:
        bad.write_text(text)
    done = started(exported_of(case, ALONE[-1]).path, bad, good)
    assert done.returncode == 2
    assert re.fullmatch(f"predict.py: .*{says}.*\n", done.stderr)
    assert done.stdout.startswith(str(good))


def test_without_a_file_it_says_how_to_call_it(bundle: Bundle) -> None:
    done = started(bundle.folder, without="")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Usage: python predict.py FILE...\n"


def test_without_a_format_of_its_own_it_needs_automl(bundle: Bundle, tmp_path: Path) -> None:
    Image.new("L", (8, 8), 200).save(tmp_path / "one.png")
    check(bundle.folder, tmp_path / "one.png", start=partial(started, without=""))
    assert "automl" in (bundle.folder / "requirements.txt").read_text()


@pytest.mark.parametrize("format", ALONE)
def test_the_files_for_people_say_what_is_needed(
    format: str, bundle: Bundle, digits: Dataset, exported: Callable[..., Path]
) -> None:
    path = exported(bundle, digits, format)
    names = [line.split("==")[0] for line in (path / "requirements.txt").read_text().splitlines()]
    assert names == ["numpy", {"onnx": "onnxruntime", "torch_export": "torch"}[format], "pillow"]
    assert isinstance(digits.target, Classes)
    assert tuple((path / "labels.txt").read_text().splitlines()) == digits.target.labels
    found = json.loads((path / "preprocessing.json").read_text())
    assert (found["kind"], found["image_shape"]) == ("images", [1, 8, 8])
    assert "automl" not in (path / "predict.py").read_text()


def _bound(node: ast.stmt) -> list[str]:
    """The names that a statement of a module gives something."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [each.asname or each.name for each in node.names]
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return [each.id for each in targets if isinstance(each, ast.Name)]


@pytest.mark.parametrize("kind", ["table", "series", "forecast", "images", "text"])
def test_no_two_parts_of_a_program_have_one_name(kind: str, data_of: DataOf) -> None:
    tree = ast.parse(
        render_script(data_of(kind)[1].encoding, EXPORTERS["onnx"].software.load_model)
    )
    names = [name for node in tree.body for name in _bound(node)]
    assert len(names) == len(set(names)), sorted(names)


def test_a_table_as_people_write_it(exported: Callable[..., Path], tmp_path: Path) -> None:
    """Money, units, times of the day in seconds, codes, markers, titles: as the search read it."""
    lines = ["# of all shops", "Sales of 2024", "", "at;price;mass;zip;region;sold;label"]
    for at in range(160):
        region = ("NA", "EU", "US")[at % 3]
        price = "n/a" if at == 7 else f"$1.{at * 7 % 1000:03d},50"
        cells = (1_700_000_000 + at * 37 % 160, price, f"{at % 9},5 kg", f"0{at % 4}1", region)
        lines.append(
            ";".join([*map(str, cells), ("yes", "TRUE")[at % 2], ("a ", "b")[at // 5 % 2]])
        )
    file = tmp_path / "shops.csv"
    file.write_bytes("\r\n".join(lines).encode("cp1252"))
    data = load_dataset(str(file), "table", {"target": "label"}, 0, lambda line: None)
    network = (resolved("dense", units=4),)
    model = trained(network, data)
    bundle = Bundle.write(tmp_path / "best", facts_of(network, data), model.state_dict())
    path = exported(bundle, data)
    done = started(path, file)
    assert done.returncode == 0
    assert "'price' 1 (such as 'n/a')" in done.stderr
    file.write_bytes(file.read_bytes().replace(b"n/a", b""))
    found = [line.split("\t") for line in started(path, file).stdout.splitlines()]
    expected = list(predict_files(path, [file]))
    assert len(found) == len(expected) == 160
    for (_, label, odds), each in zip(found, expected, strict=True):
        assert isinstance(each.prediction, LabelPrediction)
        assert label == each.prediction.label
        assert float(odds) == pytest.approx(each.prediction.probability, abs=2e-4)
