"""A bundle from a stranger runs no code, leads nowhere else, and is refused in a line."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import torch
from attacks import evil_pickle
from limits import bounded
from predicting import predict_files
from safetensors.torch import load_file, save_file
from stranger_bundles import CASES, StrangerSample

from automl.core.errors import UserError
from automl.export.bundle import Bundle
from automl.export.exporter import export_bundle

FILES = ("bundle.json", "model.safetensors")
SampleOf = Callable[[str], StrangerSample]


def predict(sample: StrangerSample) -> None:
    with bounded(seconds=30):
        predict_files(sample.folder, [sample.file])


def refuses(sample: StrangerSample, saying: str) -> None:
    with pytest.raises(UserError, match=saying) as caught:
        predict(sample)
    assert str(caught.value).isprintable(), "one line, with nothing that a terminal acts on"


def change(sample: StrangerSample, **changes: Any) -> None:
    file = sample.folder / "bundle.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")


def change_encoding(sample: StrangerSample, **changes: Any) -> None:
    facts = json.loads((sample.folder / "bundle.json").read_text("utf-8"))
    ((kind, options),) = facts["encoding"].items()
    change(sample, encoding={kind: {**options, **changes}})


@pytest.fixture
def words(sample_of: SampleOf, tmp_path: Path) -> StrangerSample:
    sample = sample_of("words")
    return StrangerSample(Path(shutil.copytree(sample.folder, tmp_path / "words")), sample.file)


@pytest.mark.parametrize("name", CASES)
def test_they_predict_before_they_are_spoiled(sample_of: SampleOf, name: str) -> None:
    sample = sample_of(name)
    found = predict_files(sample.folder, [sample.file])
    assert all(each.prediction for each in found)


class TestBundleFiles:
    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize("protocol", [0, 2, 4])
    def test_a_pickle_in_place_of_a_file_is_not_loaded(
        self, spoiled: StrangerSample, tmp_path: Path, name: str, protocol: int
    ) -> None:
        (spoiled.folder / name).write_bytes(evil_pickle(tmp_path / "marker", protocol))
        refuses(spoiled, name)
        assert not (tmp_path / "marker").exists()

    @pytest.mark.parametrize("name", FILES)
    def test_a_checkpoint_in_place_of_a_file_is_not_loaded(
        self, spoiled: StrangerSample, tmp_path: Path, name: str
    ) -> None:
        torch.save(torch.nn.Linear(1, 1), spoiled.folder / name)
        refuses(spoiled, name)

    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "../bundle-too/file"])
    def test_a_link_that_leads_out_is_refused(
        self, spoiled: StrangerSample, tmp_path: Path, name: str, target: str
    ) -> None:
        (tmp_path / "bundle-too").mkdir()
        for place in ("outside", "bundle-too/file"):
            shutil.copy(spoiled.folder / name, tmp_path / place)
        (spoiled.folder / name).unlink()
        (spoiled.folder / name).symlink_to(target)
        refuses(spoiled, "leads out of its bundle")

    def test_a_link_inside_is_fine_and_so_is_one_to_the_bundle(
        self, spoiled: StrangerSample, tmp_path: Path
    ) -> None:
        (spoiled.folder / "weights").mkdir()
        weights = spoiled.folder / "model.safetensors"
        weights.rename(spoiled.folder / "weights" / "a")
        weights.symlink_to("weights/a")
        (tmp_path / "link").symlink_to(spoiled.folder)
        predict(StrangerSample(tmp_path / "link", spoiled.file))

    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "device", "nothing"])
    def test_what_is_no_file_is_refused(
        self, spoiled: StrangerSample, name: str, kind: str
    ) -> None:
        path = spoiled.folder / name
        path.unlink()
        if kind == "folder":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind == "loop":
            path.symlink_to(name)
        elif kind == "device":
            path.symlink_to("/dev/zero")
        refuses(spoiled, name)

    @pytest.mark.parametrize("where", ["bundle.json", "bundle.json/inner", "nowhere"])
    def test_what_is_no_folder_is_refused(self, spoiled: StrangerSample, where: str) -> None:
        refuses(StrangerSample(spoiled.folder / where, spoiled.file), "is no bundle")

    def test_a_description_that_never_ends_is_not_read(self, spoiled: StrangerSample) -> None:
        os.truncate(spoiled.folder / "bundle.json", 1 << 40)
        refuses(spoiled, "damaged: 1,099,511,627,776 bytes")


class TestOtherFormats:
    """Loading them can run code, so ``predict`` does not, whatever a bundle says of itself."""

    @pytest.mark.parametrize("format", ["torch_export", "onnx", "../../evil", "pickle"])
    def test_their_files_are_never_opened(self, spoiled: StrangerSample, format: str) -> None:
        change(spoiled, format=format)
        for suffix in ("pt2", "onnx", "onnx.data", "pkl"):
            os.mkfifo(spoiled.folder / f"model.{suffix}")  # to open one is to wait for ever
        predict(spoiled)

    def test_a_pt2_that_runs_code_when_pytorch_loads_it_does_not_here(
        self, spoiled: StrangerSample, tmp_path: Path
    ) -> None:
        sample = torch.zeros(2, 3, 8, 8, dtype=torch.uint8)
        bundle = Bundle.load(spoiled.folder)
        made = export_bundle(bundle, "torch_export", tmp_path / "made", sample.numpy())
        _poison(made.path / "model.pt2", tmp_path / "marker")
        predict(StrangerSample(made.path, spoiled.file))
        assert not (tmp_path / "marker").exists()
        _load_as_pytorch_does(made.path / "model.pt2")
        assert (tmp_path / "marker").exists(), "the attack is none"


class TestNetwork:
    @pytest.mark.parametrize(
        ("network", "saying"),
        [
            ([{"dense": {"units": 10**12}}], "less than or equal to 2147483647"),
            ([{"flatten": {}}, {"dense": {"units": 2**31 - 1}}], "size mismatch"),
            ([{"conv2d": {"filters": 10**9}}, {"global_avg_pool": {}}], "size mismatch"),
            ([{"conv2d": {"filters": 2**31 - 1, "kernel_size": 2**31 - 1}}] * 9, "layer 1"),
            ([{"no_such_layer": {}}], "unknown layer 'no_such_layer'"),
            ([{"os.system": {"command": "true"}}], "unknown layer 'os.system'"),
            ([{"flatten": {"\x1b[2J\n": 1}}], r"\\x1b\[2J\\n"),
            ([{"flatten": {}}] * 2000, "at most 1000"),
            ([], "the output layer needs a vector"),
            ("flatten", "network"),
            ([{"flatten": {}, "dense": {"units": 1}}], "at most 1 item"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, spoiled: StrangerSample, network: Any, saying: str
    ) -> None:
        change(spoiled, network=network)
        refuses(spoiled, saying)

    @pytest.mark.parametrize("depth", [60, 10_000])
    def test_deep_nesting_is_refused(self, spoiled: StrangerSample, depth: int) -> None:
        change(spoiled, network="NETWORK")
        file = spoiled.folder / "bundle.json"
        deep = '[{"residual": {"layers": ' * depth + "[]" + "}}]" * depth
        file.write_text(file.read_text("utf-8").replace('"NETWORK"', deep), "utf-8")
        refuses(spoiled, "bundle")

    def test_names_that_a_terminal_acts_on_are_shown_spelled_out(
        self, spoiled: StrangerSample
    ) -> None:
        change(spoiled, **{"\x1b]0;evil\x07\n": 1})
        refuses(spoiled, r"\\x1b\]0;evil\\x07\\n: Extra inputs")


class TestEncoding:
    @pytest.mark.parametrize(
        "changes",
        [
            {"image_shape": [3, 10**6, 10**6]},
            {"image_shape": [3, 0, 8]},
            {"image_shape": [-3, 8, 8]},
            {"image_shape": [3, 8]},
            {"mean": ["NaN", 0, 0]},
            {"mean": [float("nan")] * 3},
            {"std": [0.5]},
            {"file": "../../outside"},
        ],
    )
    def test_images_that_cannot_be_are_refused(
        self, spoiled: StrangerSample, changes: dict[str, Any]
    ) -> None:
        change_encoding(spoiled, **changes)
        refuses(spoiled, "bundle.json")

    @pytest.mark.parametrize(
        "state",
        [
            "",
            "null",
            "[" * 100_000,
            '{"model": {"vocab": {"a": 1}}}',
            '{"model": {"vocab": {"[padding ]": 0, "[unknown ]": 4294967295}}}',
            '{"model": {"vocab": {"[padding ]": 0, "[unknown ]": 1, "a": -1}}}',
        ],
    )
    @pytest.mark.parametrize("tokenizer", ["word", "bpe"])
    def test_a_tokenizer_that_cannot_be_is_refused(
        self, words: StrangerSample, tokenizer: str, state: str
    ) -> None:
        change_encoding(words, tokenizer=tokenizer, state=state)
        refuses(words, "encoding: Value error, text")

    def test_merges_that_end_the_library_are_refused(
        self, words: StrangerSample, capfd: pytest.CaptureFixture[str]
    ) -> None:
        vocab = {"[padding ]": 0, "[unknown ]": 1, "a": 2, "b": 3}
        state = json.dumps({"model": {"vocab": vocab, "merges": [["a", "b"]]}})
        change_encoding(words, tokenizer="bpe", state=state)
        refuses(words, "the two joined too")
        assert capfd.readouterr() == ("", "")

    def test_of_a_tokenizer_only_what_it_learned_is_taken(self, words: StrangerSample) -> None:
        """The library would fill up the memory with padding, or match until the end of days."""
        before = predict_files(words.folder, [words.file])
        facts = json.loads((words.folder / "bundle.json").read_text("utf-8"))
        state = json.loads(facts["encoding"]["text"]["state"])
        padding = {"direction": "Right", "pad_to_multiple_of": None, "pad_id": 0}
        padding |= {"pad_type_id": 0, "pad_token": "x", "strategy": {"Fixed": 10**12}}
        slow = {"type": "Split", "pattern": {"Regex": "(a*)*b"}, "behavior": "Removed"}
        evil = {**state, "padding": padding, "pre_tokenizer": {**slow, "invert": False}}
        change_encoding(words, state=json.dumps(evil))
        assert predict_files(words.folder, [words.file]) == before


def test_times_that_are_plain_numbers_are_told_where_training_had_dates(
    sample_of: SampleOf, tmp_path: Path
) -> None:
    sample = sample_of("forecast")
    lines = sample.file.read_text("utf-8").splitlines()
    rows = [f"{at},{line.partition(',')[2]}" for at, line in enumerate(lines[1:])]
    (tmp_path / "new.csv").write_text("\n".join([lines[0], *rows]), "utf-8")
    (found,) = predict_files(sample.folder, [tmp_path / "new.csv"])
    assert found.error is not None
    assert "column 'date' is not a time: '0' in row 1 is not a date of the form" in found.error


def test_a_forecast_has_a_mean_for_each_variable(sample_of: SampleOf, tmp_path: Path) -> None:
    there = sample_of("forecast")
    folder = Path(shutil.copytree(there.folder, tmp_path / "forecast"))
    facts = json.loads((folder / "bundle.json").read_text("utf-8"))
    content = facts["encoding"]["series"]["content"]
    sample = StrangerSample(folder, there.file)
    change_encoding(sample, content={**content, "numbers": [], "categories": {}, "cycles": []})
    refuses(sample, "content has 0 variables, mean has")


class TestWeights:
    def replaced(self, sample: StrangerSample, header: Any, data: bytes = b"") -> None:
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        content = struct.pack("<Q", len(text)) + text + data
        (sample.folder / "model.safetensors").write_bytes(content)

    @pytest.mark.parametrize(
        "header",
        [
            b"",
            b"{",
            b"[" * 100_000,
            {},
            {"a": {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 4 * 10**12]}},
            {"a": {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 4]}},
            {"a": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}},
            {"a": {"dtype": "O", "shape": [1], "data_offsets": [0, 4]}},
            {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}},
            {"../../a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}},
            {"\x7f\x1b[2Ja": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}},
            b'{"\x7fa":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        ],
    )
    def test_a_false_header_is_refused(self, spoiled: StrangerSample, header: Any) -> None:
        self.replaced(spoiled, header, bytes(4) if header else b"")
        refuses(spoiled, r"model\.safetensors")

    def test_a_header_longer_than_any_file_is_refused(self, spoiled: StrangerSample) -> None:
        weights = spoiled.folder / "model.safetensors"
        weights.write_bytes(b"\xff" * 8 + weights.read_bytes()[8:])
        refuses(spoiled, "damaged")

    @pytest.mark.parametrize("type", [torch.int8, torch.float16])
    def test_weights_of_another_type_are_refused(
        self, spoiled: StrangerSample, type: torch.dtype
    ) -> None:
        weights = spoiled.folder / "model.safetensors"
        save_file({name: each.to(type) for name, each in load_file(weights).items()}, weights)
        refuses(spoiled, "does not fit the network|cannot be run")


def _poison(file: Path, marker: Path) -> None:
    """Put a pickle where PyTorch's loader unpickles what a ``.pt2`` holds."""
    with ZipFile(file) as archive:
        members = {each.filename: archive.read(each) for each in archive.infolist()}
    unpickled = ("example_inputs", "sample_inputs", "serialized_constants")  # newer, older torch
    place = next(name for each in unpickled for name in members if each in name)
    members[place] = evil_pickle(marker)
    with ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _load_as_pytorch_does(file: Path) -> None:
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.suppress(Exception):
            warnings.simplefilter("ignore")
            torch.export.load(file)
    finally:
        logging.disable(logging.NOTSET)
