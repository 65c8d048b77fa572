"""A quick look at data tells what kind it is, and so which space is for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from own_data import WRITERS
from PIL import Image

from automl.core.errors import UnknownData, UserError, WrongSpace
from automl.data.kinds import check_kind, kinds_at, space_for

CHURN = "age,plan,region,churned\n" + "31,gold,north,no\n45,basic,south,yes\n52,gold,east,no\n" * 20
REVIEWS = "review,votes,sentiment\n" + "".join(
    f"a film of {at} scenes that nobody could forget,{at % 5},{('bad', 'good')[at % 2]}\n"
    for at in range(40)
)
PRODUCTS = "about,price,weight,width,height,colour\n" + "".join(
    f"a fine and useful thing of number {at},{at},{at + 1},{at + 2},{at + 3},red\n"
    for at in range(40)
)
CODES = "customer,age,price\n" + "".join(f"C{at:05d},{at},{at * 2}\n" for at in range(40))
SALES = "date,store,sales\n" + "".join(
    f"2024-01-{day:02d},{store},{day}\n" for day in range(1, 29) for store in "AB"
)


@pytest.mark.parametrize("kind", WRITERS)
def test_data_of_a_kind_is_for_the_space_of_its_kind(kind: str, tmp_path: Path) -> None:
    path = str(WRITERS[kind](tmp_path))
    check_kind(path, kind, "any")
    assert kind in kinds_at(path)


@pytest.mark.parametrize(
    ("kind", "space"),
    [("images", "cnn"), ("text", "text"), ("table", "mlp"), ("forecast", "forecast")],
)
def test_a_space_is_found_for_data(kind: str, space: str, tmp_path: Path) -> None:
    assert space_for(str(WRITERS[kind](tmp_path))) == space


@pytest.mark.parametrize("said", ["{}.png", "{:03}.png", "{}", "C:\\set\\{}.png"])
@pytest.mark.parametrize("there", [True, False])
def test_a_table_of_files_is_one_of_images(said: str, there: bool, tmp_path: Path) -> None:
    rows = [f"{said.format(at)},{at % 2}" for at in range(8)]
    (tmp_path / "list.csv").write_text("\n".join(["image_id,label", *rows]))
    if there:
        for row in rows:
            name = row.partition(",")[0].rpartition("\\")[2]
            Image.new("L", (8, 8)).save(tmp_path / f"{name.removesuffix('.png')}.png")
    if there or said != "{}":
        check_kind(str(tmp_path / "list.csv"), "images", "cnn")


@pytest.mark.parametrize("day", ["{:02}.01.2024", "2024-01-{:02}", "{:02}/01/2024", "Jan {}, 2024"])
def test_rising_dates_of_any_format_make_a_series_to_forecast(day: str, tmp_path: Path) -> None:
    rows = [f"{day.format(at)};{at % 7}" for at in range(1, 31)]
    (tmp_path / "own.csv").write_text("\n".join(["day;load", *rows]))
    assert kinds_at(str(tmp_path / "own.csv"))[0] == "forecast"


def test_a_column_called_text_may_hold_short_texts(tmp_path: Path) -> None:
    rows = [f"{('fine', 'bad', 'ok')[at % 3]},{at % 2}" for at in range(40)]
    (tmp_path / "own.csv").write_text("\n".join(["text,label", *rows]))
    check_kind(str(tmp_path / "own.csv"), "text", "text")


@pytest.mark.parametrize(
    ("content", "kind", "right"),
    [
        (CHURN, "images", "mlp"),
        (CHURN, "text", "mlp"),
        (CHURN, "forecast", "mlp"),
        (CODES, "text", "mlp"),
        (REVIEWS, "table", "text"),
        (REVIEWS, "images", "text"),
        (REVIEWS, "forecast", "text"),
        (PRODUCTS, "images", "mlp"),
        (SALES, "images", "mlp"),
    ],
)
def test_a_table_for_another_space_names_that(
    content: str, kind: str, right: str, tmp_path: Path
) -> None:
    (tmp_path / "own.csv").write_text(content)
    with pytest.raises(WrongSpace) as raised:
        check_kind(str(tmp_path / "own.csv"), kind, "given")
    assert (raised.value.space, raised.value.right) == ("given", right)


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (CHURN, ["table"]),
        (REVIEWS, ["text"]),
        (PRODUCTS, ["table", "text"]),
        (SALES, ["table", "forecast"]),
        ("x\n" + "1\n2\n5\n" * 9, ["table", "forecast", "series"]),
        ("name,country\nOkafor,Nigeria\nNielsen,Denmark\nRossi,Italy\n", ["table", "text"]),
    ],
)
def test_what_may_be_meant_is_never_refused(content: str, kinds: list[str], tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(content)
    for kind in kinds:
        check_kind(str(tmp_path / "own.csv"), kind, "given")


def test_a_folder_of_images_is_for_no_table(tmp_path: Path) -> None:
    (tmp_path / "photos" / "cats").mkdir(parents=True)
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "photos" / "cats" / "a.jpg")
    (tmp_path / "photos" / "notes.txt").write_text("mine")
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "photos" / "cats" / "b.png")
    with pytest.raises(WrongSpace, match="photos holds images, and mlp is for the rows of a table"):
        check_kind(str(tmp_path / "photos"), "table", "mlp")


def test_a_named_dataset_is_of_its_kind() -> None:
    with pytest.raises(WrongSpace, match=r"^imdb holds texts, and cnn is for images"):
        check_kind("imdb", "images", "cnn")


def test_what_is_not_there_is_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    told = (
        r"^there is no file or folder 'photoz', and no dataset of that name; did you mean 'photos'"
    )
    with pytest.raises(UnknownData, match=told):
        space_for("photoz")
    with pytest.raises(
        UserError, match="photos: its kind of data was not recognised; name a space: cnn"
    ):
        space_for("photos")
