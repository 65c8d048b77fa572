"""The parts that fit() is made of, where a whole training would not show what they do."""

from __future__ import annotations

import platform
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_runs import image_model, images, make_run

from automl.training.batches import evaluation_batches, training_batches
from automl.training.checkpoint import load_checkpoint, save_checkpoint
from automl.training.draws import Draws, derive_seed
from automl.training.fit import fit
from automl.training.imbalance import balanced_weights
from automl.training.mixup import Mixup
from automl.training.precision import forward
from automl.training.steps import part_of_epoch, reports_per_epoch
from automl.training.tensors import Tensors

CPU = torch.device("cpu")


@given(st.integers(1, 1000), st.integers(1, 4))
def test_parts_of_an_epoch_hold_each_batch_once_and_the_first_is_not_empty(batches, parts):
    cut = [part_of_epoch(batches, part, parts) for part in range(parts)]
    assert [batch for part in cut for batch in part] == list(range(batches))
    assert cut[0]
    if batches >= parts:
        lengths = [len(part) for part in cut]
        assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize(("epochs", "reports"), [(1, 4), (5, 4), (6, 3), (10, 2), (11, 1), (99, 1)])
def test_reports_per_epoch(epochs, reports):
    assert reports_per_epoch(epochs) == reports


def texts(lengths: list[int]) -> Tensors:
    """A text of ones of each length, behind it padding; the n-th example's target is n."""
    tokens = torch.zeros(len(lengths), max(lengths), dtype=torch.int32)
    for row, length in enumerate(lengths):
        tokens[row, :length] = 1
    return Tensors.of_texts(tokens, torch.arange(len(lengths)))


sizes = st.integers(2, 300).map(
    lambda examples: Tensors(torch.zeros(examples, 1), torch.zeros(examples))
)
any_data = sizes | st.lists(st.integers(1, 60), min_size=2, max_size=300).map(texts)


@given(data=any_data, batch_size=st.integers(2, 400), seed=st.integers(0, 9))
def test_batches_hold_each_example_once_and_are_never_single(data, batch_size, seed):
    batches = training_batches(make_run(batch_size=batch_size), data, seed)
    assert torch.cat(batches).sort().values.tolist() == list(range(len(data)))
    assert all(2 <= len(batch) <= batch_size + 1 for batch in batches)
    assert sum(len(batch) != batch_size for batch in batches) <= 1


def test_texts_of_like_length_share_a_batch_that_is_as_long_as_its_longest():
    lengths = torch.randint(1, 200, (2000,), generator=torch.Generator().manual_seed(0)).tolist()
    data = texts(lengths)
    batches = training_batches(make_run(batch_size=32), data, seed=0)
    padded = sum(data.inputs_at(batch).numel() for batch in batches)
    assert padded < 1.1 * sum(lengths)
    assert padded < 0.6 * data.inputs.numel()


@given(data=any_data, size=st.integers(1, 99))
def test_evaluation_gives_outputs_in_the_order_of_the_data(data, size):
    batches, back = evaluation_batches(data, size)
    rows = [row[row != 0].tolist() for batch in batches for row in batch]
    ordered = rows if back is None else [rows[at] for at in back.tolist()]
    assert ordered == [row[row != 0].tolist() for row in data.inputs]


def test_balanced_sampling_draws_rare_classes_as_often():
    targets = torch.tensor([0] * 950 + [1] * 40 + [2] * 10)
    run = make_run(sampling="balanced")
    drawn = torch.cat(training_batches(run, Tensors(torch.zeros(1000, 1), targets), seed=0))
    counts = targets[drawn].bincount()
    assert counts.min() > 280
    assert counts.sum() == 1000


def test_balanced_weights_make_classes_count_the_same():
    """As scikit-learn's ``class_weight="balanced"``; a class without an example weighs nothing."""
    from sklearn.utils.class_weight import compute_class_weight

    targets = torch.tensor([0, 0, 0, 0, 0, 2, 2, 3])
    expected = compute_class_weight("balanced", classes=np.array([0, 2, 3]), y=targets.numpy())
    weights = balanced_weights(targets, classes=5)
    assert weights[[0, 2, 3]].tolist() == pytest.approx(expected)
    assert weights[[1, 4]].tolist() == [0, 0]


def test_seeds_differ_by_run_purpose_and_index():
    asked = [(0, "a", 0), (1, "a", 0), (0, "b", 0), (0, "a", 1), (-1, "a", 0)]
    seeds = {derive_seed(*each) for each in asked}
    assert len(seeds) == len(asked)
    assert all(0 <= each < 2**64 for each in seeds)


def test_mixup_blends_inputs_and_targets_alike():
    """With targets as inputs, what comes out is the same."""
    targets = torch.tensor([0, 1, 2, 1])
    mixup = Mixup.draw(1.0, 4, Draws.of_step(0, 0, CPU))
    blended = mixup.blend_targets(targets, classes=3)
    assert torch.equal(blended, mixup.blend_inputs(torch.eye(3)[targets]))
    assert blended.sum(dim=1) == pytest.approx(torch.ones(4))
    assert 0 < mixup.share < 1


def test_forward_gives_what_the_model_gives_in_float32():
    model, inputs = image_model().eval(), images(8).inputs
    logits = forward(model.to(memory_format=torch.channels_last), inputs)
    assert logits.dtype == torch.float32
    assert torch.allclose(logits, model(inputs), atol=0.05)


class TestCheckpoint:
    def test_leaves_no_other_file(self, tmp_path):
        run = make_run(epochs=1)
        next(fit(run, images(), images()))
        save_checkpoint(run, tmp_path / "state.pt")
        save_checkpoint(run, tmp_path / "state.pt")
        assert [each.name for each in tmp_path.iterdir()] == ["state.pt"]

    def test_a_failed_save_leaves_the_last_one(self, tmp_path):
        path = tmp_path / "state.pt"
        run = make_run(epochs=1)
        save_checkpoint(run, path)
        run.best_weights["unwritable"] = (each for each in ())
        with pytest.raises(TypeError):
            save_checkpoint(run, path)
        load_checkpoint(make_run(epochs=1), path)
        assert [each.name for each in tmp_path.iterdir()] == ["state.pt"]

    def test_a_folder_that_cannot_be_written_is_an_os_error(self, tmp_path):
        with pytest.raises(OSError, match=r"state\.pt"):
            save_checkpoint(make_run(epochs=1), tmp_path / "missing" / "state.pt")


FAULTS = """
import resource, sys
from automl.training.memory import keep_freed_memory
if "keep" in sys.argv: keep_freed_memory()
def work():
    for _ in range(10): b"x" * (64 << 20)
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has mallopt")
def test_freed_memory_is_kept_for_the_next_batch():
    def page_faults(*arguments: str) -> int:
        command = [sys.executable, "-c", FAULTS, *arguments]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert page_faults("keep") < page_faults() / 10
