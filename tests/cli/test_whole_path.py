"""From a search to predictions, command by command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import TINY, automl, run_process
from export_formats import FORMATS, WRITES_ONNX
from PIL import Image

from automl.data.source import load_dataset

pytestmark = pytest.mark.slow


def save_digits(folder: Path, count: int) -> list[int]:
    """Real test images as files; gives their labels."""
    test = load_dataset("digits", "images", {}, 0, print).test
    folder.mkdir()
    for number, image in enumerate(test.inputs[:count]):
        Image.fromarray(np.squeeze(image)).save(folder / f"{number:02d}.png")
    return list(test.targets[:count])


def test_search_says_what_it_found_and_leaves_the_folder_as_documented(tmp_path: Path) -> None:
    """As it is typed, and so on Ray's workers."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    flags = ("--pruner", "none", "--trials", "2", "--epochs", "1", "--workers", "1")
    run = run_process("search", "tiny.yaml", *flags, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert "tiny: digits, " in run.stdout
    assert "Done: 2 trials in " in run.stdout
    assert "Best trial: " in run.stdout
    assert "export tiny --format onnx" in run.stdout
    study = tmp_path / "results" / "tiny"
    assert (tmp_path / "results" / "studies.journal").is_file()
    assert "text: |" in (study / "study.yaml").read_text()
    assert {each.name for each in (study / "best").iterdir()} >= {
        "bundle.json",
        "model.safetensors",
        "README.md",
    }
    assert (study / "trials" / "0000" / "curve.jsonl").is_file()


def test_show_ranks_the_trials(finished) -> None:
    shown = automl("show", "tiny", "--json", cwd=finished.cwd)
    study = json.loads(shown.stdout)
    assert study["trials_done"] == 3
    assert study["best"]["value"] == max(
        each["value"] for each in study["trials"] if each["status"] == "complete"
    )
    text = automl("show", "tiny", cwd=finished.cwd).stdout
    assert "tiny: 3 trials, ranked by accuracy" in text


def test_show_a_trial_in_full(finished) -> None:
    text = automl("show", "tiny", "--trial", "0", cwd=finished.cwd).stdout
    assert "trial 0 of tiny complete" in text
    assert "flatten  64" in text.replace("   ", "  ") or "flatten" in text
    assert "train_loss" in text
    trial = json.loads(automl("show", "tiny", "--trial", "0", "--json", cwd=finished.cwd).stdout)
    assert trial["parameters"]["dense.repeat"] == 1
    assert [each["step"] for each in trial["curve"]] == list(range(1, 9))


def test_studies_are_listed(finished) -> None:
    assert "tiny" in automl("studies", cwd=finished.cwd).stdout
    assert json.loads(automl("studies", "--json", cwd=finished.cwd).stdout)[0]["name"] == "tiny"


def test_a_finished_study_has_nothing_left_to_do(finished) -> None:
    again = automl("resume", "tiny", cwd=finished.cwd)
    assert again.returncode == 0, again.stderr
    assert "Done: 3 trials" in again.stdout


@pytest.mark.parametrize("format", FORMATS)
def test_an_exported_model_knows_real_digits(finished, format: str, tmp_path: Path) -> None:
    labels = save_digits(tmp_path / "digits", 20)
    made = automl("export", "tiny", "--format", format, cwd=finished.cwd)
    assert made.returncode == 0, made.stderr
    assert "100% of the decisions are the same" in made.stdout
    bundle = f"results/tiny/exported/{format}"
    told = automl("predict", bundle, str(tmp_path / "digits"), "--json", cwd=finished.cwd)
    predicted = [each["prediction"]["label"] for each in json.loads(told.stdout)]
    right = sum(guess == str(label) for guess, label in zip(predicted, labels, strict=True))
    assert right >= 14


@pytest.mark.skipif(WRITES_ONNX, reason="the installed PyTorch writes ONNX")
def test_onnx_names_the_torch_it_needs_and_leaves_nothing(finished) -> None:
    made = automl("export", "tiny", "--format", "onnx", cwd=finished.cwd)
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr == (
        f"automl: the format onnx needs torch 2.5 or newer (installed: {torch.__version__}): "
        "pip install --upgrade torch torchvision, or export as torch_export\n"
    )
    assert not (finished.cwd / "results/tiny/exported/onnx").exists()


def test_json_keeps_standard_output_for_scripts(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    run = automl(
        "search", "tiny.yaml", "--no-finalize", "--executor", "local", "--json", cwd=tmp_path
    )
    events = [json.loads(line) for line in run.stdout.splitlines()]
    assert [each["event"] for each in events] == ["begin", "trial", "trial", "trial", "end"]
    assert events[-1]["reason"] == "done"
    assert events[-1]["best"]["status"] == "complete"


def test_quiet_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    flags = ("--no-finalize", "--executor", "local", "--quiet", "--trials", "1")
    run = automl("search", "tiny.yaml", *flags, cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_storage_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    flags = (
        "--no-finalize",
        "--executor",
        "local",
        "--trials",
        "2",
        "--storage",
        "sqlite:///studies.db",
    )
    assert automl("search", "tiny.yaml", *flags, cwd=tmp_path).returncode == 0
    shown = json.loads(automl("show", "tiny", "--json", cwd=tmp_path).stdout)
    assert shown["trials_done"] == 2


def test_a_folder_of_images_is_data(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    data = load_dataset("digits", "images", {}, 0, print).train
    for label in (0, 1):
        folder = tmp_path / "photos" / f"digit {label}"
        folder.mkdir(parents=True)
        for number, image in enumerate(data.inputs[data.targets == label][:20]):
            Image.fromarray(np.squeeze(image)).save(folder / f"{number}.png")
    (tmp_path / "photos" / "digit 0" / "broken.png").write_text("no image")
    flags = ("--data", "photos", "--no-finalize", "--executor", "local", "--trials", "1")
    run = automl("search", "tiny.yaml", *flags, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "broken.png" in run.stdout
    bundle = json.loads((tmp_path / "results/tiny/best/bundle.json").read_text())
    assert bundle["target"]["labels"] == ["digit 0", "digit 1"]


def test_a_space_of_ones_own_wins(tmp_path: Path) -> None:
    made = automl("new", "mine", "--from", "cnn", cwd=tmp_path)
    assert made.stdout.startswith("search_spaces/mine.yaml is yours")
    spaces = automl("spaces", cwd=tmp_path).stdout
    assert re.search(r"^mine +search_spaces +\w+", spaces, re.MULTILINE)
    checked = json.loads(automl("check", "mine", "--json", cwd=tmp_path).stdout)
    assert checked["space"]["source"] == "search_spaces/mine.yaml"
    assert checked["samples"] == 1000
    assert checked["smallest"]["size"] < checked["largest"]["size"]


def test_doctor_finds_this_machine_fit(tmp_path: Path) -> None:
    run = automl("doctor", "--json", cwd=tmp_path)
    assert run.returncode == 0, run.stdout
    assert {each["name"] for each in json.loads(run.stdout)} >= {"torch", "ray", "GPU", "disk"}
