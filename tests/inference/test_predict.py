from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image
from predicting import predict_files

from automl.core.errors import DataError, UnknownName, UserError
from automl.data.dataset import Dataset
from automl.export.bundle import Bundle
from automl.inference.predict import Predictor


@pytest.fixture(scope="module")
def predictor(bundle: Bundle) -> Predictor:
    return Predictor(bundle.folder)


@pytest.fixture
def digit(digits: Dataset, tmp_path: Path) -> Path:
    path = tmp_path / "digit.png"
    Image.fromarray(digits.test.inputs[0, 0]).save(path)
    return path


def test_a_prediction_has_every_label(predictor: Predictor, digit: Path) -> None:
    (found,) = predict_files(predictor, [digit])
    assert found.name == str(digit)
    assert found.error is None
    assert found.prediction is not None
    assert set(found.prediction.probabilities) == set(map(str, range(10)))
    assert sum(found.prediction.probabilities.values()) == pytest.approx(1.0)


def test_colour_and_size_do_not_matter(predictor: Predictor, digit: Path) -> None:
    with Image.open(digit) as image:
        large = image.resize((64, 64), Image.Resampling.NEAREST)
        large.convert("RGB").save(digit.with_name("large.bmp"))
    one, other = predict_files(predictor, [digit, digit.with_name("large.bmp")])
    assert one.prediction is not None
    assert other.prediction is not None
    assert one.prediction.label == other.prediction.label


def test_what_cannot_be_read_costs_only_itself(predictor: Predictor, digit: Path) -> None:
    broken = digit.with_name("broken.png")
    broken.write_bytes(digit.read_bytes()[:40])
    text = digit.with_name("text.txt")
    text.write_text("no image")
    first, second, third, fourth = predict_files(predictor, [broken, digit, text, digit])
    assert first.prediction is third.prediction is None
    assert "broken.png" in (first.error or "")
    assert "text.txt" in (third.error or "")
    assert second == fourth
    assert second.prediction is not None


def test_all_may_be_unreadable(predictor: Predictor, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (found,) = predict_files(predictor, [tmp_path / "a.png"])
    assert found.error


def test_a_folder_stands_for_its_images_sorted(predictor: Predictor, digit: Path) -> None:
    folder = digit.parent
    (folder / "inner").mkdir()
    for name in ("inner/b.PNG", "a.png", ".hidden.png", "c.txt"):
        shutil.copy(digit, folder / name)
    found = predict_files(predictor, [folder])
    names = [Path(each.name).relative_to(folder).as_posix() for each in found]
    assert names == ["a.png", "digit.png", "inner/b.PNG"]


def test_more_files_than_a_batch_stay_in_order(
    predictor: Predictor, digits: Dataset, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{at}.png" for at in reversed(range(70))]
    for path, image in zip(paths, digits.test.inputs, strict=False):
        Image.fromarray(image[0]).save(path)
    found = predict_files(predictor, paths)
    assert [each.name for each in found] == list(map(str, paths))
    assert found[66:] == predict_files(predictor, paths[66:])


def test_nothing_in_nothing_out(predictor: Predictor) -> None:
    assert predict_files(predictor, []) == []


@pytest.mark.parametrize("name", ["nowhere.png", "empty"])
def test_what_is_not_there_is_named(predictor: Predictor, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=name):
        predict_files(predictor, [tmp_path / name])


def test_no_bundle_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no bundle"):
        Predictor(tmp_path)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"images"', '"image"'),
        ('"image_classification"', '"image_clasification"'),
    ],
)
def test_unknown_names_are_told(bundle: Bundle, tmp_path: Path, right: str, wrong: str) -> None:
    shutil.copytree(bundle.folder, tmp_path / "b")
    file = tmp_path / "b" / "bundle.json"
    file.write_text(file.read_text("utf-8").replace(right, wrong), "utf-8")
    with pytest.raises(UnknownName, match="unknown"):
        Predictor(tmp_path / "b")
