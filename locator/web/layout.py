"""Give every page its frame: navigation, footer, the city and the layers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from markupsafe import Markup, escape

from locator.errors import N_
from locator.web.i18n import gettext, url
from locator.web.state import state
from locator.web.texts import PLACE_KINDS, pace_text

LONGEST_SEARCH = 200

ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:)])")
"""A web address inside a text, without the punctuation that follows it."""

MAIN = (
    ("residents.home", N_("Search")),
    ("emergency.aed", N_("AED now")),
    ("residents.city_map", N_("Map")),
    ("planners.overview", N_("Reach of services")),
    ("whatif.page", N_("What if")),
    ("residents.data", N_("Data")),
)
"""Endpoint and name of each entry; one whose endpoint is not registered is left out."""

FOOTER = (
    ("residents.about", N_("How we count")),
    ("residents.data", N_("Data and sources")),
    ("residents.accessibility", N_("Accessibility statement")),
    ("api.docs", N_("API")),
)


@dataclass(frozen=True)
class Link:
    """An entry of a navigation; `current` is the value of aria-current, or None."""

    url: str
    label: str
    current: str | None = None


def links(entries: tuple[tuple[str, str], ...]) -> list[Link]:
    """Return the entries whose pages exist, the present page marked."""
    return [
        Link(url(endpoint), gettext(label), _current(endpoint))
        for endpoint, label in entries
        if endpoint in current_app.view_functions
    ]


def _current(endpoint: str) -> str | None:
    if request.endpoint == endpoint:
        return "page"
    # A report of one layer lies under "Reach of services".
    inside = endpoint == "planners.overview" and request.blueprint == "planners"
    return "true" if inside else None


def on_colour(colour: str) -> str:
    """Return black or white, whichever reads better on ``#rrggbb`` (WCAG relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def linked(words: str | None) -> Markup:
    """Return text with the web addresses in it made into links, the rest escaped."""
    parts = ADDRESS.split(words or "")
    return Markup("").join(
        Markup('<a href="{0}" rel="noreferrer noopener">{0}</a>').format(part)
        if place % 2
        else escape(part)
        for place, part in enumerate(parts)
    )


def page_context() -> dict[str, Any]:
    """Return what every template may use besides the helpers of `locator.web.i18n`."""
    catalogue = state().catalogue
    return {
        "city": catalogue,
        "layers": tuple(catalogue.layers.values()),
        "navigation": lambda: links(MAIN),
        "footer_links": lambda: links(FOOTER),
        "on_colour": on_colour,
        "longest_search": LONGEST_SEARCH,
        "linked": linked,
        "has_endpoint": lambda endpoint: endpoint in current_app.view_functions,
        "pace_text": pace_text,
        "place_kinds": lambda: {kind: gettext(name) for kind, name in PLACE_KINDS.items()},
    }
