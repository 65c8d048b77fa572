from __future__ import annotations

import subprocess
import sys

import pytest
from data_files import save_folder

from automl.core.errors import DataError, UnknownName, UserError
from automl.data import READERS
from automl.data.source import find_source, load_dataset


def load(name: str, **options: object):
    return load_dataset(name, "images", options, 0, print)


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'fashion_mini'"):
        load("fashon_mini")


def test_a_path_that_is_not_there_is_no_unknown_name():
    with pytest.raises(DataError, match=r"\./fashon_mini: there is no such folder"):
        load("./fashon_mini")


def test_a_folder_in_sight_needs_no_slash_unless_a_dataset_has_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_folder(tmp_path / "photos")
    save_folder(tmp_path / "digits")
    assert load("photos").target.labels == ("cat", "dog")
    assert load("./digits").target.labels == ("cat", "dog")
    assert load("digits").target.labels[0] == "0"
    monkeypatch.chdir(tmp_path / "photos")
    assert load(".").name == "photos"


def test_an_unknown_option_gets_the_nearest_and_all_that_are_known(tmp_path):
    with pytest.raises(UserError, match=r"no option 'sise'; did you mean 'size'.*size, channels"):
        load(str(tmp_path), sise=32)


def test_a_dataset_without_options_says_so():
    with pytest.raises(UserError, match="'digits' takes no options, but was given 'size'"):
        load("digits", size=8)


@pytest.mark.parametrize(
    "options", [{"size": "big"}, {"size": 4}, {"size": True}, {"size": 9.5}, {"channels": 2}]
)
def test_a_wrong_value_is_shown_with_the_rule(tmp_path, options):
    (option, value), *_ = options.items()
    with pytest.raises(UserError, match=rf"option '{option}' \(={value!r}\): input should be"):
        load(str(tmp_path), **options)


def test_a_named_dataset_of_another_kind_names_both():
    with pytest.raises(
        DataError, match="'digits' is data of the kind 'images', and the space is for 'text'"
    ):
        load_dataset("digits", "text", {}, 0, print)


def test_a_path_is_read_as_the_kind_says():
    assert find_source("./digits", "images") is READERS["images"]


def test_an_option_that_a_flag_sets_is_told_by_its_flag(tmp_path):
    with pytest.raises(UserError, match=r"no option 'time' \(--time\); .*known: size"):
        load(str(tmp_path), time="day")
    with pytest.raises(UserError, match=r"takes no options, but was given 'group' \(--group\)"):
        load("digits", group="x")


@pytest.mark.slow
def test_nothing_heavy_is_imported_for_the_shipped_dataset():
    code = (
        "import sys; from automl.data.source import load_dataset; "
        "load_dataset('fashion_mini', 'images', {}, 0, print); "
        "print([m for m in ('torch', 'torchvision', 'sklearn', 'PIL') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
