from __future__ import annotations

from automl.training.batches import derive_seed


def test_seeds_differ_by_run_purpose_and_index():
    asked = [(0, "a", 0), (1, "a", 0), (0, "b", 0), (0, "a", 1), (-1, "a", 0)]
    seeds = {derive_seed(*each) for each in asked}
    assert len(seeds) == len(asked)
    assert all(0 <= each < 2**64 for each in seeds)
