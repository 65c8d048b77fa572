from __future__ import annotations

from pathlib import Path

from automl.data.source import ReadProgress, data_root


class TestProgress:
    def test_it_is_reported_with_total_and_unit(self):
        told: list[str] = []
        report = ReadProgress(told.append, "a.csv:", 8000, "MB", seconds=0)
        report(2000)
        assert told == ["a.csv: 2,000 of 8,000 MB"]

    def test_a_total_may_be_unknown(self):
        told: list[str] = []
        ReadProgress(told.append, "photos: images read", 0, seconds=0)(3)
        assert told == ["photos: images read 3"]

    def test_what_ends_soon_is_not_reported(self):
        told: list[str] = []
        ReadProgress(told.append, "a.csv:", 8, "MB")(8)
        assert told == []


def test_data_is_kept_where_the_user_says(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path))
    assert data_root() == tmp_path
    monkeypatch.delenv("AUTOML_DATA")
    assert data_root() == Path.home() / ".cache" / "automl" / "data"
