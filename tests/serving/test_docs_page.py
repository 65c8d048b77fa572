"""The page at /docs, which needs nothing but the server itself."""

from __future__ import annotations

import re
from shutil import which

import httpx
import pytest
from playwright.sync_api import Route, sync_playwright

BROWSER = next(filter(None, map(which, ("chromium", "chromium-browser", "google-chrome"))), None)


def test_all_that_the_page_loads_is_here(texts: httpx.Client) -> None:
    page = texts.get("/docs").text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(loaded) == 3
    for each in loaded:
        assert each.startswith("/")
        assert texts.get(each).status_code == 200


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
def test_it_shows_every_path_in_a_browser_without_a_network(texts: httpx.Client) -> None:
    here, elsewhere = str(texts.base_url), []

    def only_here(route: Route) -> None:
        if route.request.url.startswith(here):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page()
        page.route("**/*", only_here)
        page.goto(f"{here}/docs")
        page.wait_for_selector(".opblock-summary-path")
        paths = page.locator(".opblock-summary-path").all_inner_texts()
        browser.close()
    assert {each.replace("\u200b", "") for each in paths} == {"/predict", "/model", "/health"}
    assert elsewhere == []
