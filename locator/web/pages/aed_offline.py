"""Stand in for the emergency page when there is no network, with all AEDs that stand.

The page holds the instants at which their doors open and close, so that it works without us.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template

from locator.analysis.aed.fixed import FixedAed, fixed_aeds
from locator.analysis.aed.option import CLOSING_SOON, FIXED_LAYER, LESS_SURE_FACTOR, PACE_M_S
from locator.api.context import AppState
from locator.base.geojson import collection
from locator.city.model import City
from locator.city.opening import opening_in
from locator.web.i18n import gettext, text
from locator.web.keeping import kept_page, stands_in
from locator.web.layout import drawn, language_of_data
from locator.web.map import views
from locator.web.map.elements import FeatureLayer, OriginMarker
from locator.web.map.pages import ground, page_map
from locator.web.security import urgent
from locator.web.words.aed import DIRECTIONS, access_chip, door_words
from locator.web.words.aed_rows import note_beside, unknown_hours
from locator.web.words.cards import card
from locator.web.words.near import near_facility

if TYPE_CHECKING:
    from locator.web.map.figure import Map

DAYS = 21
"""From a Monday on so many days of hours are kept: two weeks at least, and new ones once a week."""

blueprint = Blueprint("aed_offline", __name__)


@blueprint.get("/aed/offline")
@urgent
def page() -> str:
    """Show the AEDs to a browser that has no network, from what it was given before."""
    return kept_page("/aed")


@stands_in("/aed")
def made(app: AppState, monday: date) -> str:
    """Return the page in the current language; its hours are known from `monday` on."""
    return render_template(
        "pages/aed_offline.html",
        no_alternates=True,
        kept=content_of(app, monday),
        map=page_map("aed", _map(app)),
    )


def _map(app: AppState) -> Map:
    """Return the map round nowhere yet: the script says where, and which AEDs are shown."""
    layer = app.catalogue.layers.get(FIXED_LAYER)
    lon, lat = app.city.boundary.centroid.coords[0]
    map_ = views.base_map(ground(gettext("Map of AEDs")), centre=(lon, lat), zoom=15)
    FeatureLayer(
        collection([]),
        symbols=[drawn(layer)] if layer else [],
        legend=False,
        fit=True,
        listed=True,
        cluster_above=None,
    ).add_to(map_)
    label = gettext("Here: {place}", place="{place}")
    OriginMarker(lon=lon, lat=lat, label=label).add_to(map_)
    return map_


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
        "hours": app.memo.get(
            ("hours offline", app.walkable_city.number, begin),  # the same in every language
            lambda: [_changes(app.city, hours, begin, end) for hours in kinds],
        ),
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
    where = shown.where if shown.address else near_facility(app, aed.id)
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
