"""A real browser, without a window, that waits as long as the tests do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from patience import PATIENCE
from playwright import sync_api

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MILLISECONDS = 1000 * PATIENCE
# Whatever is wider or higher than the box it is in and has no bar to scroll it by, and texts of
# plots that stick out of them; all that is folded is opened first.
CUT = """
() => {
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
  const found = [];
  const tell = (what, element) => found.push(`${what}: ${element.outerHTML.slice(0, 90)}`);
  for (const each of document.querySelectorAll("body *")) {
    if (each.closest("svg, script, noscript") || !each.checkVisibility()) continue;
    const style = getComputedStyle(each);
    if (style.display === "inline") continue;
    const scrolls = (overflow, bar) => ["auto", "scroll"].includes(overflow) && bar >= 8;
    const wide = each.clientWidth && each.scrollWidth > each.clientWidth + 1;
    const high = each.clientHeight && each.scrollHeight > each.clientHeight + 1;
    if (wide && !scrolls(style.overflowX, each.offsetHeight - each.clientHeight)) tell("x", each);
    if (high && !scrolls(style.overflowY, each.offsetWidth - each.clientWidth)) tell("y", each);
  }
  for (const text of document.querySelectorAll(".plot text")) {
    const box = (element) => element.getBoundingClientRect();
    const [inner, outer] = [box(text), box(text.closest(".plot"))];
    const across = inner.left < outer.left - 1 || inner.right > outer.right + 1;
    const down = inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
    if (inner.width && (across || down)) tell("cut", text);
  }
  return found;
}
"""


@contextmanager
def chromium() -> Iterator[sync_api.Browser]:
    """Chromium; where there is none the test is skipped, but not in CI."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        assert "CI" not in os.environ, "CI must have a browser"
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox"],
            ignore_default_args=["--hide-scrollbars"],
            timeout=MILLISECONDS,
        )
        sync_api.expect.set_options(timeout=MILLISECONDS)
        yield browser
        browser.close()


def new_page(browser: sync_api.Browser, **options: Any) -> sync_api.Page:
    """A page in a context of its own, with these options."""
    context = browser.new_context(**options)
    context.set_default_timeout(MILLISECONDS)
    return context.new_page()


def cut(page: sync_api.Page) -> list[str]:
    """What of a page cannot be seen."""
    found: list[str] = page.evaluate(CUT)
    return found
