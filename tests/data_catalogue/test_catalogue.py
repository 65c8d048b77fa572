"""What holds for every entry."""

from __future__ import annotations

import re

import pytest

from automl.data import DATASETS, READERS

CHECKSUM = re.compile(r"sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}")


@pytest.mark.parametrize("name", DATASETS.names)
class TestEveryEntry:
    def test_it_has_the_name_and_kind_of_its_dataset(self, name):
        assert DATASETS[name].entry.name == name
        assert DATASETS[name].entry.kind == DATASETS[name].kind
        assert DATASETS[name].kind in READERS

    def test_it_says_what_it_is_whose_and_where_a_person_finds_it(self, name):
        entry = DATASETS[name].entry
        assert entry.title
        assert entry.licence
        assert entry.citation
        assert entry.rows > 0
        assert re.match(r"https?://\S+$", entry.home)

    def test_it_comes_with_a_package_or_has_files_and_more_than_one_place_to_get_them(self, name):
        entry = DATASETS[name].entry
        if entry.comes_with:
            assert not entry.files
        else:
            assert entry.files
            assert len(entry.sources) > 1

    def test_its_files_are_pinned_and_stay_in_their_folder(self, name, data_root):
        entry = DATASETS[name].entry
        for file in entry.files:
            assert CHECKSUM.fullmatch(file.checksum)
            assert (entry.files_folder / file.name).parent == entry.files_folder
            assert entry.files_folder.is_relative_to(data_root)
            assert ".." not in entry.files_folder.parts


def test_only_what_nobody_published_more_of_is_pinned_by_md5():
    by_md5 = {
        name
        for name in DATASETS
        for file in DATASETS[name].entry.files
        if file.checksum[:4] == "md5:"
    }
    assert by_md5 == {"cifar10", "cifar100"}


def test_datasets_that_share_a_folder_share_its_files():
    assert DATASETS["imdb"].entry.path == DATASETS["rotten_tomatoes"].entry.path
    assert DATASETS["imdb"].entry.files == DATASETS["rotten_tomatoes"].entry.files
