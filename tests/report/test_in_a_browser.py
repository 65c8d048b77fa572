"""The report in a real browser: quiet, by itself, on a phone and a desk, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from browser import chromium, cut, new_page
from playwright import sync_api
from report_values import hostile_report

from automl.core.error_analysis import Confusion, ErrorAnalysis
from automl.report.html import render_html

pytestmark = pytest.mark.slow

PHONE, DESK = 390, 1280
FITS = "document.documentElement.scrollWidth <= innerWidth"
PLOTS = {"history", "slice", "parallel_coordinate", "rank", "timeline", "learning_curves"}
# The contrast of every text with what is behind it, the lowest first.
CONTRASTS = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const linear = (c) => c <= 10 ? c / 3294 : ((c / 255 + 0.055) / 1.055) ** 2.4;
    const [x, y, z] = [r, g, b].map(linear);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return rgb("white");
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const texts = [...element.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE);
    const own = texts.some((each) => each.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest("svg, script, noscript")) continue;
    const [a, b] = [rgb(getComputedStyle(element).color), behind(element)].map(light);
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.outerHTML.slice(0, 80)]);
  }
  for (const text of document.querySelectorAll(".plot text")) {
    if (!text.textContent.trim()) continue;
    const [a, b] = [rgb(getComputedStyle(text).fill), behind(text.closest(".plot"))].map(light);
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text.outerHTML.slice(0, 80)]);
  }
  return found.sort((x, y) => x[0] - y[0]);
}
"""


@dataclass
class SeenReport:
    """A page, and what the browser had to say of it."""

    page: sync_api.Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def hear(self, dialog: sync_api.Dialog) -> None:
        """An alert, which is what an attack would give."""
        self.said.append(dialog.message)
        dialog.dismiss()


Look = Callable[..., SeenReport]


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def look(browser: sync_api.Browser) -> Iterator[Look]:
    """Opens a file and waits until its plots are drawn."""
    contexts = []

    def open_file(
        path: Path, width: int = DESK, scheme: str = "light", script: bool = True, before: str = ""
    ) -> SeenReport:
        page = new_page(
            browser,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        contexts.append(page.context)
        seen = SeenReport(page)
        seen.page.on("console", lambda each: seen.said.append(each.text))
        seen.page.on("pageerror", lambda each: seen.said.append(str(each)))
        seen.page.on("request", lambda each: seen.asked.append(each.url))
        seen.page.on("dialog", seen.hear)
        seen.page.add_init_script(before)
        seen.page.goto(path.as_uri())
        if script and not before:
            seen.page.wait_for_selector('.plot[aria-busy="true"]', state="detached")
        return seen

    yield open_file
    for each in contexts:
        each.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_it_is_quiet_fits_and_is_legible(width: int, scheme: str, page: Path, look: Look) -> None:
    seen = look(page, width, scheme)
    assert seen.said == []
    assert seen.asked == [page.as_uri()]
    drawn = seen.page.eval_on_selector_all(".plot:has(.main-svg)", "all => all.map(e => e.id)")
    assert {each.partition("-")[0] for each in drawn} == PLOTS
    assert seen.page.locator(".plot").count() == len(drawn)
    assert cut(seen.page) == []
    assert seen.page.evaluate(FITS)
    contrast, where = seen.page.evaluate(CONTRASTS)[0]
    assert contrast >= 4.5, where


def test_plots_follow_the_scheme_while_the_page_is_open(page: Path, look: Look) -> None:
    seen = look(page, scheme="light")
    tick, body = seen.page.locator(".plot .xtick text").first, seen.page.locator("body")
    for scheme, ink, paper in (
        ("light", "rgb(27, 30, 35)", "rgb(253, 252, 249)"),
        ("dark", "rgb(231, 229, 223)", "rgb(21, 23, 27)"),
    ):
        seen.page.emulate_media(color_scheme=scheme)
        sync_api.expect(tick).to_have_css("fill", ink)
        sync_api.expect(body).to_have_css("background-color", paper)


def test_it_is_all_there_without_javascript(page: Path, look: Look) -> None:
    seen = look(page, PHONE, script=False)
    assert seen.page.locator("noscript p").is_visible()
    assert seen.page.locator(".confusion").is_visible()
    assert seen.page.locator(".chart svg").count() == 3  # the objective and both losses
    assert not seen.page.locator(".plot").first.is_visible()


def test_an_older_browser_is_told_so(page: Path, look: Look) -> None:
    seen = look(page, before="delete window.DecompressionStream")
    assert seen.page.get_by_text("The plots need a newer browser").is_visible()
    assert seen.said == []


def test_headings_are_in_order_and_pictures_have_words(page: Path, look: Look) -> None:
    seen = look(page)
    levels = seen.page.eval_on_selector_all("h1, h2, h3", "all => all.map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    without = (
        "img:not([alt]), .chart svg:not([aria-label]), th:not([scope]), .plot:not([aria-label])"
    )
    assert seen.page.locator(without).count() == 0
    assert seen.page.locator("header, main, nav, footer").count() == 4


@pytest.mark.parametrize("kind", ["text", "table", "forecast"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_other_kinds_of_data_fit_too(
    kind: str, width: int, kinds: str, tmp_path: Path, look: Look
) -> None:
    from automl import api

    seen = look(api.report(kind, output=str(tmp_path / "r.html"), results=kinds), width)
    assert seen.said == []
    assert cut(seen.page) == []
    assert seen.page.evaluate(FITS)


@pytest.mark.parametrize(
    "word", ["<script>alert(1)</script>" * 9, '"><img src=x onerror=alert(1)>', "w" * 3000]
)
def test_strangers_words_run_nothing_and_fit(word: str, tmp_path: Path, look: Look) -> None:
    (tmp_path / "r.html").write_text(render_html(hostile_report(word)), encoding="utf-8")
    seen = look(tmp_path / "r.html", PHONE)
    assert seen.said == []
    assert seen.asked == [(tmp_path / "r.html").as_uri()]
    assert cut(seen.page) == []
    assert seen.page.evaluate(FITS)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_wide_matrix_scrolls_under_a_bar_that_is_seen(
    width: int, tmp_path: Path, look: Look
) -> None:
    labels = tuple(f"class number {at}" for at in range(40))
    errors = Confusion(labels, tuple(tuple(range(40)) for _ in labels))
    report = hostile_report("word", ErrorAnalysis(4, errors, ()))
    (tmp_path / "r.html").write_text(render_html(report), encoding="utf-8")
    seen = look(tmp_path / "r.html", width)
    box = seen.page.locator(".scroll")
    assert box.evaluate("e => e.scrollWidth > e.clientWidth && e.offsetHeight - e.clientHeight > 8")
    assert cut(seen.page) == []
