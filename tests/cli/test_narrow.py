"""Small terminals, dumb ones, ones without colour or Unicode, and none: all can be read."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from command_line import TINY, automl, on_terminal
from hypothesis import given
from hypothesis import strategies as st

from automl.cli.terminal import columns, table, wrap

WIDTH = 60
COLOUR = re.compile(r"\x1b\[[\d;]*3\d[\d;]*m")
WORDS = st.lists(st.text("abcxyz", min_size=1, max_size=12), max_size=30).map(" ".join)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("show", "tiny"), ("show", "tiny", "--trial", "0"), ("watch", "tiny")]
)
def test_lines_fit_the_terminal(finished, arguments: tuple[str, ...]) -> None:
    # The live view, which asks the terminals that this process has from its start, is told by name.
    told = {"COLUMNS": str(WIDTH)} if arguments[0] == "watch" else {}
    plain = {"TERM": "xterm", "NO_COLOR": "1"}
    shown = on_terminal(*arguments, cwd=finished.cwd, width=WIDTH, **plain, **told)
    visible = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", shown)
    assert visible
    assert all(len(line.rpartition("\r")[2]) <= WIDTH for line in visible.splitlines())


@pytest.mark.slow
def test_without_a_terminal_a_row_is_a_line(finished) -> None:
    long = "x" * 20 + " " + "y" * 200
    assert long in table(("name", "reason"), [("a", long)]).splitlines()[1]
    unlimited, wide = (
        automl("show", "tiny", cwd=finished.cwd, columns=columns) for columns in (None, 1000)
    )
    assert unlimited.stdout == wide.stdout != ""


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("show", "tiny"), ("show", "tiny", "--trial", "0")])
def test_without_unicode_drawings_are_of_ascii(finished, arguments: tuple[str, ...]) -> None:
    plain = automl(*arguments, cwd=finished.cwd, columns=None, encoding="ascii").stdout
    usual = automl(*arguments, cwd=finished.cwd, columns=None).stdout
    assert plain.isascii()
    assert [len(line) for line in plain.splitlines()] == [len(line) for line in usual.splitlines()]
    assert "?" not in plain
    assert "\\u" not in plain


def test_a_character_that_nothing_looks_like_is_spelled_out(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "日"
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text("no mapping")
    assert "\\u65e5/study.yaml" in automl("show", "日", cwd=tmp_path, encoding="ascii").stderr


@pytest.mark.slow
def test_a_dumb_terminal_gets_lines_and_nothing_to_act_on(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    flags = ("--no-finalize", "--executor", "local", "--trials", "1", "--epochs", "1")
    shown = on_terminal("search", "tiny.yaml", *flags, cwd=tmp_path, width=WIDTH, TERM="dumb")
    assert "\x1b" not in shown
    assert "[1/1] trial 0 complete" in shown


@pytest.mark.slow
def test_no_color_is_honoured_by_the_live_view(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    flags = ("--no-finalize", "--executor", "local", "--trials", "1", "--epochs", "1")
    search = partial(on_terminal, "search", "tiny.yaml", *flags, cwd=tmp_path, width=WIDTH)
    coloured = search(TERM="xterm-256color")
    assert COLOUR.search(coloured)
    kept = re.sub(r"\x1b\[[?\d;]*[A-Za-z]|\r", "", coloured)
    head, _, rest = kept.partition("tiny: digits")
    assert rest.count("tiny: digits") == 0, "what is searched is above the view, and stays there"
    assert re.search("reading the data, starting workers, [0-9]+ s", head)
    plain = search("--name", "again", TERM="xterm-256color", NO_COLOR="1")
    assert not COLOUR.search(plain)
    assert "\x1b" in plain


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def test_the_last_column_is_wrapped_under_itself(narrow: None) -> None:
    shown = table(("trial", "reason"), [("7", "stopped for it was the worst of all so far")])
    assert shown == ("trial  reason\n    7  stopped for it was the worst of\n       all so far")


def test_with_no_room_beside_them_it_goes_below_the_others(narrow: None) -> None:
    rows = [("7", "a" * 20, "stopped for it was the worst of all so far"), ("8", "b", "")]
    assert table(("trial", "name", "reason"), rows) == (
        "trial  name\n"
        "    reason\n"
        f"    7  {'a' * 20}\n"
        "    stopped for it was the worst of all\n"
        "    so far\n"
        "    8  b"
    )


def test_no_number_is_broken_where_not_even_the_first_columns_have_room(narrow: None) -> None:
    row = ("rmse on test", "30,768.66", "95%: 27,577.45 to 32,043.19", "45 examples, bootstrap")
    assert columns([row], indent="  ") == (
        "  rmse on test  30,768.66\n      95%: 27,577.45 to 32,043.19\n      45 examples, bootstrap"
    )


@given(st.integers(1, 120), st.lists(st.tuples(WORDS, WORDS), max_size=5))
def test_no_word_of_a_table_is_lost(width: int, rows: list[tuple[str, str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        shown = table(("one", "two"), rows)
    told = [word for row in rows for cell in row for word in cell.split()]
    assert sorted(shown.split()) == sorted(["one", "two", *told])


@given(st.integers(20, 120), WORDS)
def test_a_sentence_is_wrapped_between_words(width: int, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        shown = wrap(text)
    assert shown.split() == text.split()
    assert all(len(line) <= width for line in shown.splitlines())
