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


@contextmanager
def chromium() -> Iterator[sync_api.Browser]:
    """Chromium; where there is none the test is skipped, but not in CI."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        assert "CI" not in os.environ, "CI must have a browser"
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"], timeout=MILLISECONDS
        )
        sync_api.expect.set_options(timeout=MILLISECONDS)
        yield browser
        browser.close()


def new_page(browser: sync_api.Browser, **options: Any) -> sync_api.Page:
    """A page in a context of its own, with these options."""
    context = browser.new_context(**options)
    context.set_default_timeout(MILLISECONDS)
    return context.new_page()
