"""Nothing that a stranger wrote gets out of its place, in HTML or in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from report_values import hostile_report

from automl.core.markdown import code, fenced, text
from automl.report.html import render_html
from automl.report.markdown import render_markdown

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title></noscript><svg onload=alert(1)>",
    "</pre></code></details><b>bold</b>",
    "a|b\\|c\\",
    "`tick` ``` ~~~ ``",
    "[link](javascript:alert(1)) ![image](http://example.org/i.png)",
    "@somebody #1 http://example.org **bold** _it_ $x$",
    "line\n\n# heading\n- item\n| cell |",
    "\u202eright to left\u202c\u200f",
    "\x00\x1b[31mred\x07",
    "w" * 5000,
    "{{ 7 * 7 }} {% raw %}",
    "-- $(reboot) ; 'quoted' \"twice\"",
    "&lt;b&gt; &amp;",
)
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(str.strip)
FRAGMENTS = st.lists(st.sampled_from(ATTACKS) | WORDS, min_size=1, max_size=3).map("".join)


class Reader(HTMLParser):
    """Which elements with which attributes a page has, in order; the text is left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))


def elements(word: str) -> list[tuple[str, tuple[str, ...]]]:
    return Reader(render_html(hostile_report(word))).elements


@settings(max_examples=15)
@example("".join(ATTACKS))
@given(FRAGMENTS)
def test_html_has_the_same_elements_whatever_strangers_wrote(word: str) -> None:
    assert elements(word) == elements("w" * len(word))


@pytest.mark.parametrize("word", ATTACKS)
def test_html_keeps_every_attack_as_text(word: str) -> None:
    assert elements(word) == elements("w" * len(word))


def tokens(markdown: str) -> Iterator[Token]:
    """All of a page's tokens, as GitHub's flavour has them."""
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown):
        yield token
        yield from token.children or ()


def skeleton(markdown: str) -> list[tuple[str, str]]:
    """The kinds of a page's tokens and the tags among them, without what stands in them.

    A word may be in backticks or in ``<code>``, and is text either way.
    """
    words = ("text", "code_inline", "html_inline")
    return [(each.type, each.tag) for each in tokens(markdown) if each.type not in words]


PLAIN = skeleton(render_markdown(hostile_report("harmless")))


@pytest.mark.slow
@settings(max_examples=60)
@example("".join(ATTACKS))
@given(FRAGMENTS)
def test_markdown_has_the_same_structure_whatever_strangers_wrote(word: str) -> None:
    page = render_markdown(hostile_report(word))
    assert skeleton(page) == PLAIN
    tags = {each.content for each in tokens(page) if each.type == "html_inline"}
    assert tags <= {"<code>", "</code>"}


@given(WORDS)
def test_a_word_is_read_as_it_was_written(word: str) -> None:
    for written in (code(word), text(word)):
        (paragraph,) = (
            each
            for each in MarkdownIt("gfm-like", {"linkify": False}).parse(f"x {written} x")
            if each.children
        )
        read = "".join(
            each.content for each in paragraph.children or () if each.type != "html_inline"
        )
        shown = " ".join(word.split())
        spelled = "".join(c if c.isprintable() else repr(c)[1:-1] for c in shown)
        assert read == f"x {spelled} x"


@given(FRAGMENTS)
def test_a_fence_ends_where_it_should(block: str) -> None:
    (token,) = MarkdownIt("gfm-like", {"linkify": False}).parse(fenced(block, "yaml"))
    assert (token.type, token.info) == ("fence", "yaml")


@pytest.mark.slow
def test_a_table_cell_holds_a_pipe() -> None:
    page = render_markdown(hostile_report("a|b\\|c"))
    cells = [
        each for each in tokens(page) if each.type == "inline" and "b&#92;&#124;c" in each.content
    ]
    assert cells
