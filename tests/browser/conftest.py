"""Serve Kraków once and open it in a real browser, watched for errors and for other hosts."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from waitress.server import create_server

from tests.browser.ensure_chromium import find_chromium

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE_MS = 60_000
"""Long enough for a machine with much else to do; what is there at once is not waited for."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def krakow_site(krakow_app: Flask) -> Iterator[str]:
    """The address of a live server over the city folder of the repository."""
    with serving(krakow_app) as address:
        yield address


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application as `make run` does, and give its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)

    def run() -> None:
        with suppress(OSError):  # it is closed while it waits for somebody
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser; one at a time, because Playwright does not nest."""
    path = find_chromium()
    if path is None:
        pytest.fail("No Chromium: run python tests/browser/ensure_chromium.py")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser; whatever goes wrong in it is kept in `faults`."""

    site: str
    page: Page
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page and wait until its map, if it has one, has loaded."""
        self.page.goto(self.site + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until no map is loading any more."""
        for status in self.page.locator(".map-status").all():
            expect(status).not_to_have_class(re.compile("is-loading"))

    def path(self) -> str:
        """Path and query string of the page being shown."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")


Arrive = Callable[..., Visitor]


@pytest.fixture
def visitor(chromium: Browser, krakow_site: str) -> Iterator[Arrive]:
    """Let visitors in; at the end none may have seen an error or asked another host."""
    yield from arrivals(chromium, krakow_site, viewport=PHONE)


def arrivals(chromium: Browser, site: str, **usual: Any) -> Iterator[Arrive]:
    """Yield what lets visitors in to `site`, then see that none met with a fault."""
    contexts, visitors = [], []

    def arrive(**settings: Any) -> Visitor:
        context = chromium.new_context(**{"reduced_motion": "reduce", **usual, **settings})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        new = Visitor(site, context.new_page())
        watch(new)
        visitors.append(new)
        return new

    yield arrive
    for context in contexts:
        context.close()
    assert [fault for one in visitors for fault in one.faults] == []


def watch(visitor: Visitor) -> None:
    """Keep errors, warnings, dialogs and requests to other hosts."""
    page, faults = visitor.page, visitor.faults

    def on_console(message: Any) -> None:
        # A page that answers 4xx on purpose is not a fault of the page.
        expected = "the server responded with a status of 4" in message.text
        if message.type in ("error", "warning") and not expected:
            faults.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((visitor.site + "/", "data:")):
            faults.append(f"request: {request.url}")

    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("console", on_console)
    page.on("request", on_request)
