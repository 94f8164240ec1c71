"""See that a page shuts nobody out: axe, and no scrolling sideways at 400 % zoom."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, settle

ZOOMED = {"width": 320, "height": 640}
"""What 1280 px are at 400 % zoom."""


def violations(page: Page) -> list[str]:
    """What axe objects to, one line each, once the maps have loaded.

    While signs are being drawn they are all buttons, however near to one another.
    """
    settle(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        # Vehicles on the emergency map move, over one another, too.
        "() => axe.run({ resultTypes: ['violations'], rules: { 'target-size': {"
        " enabled: !document.querySelector('script[data-map*=aed]') } } })"
        ".then(({ violations }) => violations)"
    )
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found
        for node in rule["nodes"]
    ]


def overflow_px(page: Page) -> int:
    """How far the page can be scrolled sideways."""
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


def see_no_barrier(page: Page) -> None:
    """Look at a page as it is, zoomed in, and on a desktop in the dark.

    Colours come from one set of names in each scheme, so each width and each scheme is looked at
    once and not each pair of them: colours are six sevenths of what axe costs.
    """
    assert violations(page) == []
    page.set_viewport_size(ZOOMED)
    assert overflow_px(page) == 0
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    assert overflow_px(page) == 0
    page.emulate_media(color_scheme="light")
