"""Give every page its frame: navigation, footer, the city and the layers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from babel import Locale
from flask import Flask, current_app
from markupsafe import Markup, escape

from locator.analysis.aed.option import FIXED_LAYER
from locator.analysis.scenario.file import MAX_BYTES
from locator.base.errors import N_
from locator.city.catalogue import Layer
from locator.web.i18n import current_language, gettext, locale, url
from locator.web.map.symbols import Symbol, symbol
from locator.web.sorting import FILTER_NAMES
from locator.web.state import country_file, state
from locator.web.words.calling import lines_for
from locator.web.words.texts import KIND_WORDS, PLACE_KINDS, pace_text

LONGEST_SEARCH = 200

# "60. roku": a full stop ends a clause only before a capital.
CLAUSE_END = re.compile(r":\s|\.\s+(?=[A-ZĄĆĘŁŃÓŚŹŻА-ЯІЇЄҐ])|\.$")

ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:)])")
"""A web address inside a text, without the punctuation that follows it."""

MENU = (
    (
        N_("Services"),
        (
            ("home.page", N_("Search")),
            ("map.page", N_("Map")),
            ("layers.page", N_("All services")),
            ("aed.page", N_("AED now")),
        ),
    ),
    (
        N_("For planners"),
        (
            ("coverage.page", N_("Reach of services")),
            ("compare.page", N_("Services by district")),
            ("aed_coverage.page", N_("AEDs hour by hour")),
            ("two_years.page", N_("What two years changed")),
            ("country.page", N_("Units of the country")),
            ("what_if_layers.page", N_("What if")),
        ),
    ),
    (
        N_("About the data"),
        (
            ("about.page", N_("How we count")),
            ("data.page", N_("Data and sources")),
            ("accessibility.page", N_("Accessibility statement")),
            ("api.page", N_("API")),
            ("embed.page", N_("On your own page")),
        ),
    ),
)
"""Title, then endpoint and name of each entry; one that is not registered is left out, and so is
the country where there is none."""

BAR = tuple(entry for entry in MENU[0][1] if entry[0] != "aed.page")  # that is a button of its own

SECTIONS = {
    "layer_coverage": "coverage.page",
    "combined_coverage": "coverage.page",
    "what_if": "what_if_layers.page",
    "what_if_report": "what_if_layers.page",
    "what_if_compare": "what_if_layers.page",
    "where_next": "what_if_layers.page",
    "report": "what_if_layers.page",
}
"""Page -> the entry under which it lies; a facility lies under none."""


@dataclass(frozen=True)
class Link:
    """An entry of a navigation; `current` is the value of aria-current, or None."""

    url: str
    label: str
    current: str | None = None


def links(
    entries: tuple[tuple[str, str], ...], page: str | None, section: str | None
) -> list[Link]:
    """Return the entries whose pages exist; that of `page`, or of a `section`, is marked."""
    return [
        Link(url(endpoint), gettext(label), _current(endpoint, page, section))
        for endpoint, label in entries
        if endpoint in current_app.view_functions
        and (endpoint != "country.page" or country_file() is not None)
    ]


def _current(endpoint: str, page: str | None, section: str | None) -> str | None:
    if page == endpoint:
        return "page"
    return "true" if SECTIONS.get(section or "") == endpoint else None


def _menu(page: str | None, section: str | None) -> list[tuple[str, list[Link]]]:
    return [(gettext(title), links(entries, page, section)) for title, entries in MENU]


def brief(words: str) -> str:
    """Return the first clause of a description, for places with little room."""
    return CLAUSE_END.split(words, maxsplit=1)[0]


def drawn(layer: Layer) -> Symbol:
    """Return the symbol of a layer, the same as on the maps."""
    return symbol(layer, language=current_language())


def linked(words: str | None) -> Markup:
    """Return text with the web addresses in it made into links, the rest escaped."""
    parts = ADDRESS.split(words or "")
    return Markup("").join(
        Markup('<a href="{0}" rel="noreferrer noopener">{0}</a>').format(part)
        if place % 2
        else escape(part)
        for place, part in enumerate(parts)
    )


def in_language_of_data() -> Markup:
    """Return a ``lang`` attribute for what sources wrote, on pages in another language."""
    language = language_of_data(state().catalogue.country)
    return Markup("") if language == current_language() else Markup(' lang="{}"').format(language)


def quoted_language() -> str:
    """Return the name of the language that sources are quoted in; empty where it is the page's."""
    language = language_of_data(state().catalogue.country)
    if language == current_language():
        return ""
    return Locale.parse(language).get_display_name(locale()) or language


@cache
def language_of_data(country: str) -> str:
    """Return the language most spoken in a country (CLDR likely subtags), ``"pl"`` for ``"PL"``."""
    return Locale.parse(f"und_{country}").language


def page_context() -> dict[str, Any]:
    """Return what every page may use beside `HELPERS` and those of `locator.web.i18n`."""
    catalogue = state().catalogue
    return {"city": catalogue, "layers": tuple(catalogue.layers.values())}


HELPERS = {
    "aed_layer": FIXED_LAYER,
    "scenario_file_kb": MAX_BYTES // 1000,
    "helplines": lines_for,
    "navigation": partial(links, BAR),
    "menu": _menu,
    "brief": brief,
    "drawn": drawn,
    "longest_search": LONGEST_SEARCH,
    "in_language_of_data": in_language_of_data,
    "quoted_language": quoted_language,
    "linked": linked,
    "carried": ("minutes", "group", "pace", "profile", *FILTER_NAMES),
    "has_endpoint": lambda endpoint: endpoint in current_app.view_functions,
    "kind_words": KIND_WORDS,
    "pace_text": pace_text,
    "place_kinds": lambda: {kind: gettext(name) for kind, name in PLACE_KINDS.items()},
}
"""What all templates may use, those of macros too: these are made once, not for every page."""


def install(app: Flask) -> None:
    """Give the templates of all pages what they may use."""
    app.jinja_env.globals |= HELPERS
    app.context_processor(page_context)
