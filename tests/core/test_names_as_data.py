"""Names are data: what each place makes of them."""

from __future__ import annotations

import pytest

from automl.core.errors import UserError
from automl.core.text import csv_cell, lines, one_line, plotly_text, shell_word, shortened
from automl.store.study_folder import check_study_name

SHOWN = {
    "naïve 東京 שלום 🙂": "naïve 東京 שלום 🙂",
    "a\nb\tc": "a\\nb\\tc",
    "\x1b[31mred\x07\x00": "\\x1b[31mred\\x07\\x00",
    "\u202egnp.exe\u202c": "\\u202egnp.exe\\u202c",
    "a\u2028b\x85c\ud800": "a\\u2028b\\x85c\\ud800",
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_terminal_acts_on_is_spelled_out(name: str) -> None:
    assert one_line(name) == SHOWN[name]


def test_lines_stay_lines() -> None:
    assert lines("a\n\x1b[2Jb\n") == "a\n\\x1b[2Jb\n"


def test_a_long_name_loses_its_middle() -> None:
    assert shortened("abcdefghij", 10) == "abcdefghij"
    assert shortened("abcdefghij", 9) == "abcd…ghij"
    assert shortened("abcdefghij", 4) == "ab…j"
    assert len(shortened("x" * 300, 40)) == 40


FORMULAS = ("=1+1", "+1+1", "-1-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=", "-a|'b'!A0", "＝1+1")
NUMBERS = (
    "-5",
    "+3.5",
    "-1,234.50",
    "-1.5e-07",
    "-inf",
    "-12 %",
    "-",
    "+",
    "",
    "a=1",
    "'=1",
    "1-1",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_is_live(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_and_signs_are_as_they_were(text: str) -> None:
    assert csv_cell(text) == text


@pytest.mark.parametrize(
    ("name", "word"),
    [("cnn", "cnn"), ("a b", "'a b'"), ("$(reboot)", "'$(reboot)'"), ("it's", "'it'\"'\"'s'")],
)
def test_a_name_is_one_word_of_a_command(name: str, word: str) -> None:
    assert shell_word(name) == word


@pytest.mark.parametrize(
    "name",
    ["cnn", "a b", "<b>1<b>", "=1+1", "| a |", "שלום", "🙂", "$(reboot)", "x" * 200],
)
def test_what_may_be_a_study_s_name(name: str) -> None:
    assert check_study_name(name) == name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "may not be empty"),
        ("a/b", "may not hold /"),
        ("..\\a", "may not hold \\\\"),
        ("..", "may not begin with a dot or a dash"),
        ("-x", "may not begin with a dot or a dash"),
        ("a\nb", "may not hold \\\\n, which is invisible"),
        ("\u202egnp", "may not hold \\\\u202e, which is invisible"),
        (" a", "may not begin or end with a space"),
        ("a.", "nor end with a dot"),
        ("é" * 101, "may have at most 200 bytes, not 202"),
        ("CON.x", "means something else there"),
        ("artifacts", "means something else there"),
        ("studies.journal.lock", "means something else there"),
    ],
)
def test_what_may_not_be_one_is_told_in_a_line(name: str, told: str) -> None:
    with pytest.raises(UserError, match=f"a study's name is a folder's, and .*{told}") as error:
        check_study_name(name)
    assert "\n" not in str(error.value)


def test_plotly_reads_no_tag() -> None:
    assert plotly_text("<b>&amp;\n") == "&lt;b&gt;&amp;amp;\\n"
