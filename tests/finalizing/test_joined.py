"""Train and validation together."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import own_data
import pytest

from automl.data.images.cache import MappedSplit


@pytest.mark.parametrize("kind", own_data.WRITERS)
def test_train_and_validation_come_one_after_the_other(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
    _, data = own_data.load(kind, tmp_path)
    joined = data.joined()
    examples = [*data.train.inputs, *data.validation.inputs]
    for example, inputs in zip(examples, joined.train.inputs, strict=True):
        np.testing.assert_array_equal(inputs[: len(example)], example)
        assert not inputs[len(example) :].any()  # a text among longer ones has padding behind it
    np.testing.assert_array_equal(
        joined.train.targets, np.concatenate([data.train.targets, data.validation.targets])
    )
    assert (joined.validation, joined.test) == (data.validation, data.test)
    assert joined.fingerprint == data.fingerprint


def test_neighbours_of_one_file_are_mapped_and_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
    _, data = own_data.load("images", tmp_path)
    train = data.joined().train
    assert isinstance(train, MappedSplit)
    assert len(pickle.dumps(train)) < train.inputs.nbytes
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(train)).inputs, train.inputs)


def test_others_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
    _, data = own_data.load("images", tmp_path)
    turned = data.validation.followed_by(data.train)
    assert not isinstance(turned, MappedSplit)
    np.testing.assert_array_equal(turned.inputs[: len(data.validation)], data.validation.inputs)
