"""Spaces with something wrong: the file, the line, what is wrong and what would be right."""

# ruff: noqa: E501 (the tables read best with a case on a line)

from __future__ import annotations

from pathlib import Path

import pytest
from reading_spaces import read
from small_vocabulary import VOCABULARY
from space_problems import of_section, problems

from automl.core.errors import SpaceError
from automl.spaces.space import read_space

BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)  # fmt: skip
TOO_DEEP = "nested too deeply: over 50 levels, aliases written out"


class TestYaml:
    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "1: the file is empty; try: automl new NAME"),
            ("# nothing\n", "1: the file is empty; try: automl new NAME"),
            ("- a\n", "1: a search space must be a mapping, not a list; keys: task, data, network, training, objective, search, baseline, portfolio"),
            ("a: 1\nb: [1\n", "3: broken YAML: expected ',' or ']', but got '<stream end>'; while parsing a flow sequence that began in line 2"),
            ("a: b: c\n", "1: broken YAML: mapping values are not allowed here"),
            ("a:\n\t- b\n", "2: broken YAML: found character '\\t' that cannot start any token"),
            ("a: *b\n", "1: broken YAML: found undefined alias 'b'"),
            ("a: 1\n---\nb: 1\n", "2: broken YAML: but found another document; expected a single document in the stream that began in line 1"),
            ("a: \x07", "1: broken YAML: special characters are not allowed; at '\\x07'"),
            (BOMB, "1: too large: over 10,000 values, aliases written out"),
            ("a: &a [*a]\n", f"1: {TOO_DEEP}"),
            ("a: " + "[" * 60 + "]" * 60, f"1: {TOO_DEEP}"),
            ("a: " + "[" * 1000, "1: broken YAML: nested too deeply; at most 50 levels"),
        ],
    )  # fmt: skip
    def test_a_document_of_no_use(self, text, problem):
        assert problems(text) == [problem]

    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            (
                "!!python/object:os.system {}",
                "the tag python/object:os.system has no meaning in a space",
            ),
            ("!shell rm", "the tag !shell has no meaning in a space"),
            (".nan", "'.nan' is not a number"),
            ("1e999", "1e999 is not a number between -1e15 and 1e15"),
            ("99999999999999999999", "99999999999999999999 is not a number between -1e15 and 1e15"),
            ("!!int abc", "'abc' is not a number"),
            ('"\\ud800"', "the text holds a character that does not exist"),
        ],
    )
    def test_a_scalar_that_no_space_holds(self, value, problem):
        found = of_section(f"search:\n  trials: {value}")
        assert f"5: {problem}" in found
        assert all(each.startswith("5: ") for each in found)

    def test_a_key_that_is_there_twice(self):
        assert of_section("training: {epochs: 3}\nsearch: {}\ntraining: {}") == [
            "6: 'training' is here twice; first in line 4"
        ]

    @pytest.mark.parametrize("key", ["1", "true", "[a]", "null"])
    def test_a_key_that_is_no_name(self, key):
        assert of_section(f"training:\n  ? {key}\n  : 3") == [
            "5: a name must be a text; put it in quotes if it is one"
        ]


class TestSpaceFiles:
    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(SpaceError, match=r"gone.yaml:1: cannot read the file: No such file"):
            read_space(tmp_path / "gone.yaml", VOCABULARY)

    def test_a_folder(self, tmp_path):
        with pytest.raises(SpaceError, match="space:1: cannot read the file: Is a directory"):
            read_space(tmp_path, VOCABULARY, shown_as="space")

    def test_a_file_that_is_no_text(self, tmp_path):
        path = tmp_path / "space.yaml"
        path.write_bytes(b"task: a\ndata: \xff\xfe\n")
        with pytest.raises(SpaceError, match=r"space\.yaml:2: this is not text in UTF-8"):
            read_space(path, VOCABULARY)

    def test_a_byte_order_mark_is_fine(self, tmp_path):
        path = tmp_path / "space.yaml"
        path.write_bytes(b"\xef\xbb\xbf" + read().text.encode())
        assert read_space(path, VOCABULARY).source == str(path)

    def test_a_file_is_named_as_the_user_named_it(self, tmp_path):
        path = Path(tmp_path / "space.yaml")
        path.write_text("task: x\n")
        with pytest.raises(SpaceError) as caught:
            read_space(path, VOCABULARY, shown_as="mine")
        assert str(caught.value).splitlines()[0].startswith("mine:1: ")
