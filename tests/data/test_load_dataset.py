from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from data_files import save_folder

from automl.core.errors import DataError, UnknownName, UserError
from automl.data.load import load_dataset


def load(name: str, **options: object):
    return load_dataset(name, options, 0, print)


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
    assert load("photos").labels == ("cat", "dog")
    assert load("./digits").labels == ("cat", "dog")
    assert load("digits").labels[0] == "0"
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


def test_a_dataset_crosses_processes():
    dataset = load("fashion_mini")
    copy = pickle.loads(pickle.dumps(dataset))
    assert copy.fingerprint == dataset.fingerprint
    assert (copy.train.inputs == dataset.train.inputs).all()


def test_nothing_heavy_is_imported_for_the_shipped_dataset():
    code = (
        "import sys; from automl.data.load import load_dataset; "
        "load_dataset('fashion_mini', {}, 0, print); "
        "print([m for m in ('torch', 'torchvision', 'sklearn', 'PIL') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
