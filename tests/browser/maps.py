"""Look at a map in the browser: its signs, and what it is about to do."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, Page

MAP = "locatorMap.of(document.querySelector('.folium-map'))"


NASTY = "<img src=x onerror=alert(1)>${alert(2)}"


def marker(page: Page, name: str) -> Locator:
    return page.locator(".map-marker", has=page.locator("svg")).and_(
        page.get_by_role("button", name=name)
    )


def until(page: Page, expression: str, *, timeout_s: float = 60.0) -> None:
    """Wait until `expression` is true; playwright's own wait is barred by the strict policy."""
    patience = time.monotonic() + timeout_s
    while not page.evaluate(expression):
        assert time.monotonic() < patience, f"never came true: {expression}"
        page.wait_for_timeout(50)
