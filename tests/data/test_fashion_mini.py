from __future__ import annotations

import sys

import numpy as np
import pytest
from data_files import write_idx
from published_data.images import PER_CLASS, idx_files

from automl.core.errors import DataError
from automl.data.catalogue import mnist
from automl.data.catalogue.mnist import FILE, read_idx
from automl.data.source import load_dataset


def test_splits_are_even_and_the_official_test_images_stay_test():
    dataset = load_dataset("fashion_mini", "images", {}, 0, print)
    for split, per_class in [(dataset.train, 510), (dataset.validation, 90), (dataset.test, 100)]:
        assert np.bincount(split.targets).tolist() == [per_class] * 10
    assert dataset.encoding.shape == (1, 28, 28)
    assert dataset.target.labels[0] == "T-shirt/top"


def test_it_is_the_same_in_every_study_and_on_every_machine():
    for seed in (0, 1):
        assert load_dataset("fashion_mini", "images", {}, seed, print).fingerprint == (
            "5bedca2225f48ff4388a63a853657526cc46801f980580b7fa61ce17a81d1b4b"
        )


def test_it_is_small_and_has_its_notice():
    assert FILE.stat().st_size < 5_000_000
    notice = (FILE.parent / "NOTICE.md").read_text(encoding="utf-8")
    assert "Zalando SE" in notice
    assert "Permission is hereby granted" in notice


def test_cutting_is_deterministic_and_even(tmp_path, monkeypatch):
    write_idx(tmp_path / "whole", gzipped=True)
    outputs = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for output in outputs:
        arguments = ["mnist", str(tmp_path / "whole"), "--output", str(output)]
        monkeypatch.setattr(sys, "argv", arguments)
        mnist.main()
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    with np.load(outputs[0], allow_pickle=False) as arrays:
        assert arrays["train_targets"].tolist() == list(range(10))
        train = idx_files()["train-images-idx3-ubyte"][16:]
        whole = np.frombuffer(train, np.uint8).reshape(10, PER_CLASS, 1, 28, 28)
        for label, image in enumerate(arrays["train_inputs"]):
            assert any((image == original).all() for original in whole[label])


@pytest.mark.parametrize("content", [b"", b"no gzip", None], ids=["empty", "junk", "cut short"])
def test_a_damaged_idx_file_is_named(tmp_path, content):
    write_idx(tmp_path / "whole", gzipped=True)
    path = tmp_path / "whole" / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:500] if content is None else content)
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte.gz"):
        read_idx(path)
