"""Keep the emergency page for when there is no network: a page for each language, and a worker.

The page holds all AEDs that stand, with the instants at which their doors open and close, so that
it works without us; `worker.js` keeps it. No address that somebody asks from is ever kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request

from locator.analysis.aed.fixed import FixedAed, fixed_aeds
from locator.analysis.aed.option import CLOSING_SOON, LESS_SURE_FACTOR, PACE_M_S
from locator.api.context import AppState
from locator.city.field_types import LANGUAGES
from locator.city.model import City
from locator.city.opening import opening_in
from locator.web.i18n import current_language, gettext, prefix, speaking, text
from locator.web.layout import language_of_data
from locator.web.map.background import compact_json
from locator.web.security import urgent
from locator.web.state import state
from locator.web.static_files import STATIC, static_url
from locator.web.words.aed import DIRECTIONS, access_chip, door_words
from locator.web.words.aed_rows import note_beside, unknown_hours
from locator.web.words.cards import card
from locator.web.words.near import near_address

DAYS = 21
"""From a Monday on so many days of hours are kept: two weeks at least, and new ones once a week."""

FILES = (
    "site.css",
    "fonts/locator-sans.woff2",
    "site.js",
    "aed.css",
    "search.js",
    "offline.js",
    "icon.svg",
)

blueprint = Blueprint("aed_offline", __name__)


@dataclass(frozen=True)
class Kept:
    """What a browser keeps: a page for each language, and the content of it all as a version."""

    version: str
    pages: Mapping[str, str]
    files: tuple[str, ...]


@blueprint.get("/aed/offline")
@urgent
def page() -> str:
    """Show the AEDs to a browser that has no network, from what it was given before."""
    kept = _kept()
    if request.args.get("v", kept.version) != kept.version:
        abort(404)  # a page of now would not fit the files of then
    return kept.pages[current_language()]


@blueprint.get("/sw.js")
@urgent
def worker() -> Response:
    """Serve the worker, which changes with every byte of what it keeps."""
    kept = _kept()
    paths = [f"{_root()}{prefix(language)}/aed" for language in kept.pages]
    told = {
        "name": f"aed{_root()}/",
        "version": kept.version,
        "files": kept.files,
        "pages": {path: f"{path}/offline?v={kept.version}" for path in paths},
    }
    code = b"const KEPT = " + compact_json(told) + b";\n" + (STATIC / "worker.js").read_bytes()
    return Response(code, mimetype="text/javascript")


def worker_url() -> str:
    """Return the address of the worker: it may answer for what lies below the same prefix."""
    return f"{_root()}/sw.js"


def _root() -> str:
    return str(request.environ.get("locator.root", ""))


def _kept() -> Kept:
    app = state()
    today = app.now().date()
    monday = today - timedelta(days=today.weekday())
    # The addresses of the files are part of the question: they change with their contents.
    files = tuple(static_url(name) for name in FILES)
    question = ("offline", _root(), monday, files)
    return app.memo.get(question, partial(_made, app, monday, files))


def _made(app: AppState, monday: date, files: tuple[str, ...]) -> Kept:
    pages = {language: _page(app, monday, language) for language in LANGUAGES}
    content = "\n".join((*pages.values(), *files)).encode() + (STATIC / "worker.js").read_bytes()
    return Kept(hashlib.blake2b(content, digest_size=6).hexdigest(), pages, files)


def _page(app: AppState, monday: date, language: str) -> str:
    """Return the page as it would be at ``/aed``, whoever asks for it."""
    script = {"SCRIPT_NAME": _root() + prefix(language), "locator.root": _root()}
    with (
        speaking(language),
        current_app.test_request_context("/aed", environ_overrides=script),
    ):
        return render_template(
            "pages/aed_offline.html", no_alternates=True, kept=content_of(app, monday)
        )


# What the page holds ------------------------------------------------------------------------


def content_of(app: AppState, first: date) -> dict[str, Any]:
    """Return all AEDs that stand, in the words of the current language, for the script.

    Parameters
    ----------
    app : AppState
    first : date
        The hours begin with this day, in the city's time zone.

    Returns
    -------
    dict
        ``hours`` holds for each kind of hours its [minute since 1970, ``o``, ``c`` or ``u``]:
        from then on it is open, closed or unknown. ``aeds`` names the kind by its place in
        the list, None where no hours are on file.
    """
    begin = datetime.combine(first, time(0), tzinfo=app.timezone)
    end = datetime.combine(first + timedelta(days=DAYS), time(0), tzinfo=app.timezone)
    aeds = fixed_aeds(app.walkable_city)[0]
    kinds = sorted({aed.hours for aed in aeds if aed.hours is not None})
    return {
        "begin": _minute(begin),
        "end": _minute(end),
        "timezone": str(app.timezone),
        "pace_m_s": PACE_M_S,
        "closing_soon_s": CLOSING_SOON.total_seconds(),
        "less_sure": LESS_SURE_FACTOR,
        "language": language_of_data(app.catalogue.country),
        "words": {
            "outdoors": gettext("Stands outdoors, no hours stated"),
            "always": gettext("Open day and night"),
            "until": gettext("Open until {time}", time="{time}"),
            "way": gettext("Start the route"),
            "m": gettext("{metres} m", metres="{n}"),
            "km": gettext("{kilometres} km", kilometres="{n}"),
        },
        "directions": [gettext(name) for name in DIRECTIONS],
        "hours": [_changes(app.city, hours, begin, end) for hours in kinds],
        "aeds": [
            _told(app, aed, None if aed.hours is None else kinds.index(aed.hours)) for aed in aeds
        ],
    }


def _changes(city: City, hours: str, begin: datetime, end: datetime) -> list[tuple[int, str]]:
    """Return from when on which state holds, by the one reading of hours that there is."""
    changes, at = [], begin
    while at < end:
        now = opening_in(city, hours, at)
        changes.append((_minute(at), now.state[0]))
        at = now.next_change or end
    return changes


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)


def _told(app: AppState, aed: FixedAed, hours: int | None) -> dict[str, Any]:
    shown, access = card(app.city, aed.id), access_chip(aed.access)
    where = shown.where if shown.address else near_address(app, aed.lon, aed.lat)
    told = {
        "lat": round(aed.lat, 5),
        "lon": round(aed.lon, 5),
        "name": aed.name,
        "where": " · ".join(part for part in (where or shown.district, door_words(aed)) if part),
        "note": note_beside(shown),
        "access": [access.kind, access.label],
        "asked_for": aed.access == "permit",
        "outdoors": aed.hours is None and aed.doorless,
        "unknown": unknown_hours(shown),
        "because": text(aed.rule.because) if aed.rule else "",
        "likely": bool(aed.rule and aed.rule.likely),
        "phones": [[phone.shown, phone.dial] for phone in shown.phones],
    }
    return {"hours": hours} | {name: value for name, value in told.items() if value}
