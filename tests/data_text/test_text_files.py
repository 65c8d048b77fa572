from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from published_data.texts import make_texts
from text_data import silent, write_csv, write_folder, write_jsonl

from automl.core.data_types import PADDING, Classes
from automl.core.errors import DataError
from automl.data.dataset import Dataset
from automl.data.text.files import TextFiles
from automl.data.text.tokenizers import TOKENIZERS

SPLITS = ("train", "validation", "test")


def load(path: Path, seed: int = 0, **options) -> Dataset:
    return TextFiles(**options).load(str(path), seed, silent)


def rows_of(dataset: Dataset) -> dict[str, set[tuple[int, ...]]]:
    """The ids of each split's texts, without padding."""
    return {
        name: {tuple(row[row != PADDING].tolist()) for row in getattr(dataset, name).inputs}
        for name in SPLITS
    }


@pytest.mark.parametrize(("words", "length"), [(3, 16), (17, 32), (300, 400), (1000, 400)])
def test_a_length_left_to_the_data_has_room_for_every_text_up_to_400(words, length, tmp_path):
    texts = (" ".join([f"w{at}", *["word"] * (words - 1)]) for at in range(40))
    rows = [(text, ["bad", "good"][at % 2]) for at, text in enumerate(texts)]
    dataset = load(write_csv(tmp_path / "a.csv", ["text", "label"], rows), length="auto")
    assert dataset.encoding.raw_shape == (length,)


