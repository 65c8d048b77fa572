from __future__ import annotations

from automl.data.leakage import find_duplicates


def told(train: str, validation: str, test: str) -> tuple[str, ...]:
    splits = {"train": train, "validation": validation, "test": test}
    return find_duplicates(splits, "letters", "in shape")


def test_splits_that_share_nothing_are_not_spoken_of():
    assert told("abc", "d", "e") == ()


def test_what_repeats_within_a_split_is_not_meant():
    assert told("aab", "cc", "dd") == ()


def test_each_split_held_out_is_compared_with_those_before_it():
    validation, test = told("abcd", "abx", "xyz")
    assert validation.startswith("2 of 3 validation letters are also in train, in shape; ")
    assert test.startswith("1 of 3 test letters is also in train or validation, in shape; ")


def test_every_copy_counts():
    (note,) = told("a", "b", "aaa")
    assert note.startswith("3 of 3 test letters are")
