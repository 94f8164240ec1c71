"""The widgets in a page of another origin, under that page's own strict policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, expect

from tests.browser.barriers import see_no_barrier, violations
from tests.browser.conftest import PHONE, Arrive, Visitor, serving

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="pl"><head><title>Szkoła</title></head><body><main>
<h1>Szkoła</h1>{frames}</main></body></html>"""
FRAME = '<iframe src="{src}" title="{title}" width="100%" height="600"></iframe>'


def school(src: str, allowed: str) -> Flask:
    """A page of somebody else, that frames `src` and nothing but what is `allowed`."""
    app = Flask("school")

    @app.get("/")
    def page() -> Response:
        frames = [
            FRAME.format(src=f"{src}/en/embed/nearest?layer=nurseries", title="Nearest"),
            FRAME.format(src=f"{src}/en/embed/map?layer=nurseries", title="Map"),
        ]
        response = Response(PAGE.format(frames="".join(frames)))
        response.headers["Content-Security-Policy"] = f"default-src 'none'; frame-src {allowed}"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return response

    return app


@pytest.fixture(scope="module")
def foreign(chromium: Browser, krakow_app: Flask) -> Iterator[tuple[Visitor, Flask]]:
    """Somebody on a page of another origin that frames both widgets."""
    with serving(krakow_app) as ours, serving(school(ours, ours)) as theirs:
        krakow_app.extensions["locator.embedding"] = (theirs,)
        context = chromium.new_context(viewport=PHONE, reduced_motion="reduce")
        visitor = Visitor(theirs, context.new_page())
        visitor.page.on("console", lambda said: visitor.faults.append(said.text))
        yield visitor, krakow_app
        context.close()
        krakow_app.extensions["locator.embedding"] = ()


def test_a_page_of_another_origin_shows_both_widgets(foreign: tuple[Visitor, Flask]) -> None:
    visitor, _ = foreign
    page = visitor.go("/")
    nearest, map_ = page.frame_locator("iframe >> nth=0"), page.frame_locator("iframe >> nth=1")
    field = nearest.get_by_role("combobox", name="Where do you start from?")
    field.press_sequentially("Rynek Główny 1")
    expect(nearest.get_by_role("option").first).to_be_visible()
    field.press("Escape")
    field.press("Enter")
    expect(nearest.locator(".result")).to_have_count(3)
    expect(map_.locator(".leaflet-marker-icon").first).to_be_visible()
    with page.context.expect_page() as opened:
        nearest.locator(".result h3 a").first.press("Enter")
    full = opened.value
    expect(full.locator("main h1")).to_be_visible()
    assert "/en/facilities/nurseries-" in full.url
    assert full.evaluate("opener") is None
    full.close()
    assert visitor.faults == []
    assert page.context.cookies() == []
    assert violations(page) == []  # in the frames, too; axe itself says things on the console
    visitor.faults.clear()


def test_an_origin_that_is_not_named_is_refused(foreign: tuple[Visitor, Flask]) -> None:
    visitor, app = foreign
    app.extensions["locator.embedding"] = ("https://elsewhere.example.org",)
    page = visitor.go("/")
    expect(page.locator("iframe").first).to_be_visible()
    page.wait_for_function("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"] * 2
    assert any("frame-ancestors" in fault for fault in visitor.faults)
    visitor.faults.clear()


def test_the_page_that_makes_the_snippet_shows_it_and_has_no_barrier(visitor: Arrive) -> None:
    someone = visitor(permissions=["clipboard-read", "clipboard-write"])
    page = someone.go("/en/embed")
    page.get_by_label("Service").select_option("nurseries")
    page.locator("#lang").select_option("uk")
    page.get_by_role("button", name="Show it").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f'src="{someone.site}/uk/embed/nearest?layer=nurseries"' in copied
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_be_visible()
    see_no_barrier(page)


@pytest.mark.parametrize("path", ["nearest?layer=nurseries&q=Rynek%20G%C5%82%C3%B3wny%201", "map"])
def test_a_widget_by_itself_has_no_barrier(visitor: Arrive, path: str) -> None:
    see_no_barrier(visitor().go(f"/uk/embed/{path}"))
