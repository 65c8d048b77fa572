"""The page at /docs, which needs nothing but the server itself."""

from __future__ import annotations

import re

import httpx
import pytest
from browser import chromium, new_page
from playwright.sync_api import Route


def test_all_that_the_page_loads_is_here(texts: httpx.Client) -> None:
    page = texts.get("/docs").text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(loaded) == 3
    for each in loaded:
        assert each.startswith("/")
        assert texts.get(each).status_code == 200


@pytest.mark.slow
def test_it_shows_every_path_in_a_browser_without_a_network(texts: httpx.Client) -> None:
    here, elsewhere = str(texts.base_url), []

    def only_here(route: Route) -> None:
        if route.request.url.startswith(here):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    with chromium() as browser:
        page = new_page(browser)
        page.route("**/*", only_here)
        page.goto(f"{here}/docs")
        page.wait_for_selector(".opblock-summary-path")
        paths = page.locator(".opblock-summary-path").all_inner_texts()
    assert {each.replace("\u200b", "") for each in paths} == {"/predict", "/model", "/health"}
    assert elsewhere == []
