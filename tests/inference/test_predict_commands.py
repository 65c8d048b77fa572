"""``automl predict`` and ``automl evaluate`` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from predicting import predict_files
from typer.testing import CliRunner

from automl.cli import app
from automl.cli.inference import as_tables
from automl.core.errors import DataError, UserError
from automl.data.dataset import Dataset
from automl.export.bundle import Bundle
from automl.tasks import TASKS
from automl.tasks.classification import TextClassification

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]


def invoke(*arguments: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)), input=given)


def run(*arguments: object, given: bytes | None = None) -> list[str]:
    result = invoke(*arguments, given=given)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


class TestPredict:
    def test_standard_input_and_files_together(self, bundle_of: BundleOf, data_of: DataOf) -> None:
        file, _ = data_of("text")
        folder = bundle_of("text_conv").folder
        lines = run("predict", folder, "-", file, given=b"well made\nweak\n")
        assert len(lines) == 1 + 2 + 160
        assert lines[1].startswith("- row 1")
        assert lines[3].startswith(f"{file} row 1")

    def test_the_best_labels_have_a_column_each(self, bundle_of: BundleOf) -> None:
        folder = bundle_of("text_conv").folder
        head, row = run("predict", folder, "-", "--top-k", 5, given=b"well made")
        names = ["label", "probability", "label", "2", "probability", "2"]
        assert head.split() == ["input", *names]
        _, _, _, first, best, second, other = row.split()
        assert {first, second} == {"good", "bad"}
        assert float(best) + float(other) == pytest.approx(1, abs=1e-4)
        assert float(best) >= float(other)

    def test_every_label_has_a_column(self, bundle_of: BundleOf) -> None:
        folder = bundle_of("text_conv").folder
        head, row, error = run("predict", folder, "-", "--probabilities", given=b"well made\n\n")
        assert head.split() == ["input", "label", "p(bad)", "p(good)", "error"]
        assert row.split()[-1] == "-"
        assert error.endswith("there is no text in it")

    def test_json_has_as_many_labels_as_are_asked_for(self, bundle_of: BundleOf) -> None:
        folder = bundle_of("text_conv").folder
        arguments = ("predict", folder, "-", "--json", "--top-k", 1)
        first, second = json.loads("".join(run(*arguments, given=b"well made\n\n")))
        assert len(first["prediction"]["probabilities"]) == 1
        assert second == {
            "name": "- row 2",
            "prediction": None,
            "error": "there is no text in it",
        }

    def test_many_rows_are_below_one_heading(self, bundle_of: BundleOf, data_of: DataOf) -> None:
        file, _ = data_of("table")
        found = predict_files(bundle_of("table_dense").folder, [file])
        tables = as_tables(found, top_k=None, every=False, rows_at_once=10)
        head, *rows = "\n".join(tables).splitlines()
        assert head.split() == ["input", "price"]
        assert [row.split()[2] for row in rows] == list(map(str, range(1, 161)))

    @pytest.mark.parametrize(
        ("case", "flags", "told"),
        [
            ("table_dense", ("--top-k", 2), "numbers (price), which have no probabilities"),
            ("table_dense", ("--probabilities",), "numbers (price)"),
            ("text_conv", ("--top-k", 2, "--probabilities"), "leave out one"),
        ],
    )
    def test_flags_that_make_no_sense_are_told(
        self, bundle_of: BundleOf, case: str, flags: tuple[object, ...], told: str
    ) -> None:
        given = b"age,size,colour\n5,3,red"
        result = invoke("predict", bundle_of(case).folder, "-", *flags, given=given)
        assert isinstance(result.exception, UserError)
        assert told in str(result.exception)

    def test_nothing_that_can_be_read_is_an_error(self, bundle_of: BundleOf) -> None:
        result = invoke("predict", bundle_of("text_conv").folder, "-", given=b"\n")
        assert isinstance(result.exception, DataError)
        assert "there is no text in it" in result.stdout


class TestEvaluate:
    def test_scores_are_a_table(self, bundle_of: BundleOf, data_of: DataOf) -> None:
        file, data = data_of("text")
        first, head, *lines = run("evaluate", bundle_of("text_conv").folder, file)
        assert first == f"{file}, its test split: {len(data.test)} examples"
        assert head.split() == ["metric", "value", "low", "high"]
        metrics = [each.name for each in TASKS[data.task].metrics]
        rows, said = lines[: len(metrics)], " ".join(lines[len(metrics) :])
        assert [row.split()[0] for row in rows] == metrics
        for row in rows:
            value, low, high = row.split()[1:]
            assert low == high == "-" or float(low) <= float(value) <= float(high)
        assert said.startswith("From low to high is the 95% interval: ")
        assert "this opening of the test split is not counted" in said

    def test_scripts_read_json(self, bundle_of: BundleOf, tmp_path: Path) -> None:
        file = tmp_path / "new.csv"
        file.write_text("text,label\nwell made,good\nweak,fair\nslow,bad\n", "utf-8")
        (line,) = run("evaluate", bundle_of("text_conv").folder, file, "--json")
        found = json.loads(line)
        assert (found["split"], found["trained_on"], found["examples"]) == ("all", False, 2)
        assert found["left_out"]["unknown_labels"] == {"fair": 1}
        measured = {each["metric"] for each in found["scores"]}
        assert measured == {each.name for each in TextClassification.metrics}

    def test_notes_fit_a_narrow_terminal(
        self, bundle_of: BundleOf, data_of: DataOf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "60")
        _, *lines = run(
            "evaluate", bundle_of("table_dense").folder, data_of("table")[0], "--split", "all"
        )
        assert max(map(len, lines)) <= 60
        assert any(line.startswith("Note: ") for line in lines)