class TestTextTable:
    @pytest.fixture(params=["csv", "tsv", "jsonl", "parquet"])
    def path(self, request, tmp_path) -> Path:
        import pandas as pd

        frame = pd.DataFrame(make_texts(60), columns=["text", "label"])
        path = tmp_path / f"reviews.{request.param}"
        if request.param == "jsonl":
            write_jsonl(path, frame.to_dict("records"))
        elif request.param == "parquet":
            frame.to_parquet(path)
        else:
            frame.to_csv(path, sep="," if request.param == "csv" else "\t", index=False)
        return path

    def test_every_format_gives_the_same(self, path, tmp_path):
        dataset = load(path)
        reference = load(write_csv(tmp_path / "a.csv", ["text", "label"], make_texts(60)))
        assert dataset.name == path.name
        assert dataset.task == "text_classification"
        assert dataset.target == Classes(("bad", "good"))
        assert dataset.fingerprint == reference.fingerprint
        np.testing.assert_array_equal(dataset.test.inputs, reference.test.inputs)

    def test_arrays_are_contiguous_writable_ids_no_wider_than_the_longest(self, reviews):
        dataset = load(reviews, length=50)
        for name in SPLITS:
            split = getattr(dataset, name)
            assert split.inputs.dtype == np.int32
            assert split.targets.dtype == np.int64
            assert split.inputs.flags.c_contiguous
            assert split.inputs.flags.writeable
            assert split.targets.flags.writeable
            assert split.inputs.shape == (len(split), 10)
            assert split.inputs.max() < dataset.encoding.shape.vocabulary

    def test_every_class_is_in_every_split_and_no_row_is_lost(self, reviews):
        dataset = load(reviews)
        assert sum(len(getattr(dataset, name)) for name in SPLITS) == 60
        for name in SPLITS:
            assert set(getattr(dataset, name).targets.tolist()) == {0, 1}

    def test_seed_cuts_another_split_of_the_same_content(self, reviews):
        one, again, other = load(reviews, 0), load(reviews, 0), load(reviews, 1)
        np.testing.assert_array_equal(one.test.inputs, again.test.inputs)
        assert rows_of(one)["test"] != rows_of(other)["test"]
        assert one.fingerprint == other.fingerprint

    def test_tokenizer_learns_of_the_train_split_alone(self, tmp_path):
        words = [(f"word{number} word{number}", "ab"[number % 2]) for number in range(60)]
        dataset = load(write_csv(tmp_path / "a.csv", ["text", "label"], words))
        assert (dataset.train.inputs > 1).all()
        assert (dataset.validation.inputs == 1).all()
        assert (dataset.test.inputs == 1).all()

    def test_fingerprint_knows_texts_and_targets_but_no_tokenizer(self, reviews, tmp_path):
        first = load(reviews)
        assert load(reviews, tokenizer="byte", length=7).fingerprint == first.fingerprint
        text, label = make_texts(60)[0]
        changed = {
            load(write_csv(tmp_path / "a.csv", ["text", "label"], rows)).fingerprint
            for rows in (
                [(text + "!", label), *make_texts(60)[1:]],
                [(text, "bad"), *make_texts(60)[1:]],
            )
        }
        assert len(changed | {first.fingerprint}) == 3

    def test_file_that_changes_is_read_again(self, reviews):
        before = load(reviews)
        write_csv(reviews, ["text", "label"], make_texts(80))
        assert len(load(reviews).train) > len(before.train)

    def test_file_is_read_once_for_all_tokenizers(self, reviews):
        before, stat = load(reviews), reviews.stat()
        reviews.write_bytes(b"?" * stat.st_size)
        os.utime(reviews, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        after = load(reviews, tokenizer="byte", length=9)
        np.testing.assert_array_equal(after.train.targets, before.train.targets)

    def test_writing_to_a_split_leaves_the_next_load_as_it_was(self, reviews):
        first = load(reviews)
        first.train.targets[:] = -1
        assert load(reviews).train.targets.min() == 0

    def test_cut_texts_are_told(self, reviews):
        dataset = load(reviews, length=3)
        assert dataset.train.inputs.shape[1] == 3
        count = len(dataset.train)
        assert any(f"{count} of the {count} train texts have 3 tokens" in n for n in dataset.notes)


@pytest.mark.parametrize("tokenizer", TOKENIZERS.names)
def test_every_tokenizer_is_an_option(reviews, tokenizer):
    if tokenizer == "torchtext":
        pytest.importorskip("torchtext", exc_type=ImportError)
    dataset = load(reviews, tokenizer=tokenizer, vocabulary=300)
    assert dataset.encoding.tokenizer == tokenizer
    assert dataset.encoding.shape.vocabulary <= 300
    assert dataset.train.inputs.max() > 1


class TestTargets:
    @pytest.mark.parametrize(
        "numbers",
        [
            pytest.param([n / 7 for n in range(60)], id="decimal"),
            pytest.param(list(range(60)), id="many different"),
        ],
    )
    def test_numbers_are_quantities(self, tmp_path, numbers):
        texts = [text for text, _ in make_texts(60)]
        path = write_csv(
            tmp_path / "a.csv", ["text", "score"], list(zip(texts, numbers, strict=True))
        )
        dataset = load(path)
        assert dataset.task == "text_regression"
        train = dataset.train.targets
        assert train.dtype == np.float32
        assert train.shape == (len(dataset.train), 1, 1)
        assert dataset.target.names == ("score",)
        assert (train.mean(), train.std()) == pytest.approx((0, 1), abs=1e-5)
        everything = np.concatenate([getattr(dataset, name).targets for name in SPLITS])
        (mean,), (std,) = dataset.target.mean, dataset.target.std
        np.testing.assert_allclose(np.sort(mean + std * everything.ravel()), numbers, atol=1e-4)

    def test_few_whole_numbers_are_classes(self, tmp_path):
        rows = [(text, number % 5) for number, (text, _) in enumerate(make_texts(60))]
        dataset = load(write_csv(tmp_path / "a.csv", ["text", "stars"], rows))
        assert dataset.target == Classes(("0", "1", "2", "3", "4"))


class TestColumns:
    def test_are_found_by_name(self, tmp_path):
        rows = [(n, label, "x" * 200, text) for n, (text, label) in enumerate(make_texts(60))]
        header = ["id", "Sentiment", "url", "Review"]
        dataset = load(write_csv(tmp_path / "a.csv", header, rows))
        assert dataset.encoding.text == "Review"
        assert dataset.target == Classes(("bad", "good"))
        assert any("'Sentiment' from 'Review'" in note for note in dataset.notes)

    def test_are_found_by_type(self, tmp_path):
        rows = [(label, text) for text, label in make_texts(60)]
        dataset = load(write_csv(tmp_path / "a.csv", ["verdict", "opinion"], rows))
        assert dataset.encoding.text == "opinion"
        assert dataset.target == Classes(("bad", "good"))

    def test_as_given(self, tmp_path):
        rows = [
            (text, f"words {n}", label, n % 3) for n, (text, label) in enumerate(make_texts(60))
        ]
        path = write_csv(tmp_path / "a.csv", ["text", "notes", "label", "grade"], rows)
        dataset = load(path, text="notes", target="grade")
        assert dataset.encoding.text == "notes"
        assert dataset.target == Classes(("0", "1", "2"))
        (note,) = dataset.notes
        assert "'grade' has 3 different whole numbers, taken as classes" in note


class TestLeaks:
    def test_rows_of_one_text_are_in_one_split(self, tmp_path):
        rows = make_texts(40)
        path = write_csv(tmp_path / "a.csv", ["text", "label"], [*rows, *rows[:20], *rows[:4]])
        dataset = load(path, tokenizer="byte")
        found = rows_of(dataset)
        assert sum(map(len, found.values())) == 40
        assert sum(len(getattr(dataset, name)) for name in SPLITS) == 64
        assert any("24 texts repeat another one" in note for note in dataset.notes)
        assert not any("several targets" in note for note in dataset.notes)

    def test_one_text_of_two_classes_is_told(self, tmp_path):
        rows = make_texts(40)
        contrary = [(rows[0][0], "bad"), (rows[1][0], "good")]
        dataset = load(write_csv(tmp_path / "a.csv", ["text", "label"], [*rows, *contrary]))
        assert any("2 of them have several targets" in note for note in dataset.notes)

    def test_group_stays_together(self, tmp_path):
        rows = [
            (f"author{n // 6} {text}", label, n // 6)
            for n, (text, label) in enumerate(make_texts(120))
        ]
        path = write_csv(tmp_path / "a.csv", ["text", "label", "author"], rows)
        dataset = load(path, group="author", tokenizer="byte")
        authors = [
            {bytes(id - 2 for id in row if id).split()[0] for row in getattr(dataset, name).inputs}
            for name in SPLITS
        ]
        assert sum(map(len, authors)) == 20 == len(set.union(*authors))

    def test_latest_are_held_out_and_shared_texts_told(self, tmp_path):
        rows = [
            (f"{n:03} {text}", label, f"2024-{1 + n // 10:02}-{1 + n % 10:02}")
            for n, (text, label) in enumerate(make_texts(100))
        ]
        rows[99] = (rows[1][0], rows[1][1], rows[99][2])
        path = write_csv(tmp_path / "a.csv", ["text", "label", "day"], rows)
        dataset = load(path, time="day", tokenizer="byte")
        assert [len(getattr(dataset, name)) for name in SPLITS] == [70, 15, 15]
        assert any(
            note.startswith("1 of 15 test texts is also in train or validation, word for word")
            for note in dataset.notes
        )


class TestFolder:
    def test_splits_are_cut(self, tmp_path):
        dataset = load(write_folder(tmp_path / "posts", make_texts(40)))
        assert dataset.name == "posts"
        assert dataset.target == Classes(("bad", "good"))
        assert dataset.encoding.text is None
        assert [len(getattr(dataset, name)) for name in SPLITS] == [28, 6, 6]

    def test_own_splits_are_kept(self, tmp_path):
        for split, count in (("train", 20), ("val", 6), ("test", 8)):
            write_folder(tmp_path / "posts" / split, make_texts(count, seed=count))
        dataset = load(tmp_path / "posts")
        assert [len(getattr(dataset, name)) for name in SPLITS] == [20, 6, 8]
        assert not any("word for word" in note for note in dataset.notes)

    def test_texts_that_own_splits_share_are_told(self, tmp_path):
        rows = make_texts(20)
        write_folder(tmp_path / "posts" / "train", rows)
        write_folder(tmp_path / "posts" / "test", rows[:4])
        notes = load(tmp_path / "posts").notes
        assert sum(int(note.split()[0]) for note in notes if "test texts are also in" in note) == 4

    def test_files_without_text_are_left_out_and_told(self, tmp_path):
        root = write_folder(tmp_path / "posts", make_texts(30))
        (root / "good" / "empty.txt").write_bytes(b" \n")
        (root / "bad" / "zip.txt").write_bytes(b"PK\x03\x04")
        (root / "bad" / ".hidden").write_bytes(b"no text of mine")
        dataset = load(root)
        assert sum(len(getattr(dataset, name)) for name in SPLITS) == 30
        assert "left out 2 files that are empty or no text: 'bad/zip.txt', 'good/empty.txt'" in (
            dataset.notes
        )

    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_files_are_read_in_the_encoding_that_they_show(self, tmp_path, codec):
        rows = [(f"{text} “café”", label) for text, label in make_texts(30)]
        plain = load(write_folder(tmp_path / "plain", rows))
        for path in (root := write_folder(tmp_path / "posts", rows)).rglob("*.txt"):
            path.write_bytes(path.read_text(encoding="utf-8").encode(codec))
        dataset = load(root)
        assert dataset.fingerprint == plain.fingerprint
        told = [note for note in dataset.notes if note.startswith(f"30 files read as {codec}: ")]
        assert len(told) == (codec in ("utf-16", "cp1252"))

    def test_an_encoding_that_is_given_is_taken_and_kept(self, tmp_path):
        rows = [(f"{text} кафе", label) for text, label in make_texts(30)]
        plain = load(write_folder(tmp_path / "plain", rows))
        for path in (root := write_folder(tmp_path / "posts", rows)).rglob("*.txt"):
            path.write_bytes(path.read_text(encoding="utf-8").encode("cp1251"))
        dataset = load(root, encoding="cp1251")
        assert dataset.fingerprint == plain.fingerprint
        assert dataset.encoding.characters == "cp1251"
        (reading,) = dataset.encoding.read(root / "good" / "0.txt")
        expected = plain.encoding.encode([rows[0][0]])[0]
        np.testing.assert_array_equal(reading.value, expected)
        with pytest.raises(DataError, match="--encoding 'cp9' is no encoding"):
            load(root, encoding="cp9")

    def test_pages_are_texts(self, tmp_path):
        rows = [(f"<html><body>{text}</body></html>", label) for text, label in make_texts(30)]
        dataset = load(write_folder(tmp_path / "pages", rows))
        assert sum(len(getattr(dataset, name)) for name in SPLITS) == 30

    def test_file_that_is_added_is_seen(self, tmp_path):
        root = write_folder(tmp_path / "posts", make_texts(30))
        before = load(root)
        (root / "good" / "new.txt").write_text("something new")
        assert load(root).fingerprint != before.fingerprint
