"""The bundle's own predict.py, which needs nothing of this package."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from export_formats import FORMATS
from export_models import EMBEDDING, facts_of, resolved, trained
from PIL import Image

from automl.core.target import Classes
from automl.data.dataset import Dataset
from automl.data.load import load_dataset
from automl.export.bundle import Bundle
from automl.export.export import export_bundle
from automl.export.predict import Predictor
from automl.tasks.prediction import LabelPrediction

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]
ALONE = [each for each in FORMATS if each in ("onnx", "torch_export")]
# Runs a program as if automl were not installed.
WITHOUT_US = """
import runpy, sys
sys.modules["automl"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def started(
    bundle: Path, *files: Path, prelude: str = WITHOUT_US
) -> subprocess.CompletedProcess[str]:
    """The program at its end, started elsewhere."""
    return subprocess.run(
        [sys.executable, "-I", "-c", prelude, bundle / "predict.py", *files],
        cwd=bundle.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def run(bundle: Path, *files: Path, prelude: str = WITHOUT_US) -> list[list[str]]:
    """The fields of each line that it prints."""
    done = started(bundle, *files, prelude=prelude)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split("\t") for line in done.stdout.splitlines()]


def check(bundle: Path, *files: Path, prelude: str = WITHOUT_US) -> None:
    """It says of the files what ``automl predict`` says."""
    expected = list(Predictor(bundle).predict(list(files)))
    found = run(bundle, *files, prelude=prelude)
    assert [each[0] for each in found] == [each.name for each in expected]
    for (_, *fields), each in zip(found, expected, strict=True):
        if isinstance(each.prediction, LabelPrediction):
            assert fields[0] == each.prediction.label
            assert float(fields[1]) == pytest.approx(each.prediction.probability, abs=2e-4)
        else:
            said = {name: numbers.split() for name, numbers in (one.split(": ") for one in fields)}
            for name, steps in each.prediction.values.items():
                np.testing.assert_allclose(list(map(float, said[name])), steps, rtol=2e-4)


@pytest.fixture
def exported(tmp_path: Path) -> Callable[..., Path]:
    def write(bundle: Bundle, data: Dataset, format: str = ALONE[-1]) -> Path:
        return export_bundle(bundle, format, tmp_path / format, data.validation.inputs).path

    return write


@pytest.mark.parametrize("format", ALONE)
def test_images(
    format: str, bundle_of: BundleOf, data_of: DataOf, exported: Callable[..., Path], tmp_path: Path
) -> None:
    """Of every sort that people have: sideways, see-through, of 16 bits, wide, grey, JPEG."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 90, 4), dtype=np.uint8)
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "clear.png")
    Image.fromarray(pixels[..., :3]).save(tmp_path / "turned.jpg", exif=turned)
    Image.fromarray(pixels[..., 0]).save(tmp_path / "grey.png")
    Image.fromarray(pixels[..., 0].astype(np.uint16) * 257).save(tmp_path / "deep.png")
    folder, data = data_of("images")
    files = [*sorted(tmp_path.glob("*.*g")), *sorted(folder.rglob("*.png"))[:3]]
    check(exported(bundle_of("image_cnn"), data, format), *files)


def test_rows_of_a_table(
    bundle_of: BundleOf, data_of: DataOf, exported: Callable[..., Path], tmp_path: Path
) -> None:
    """With a category that is new, numbers that are missing, other columns and semicolons."""
    _, data = data_of("table")
    path = exported(bundle_of("table_dense"), data)
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


@pytest.mark.parametrize("tokenizer", ["word", "bpe", "byte"])
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
def test_series(
    case: str, kind: str, bundle_of: BundleOf, data_of: DataOf, exported: Callable[..., Path]
) -> None:
    file, data = data_of(kind)
    check(exported(bundle_of(case), data), file)


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
        ("table", "table_dense", "", "it is empty"),
        ("table", "table_dense", "age,colour\n1,red\n", "there is no column 'size'; there are age"),
        ("table", "table_dense", "age,size\n1\n", "line 2 has 1 fields, and the header 2"),
        ("table", "table_dense", "age,size,colour\nold,1,red\n", "could not convert .* 'old'"),
        ("series", "series_gru", "a,b\n1,2\n", r"row 1 is of \(steps, variables\) \(2, 1\), and"),
        ("forecast", "forecast_temporal_conv", "{}\n", "it has 0 rows, and the model reads"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_next_file_follows(
    kind: str,
    case: str,
    text: str | None,
    says: str,
    bundle_of: BundleOf,
    data_of: DataOf,
    exported: Callable[..., Path],
    tmp_path: Path,
) -> None:
    good, data = data_of(kind)
    bad = tmp_path / "bad.csv"
    if text is not None:
        bad.write_text(text)
    done = started(exported(bundle_of(case), data), bad, good)
    assert done.returncode == 2
    assert re.fullmatch(f"predict.py: .*{says}.*\n", done.stderr)
    assert done.stdout.startswith(str(good))


def test_without_a_file_it_says_how_to_call_it(bundle: Bundle) -> None:
    done = started(bundle.folder, prelude=WITHOUT_US.replace('sys.modules["automl"] = None', ""))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Usage: python predict.py FILE...\n"


def test_without_a_format_of_its_own_it_needs_automl(bundle: Bundle, tmp_path: Path) -> None:
    Image.new("L", (8, 8), 200).save(tmp_path / "one.png")
    ours = WITHOUT_US.replace('sys.modules["automl"] = None', "")
    check(bundle.folder, tmp_path / "one.png", prelude=ours)
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
