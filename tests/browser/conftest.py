"""Serve Kraków once and open it in a real browser, watched for errors and for other hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from waitress.server import create_server

from locator.web import create_app
from tests.browser.ensure_chromium import find_chromium
from tests.browser.maps import NASTY
from tests.serving import address_of, in_a_thread
from tests.tinycity import facility, nurseries, point, write_json, write_tiny_city

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE_MS = 60_000
"""Long enough for a machine with much else to do; what is there at once is not waited for."""

OF_A_PAGE = {"viewport", "reduced_motion", "color_scheme"}
"""What can be set for a page alone, so that it may share a context with others."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def krakow_site(krakow_app: Flask) -> Iterator[str]:
    """The address of a live server over the city folder of the repository.

    Its base map is read before anybody comes: who waits too long for a tile is told to come again.
    """
    assert krakow_app.extensions["locator.city.basemap"].ground
    with serving(krakow_app) as address:
        yield address


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application as `make run` does, and give its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    with in_a_thread(server):
        yield address_of(server)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A browser for all tests of this folder; it ends with them, for Playwright does not nest.

    Its first context is the one that the tests share: see `arrivals`.
    """
    path = find_chromium()
    if path is None:
        pytest.fail("No Chromium: run python tests/browser/ensure_chromium.py")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        # What a worker keeps beside each page is tested where it matters, not paid everywhere.
        browser.new_context(service_workers="block")
        yield browser
        browser.close()


def settle(page: Page) -> None:
    """Wait until no map of a page with scripts is loading any more, nor about to."""
    expect(page.locator("[data-later-map]:not(:has(.map-ask))")).to_have_count(0)
    expect(page.locator(".map-status.is-loading")).to_have_count(0)


@dataclass
class Visitor:
    """Somebody with a browser; whatever goes wrong in it is kept in `faults`."""

    site: str
    page: Page
    scripts: bool = True
    was_cut_off: bool = False
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page and wait until its map, if it has one, has loaded."""
        self.page.goto(self.site + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until no map is loading any more, nor about to."""
        if self.scripts:
            settle(self.page)

    def path(self) -> str:
        """Path and query string of the page being shown."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")


Arrive = Callable[..., Visitor]


@pytest.fixture
def visitor(chromium: Browser, krakow_site: str) -> Iterator[Arrive]:
    """Let visitors in; at the end none may have seen an error or asked another host."""
    yield from arrivals(chromium, krakow_site, viewport=PHONE)


@pytest.fixture(scope="package")
def tiny_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the tiny city, one of its nurseries with a hostile name."""
    folder = write_tiny_city(tmp_path_factory.mktemp("map") / "tiny")
    nasty = facility(point(1500, 3300), id="nurseries-9", name=NASTY)
    write_json(folder / "nurseries.geojson", [*nurseries(), nasty])
    app = create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0})
    with serving(app) as address:
        yield address


@pytest.fixture
def visit(chromium: Browser, tiny_site: str) -> Iterator[Arrive]:
    """Let visitors in to the tiny city, as `visitor` does to Kraków."""
    yield from arrivals(chromium, tiny_site, viewport=DESKTOP)


def arrivals(chromium: Browser, site: str, **usual: Any) -> Iterator[Arrive]:
    """Yield what lets visitors in to `site`, then see that none met with a fault.

    The first visitor of a test comes in a context that the tests share, because a new one costs
    more than most pages do; it is emptied of what a site can keep, but files it has fetched stay
    fetched. Whoever comes second, or with `apart` or a setting that a page alone cannot have,
    comes as a stranger in a context of his own.
    """
    contexts, visitors = [], []

    def arrive(*, apart: bool = False, **settings: Any) -> Visitor:
        wanted = {"reduced_motion": "reduce", "color_scheme": "light", **usual, **settings}
        if apart or visitors or set(wanted) - OF_A_PAGE:
            context = chromium.new_context(**{"service_workers": "block", **wanted})
            contexts.append(context)
            page = context.new_page()
        else:
            context = chromium.contexts[0]
            page = context.new_page()
            page.set_viewport_size(wanted.pop("viewport"))
            page.emulate_media(**wanted)
        context.set_default_timeout(PATIENCE_MS)
        new = Visitor(site, page, scripts=settings.get("java_script_enabled", True))
        watch(new)
        visitors.append(new)
        return new

    yield arrive
    for context in contexts:
        context.close()
    for one in visitors:
        if not one.page.is_closed():
            forget(one)
    assert [fault for one in visitors for fault in one.faults] == []


def forget(visitor: Visitor) -> None:
    """Leave the shared context as if nobody had been there."""
    page = visitor.page
    page.context.new_cdp_session(page).send(
        "Storage.clearDataForOrigin", {"origin": visitor.site, "storageTypes": "all"}
    )
    page.context.clear_cookies()
    page.close()


def watch(visitor: Visitor) -> None:
    """Keep errors, warnings, dialogs and requests to other hosts."""
    page, faults = visitor.page, visitor.faults

    def on_console(message: Any) -> None:
        # A page that answers 4xx on purpose is not a fault of the page, nor is a tile that a busy
        # server asks to come again for, or that has not come when the network is cut.
        url = message.location["url"]
        expected = (
            "the server responded with a status of 4" in message.text
            or ("a status of 503" in message.text and "/tiles/" in url)
            or ("net::ERR_FAILED" in message.text and "/tiles/" in url and visitor.was_cut_off)
            or "Service Worker registration blocked by Playwright" in message.text
        )
        if message.type in ("error", "warning") and not expected:
            faults.append(f"console: {message.text} ({url})")

    def on_request(request: Request) -> None:
        if not request.url.startswith((visitor.site + "/", "data:")):
            faults.append(f"request: {request.url}")

    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("console", on_console)
    page.on("request", on_request)
