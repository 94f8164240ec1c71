"""Say in the visitor's language what the data say in codes."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel import dates

from locator.base.errors import N_
from locator.city.catalogue import Catalogue
from locator.vehicles import Vehicle
from locator.web.i18n import clock, gettext, locale, moment, number, text

KIND_WORDS = {"stop": "przystanek", "district": "dzielnica"}
"""Words that the gazetteer reads before a name, where several kinds of place share it."""

STATUS = {
    "open": N_("Open"),
    "under_construction": N_("Under construction"),
    "modernisation": N_("Closed for modernisation"),
    "planned": N_("Planned"),
    "closed": N_("Closed for good"),
}

PRECISION = {
    "exact": N_("Exact: the address itself, or a point given by the source."),
    "street": N_("Approximate: the right street, perhaps not the right house."),
    "area": N_("Rough: only the neighbourhood is known."),
}

PRECISION_SHORT = {
    "exact": N_("Exact place"),
    "street": N_("Street only"),
    "area": N_("Neighbourhood only"),
    "none": N_("Not on the map"),
}

OPEN_STATES = {
    "open": N_("Open now"),
    "closed": N_("Closed now"),
    "unknown": N_("Hours not known"),
}

ACCESS = {
    "yes": N_("Open to everyone"),
    "permissive": N_("Open to everyone, by courtesy of the owner"),
    "customers": N_("For customers"),
    "permit": N_("With permission"),
    "private": N_("Private"),
    "no": N_("Not accessible"),
}

WHEELCHAIR = {
    "yes": N_("Step-free"),
    "limited": N_("Partly step-free"),
    "no": N_("Not step-free"),
}

PLACE_KINDS = {
    "address": N_("address"),
    "street": N_("street"),
    "stop": N_("stop"),
    "district": N_("district"),
    "quarter": N_("neighbourhood"),
    "landmark": N_("place"),
    "facility": N_("service"),
    "coordinate": N_("point on the map"),
}

PACES: tuple[tuple[float, str], ...] = (
    (0.6, N_("Very slow, with frequent rests")),
    (0.9, N_("Slow, as a senior walks")),
    (1.1, N_("With a pram")),
    (1.3, N_("An adult's pace")),
    (2.0, N_("Hurrying")),
)
"""Walking speeds offered in forms, m/s, and whose they are."""


def pace_text(pace_m_s: float) -> str:
    """Return a speed as people write it."""
    return gettext("{pace} m/s", pace=number(pace_m_s, 1))


def unknown() -> str:
    """Return what stands where the data say nothing."""
    return gettext("not known")


def opening_words(state: str, next_change: datetime | None, at: datetime) -> str:
    """Return the opening state at `at` with the next change, in a few words."""
    if state == "unknown":
        return gettext("Hours not known")
    if next_change is None:
        return gettext("Always open") if state == "open" else gettext("Closed now")
    when = change_words(next_change, at)
    if state == "open":
        return gettext("Open now, until {time}", time=when)
    return gettext("Closed now, opens {time}", time=when)


def change_words(change: datetime, at: datetime) -> str:
    """Return a moment as seen from `at`: the time today, tomorrow, else with its day."""
    days = (change.date() - at.date()).days
    if days == 0:
        return clock(change)
    if days == 1:
        return gettext("tomorrow {time}", time=clock(change))
    if change - at < timedelta(days=6):
        weekday = dates.format_date(change, "EEEE", locale=locale())
        return gettext("{weekday} {time}", weekday=weekday, time=clock(change))
    return moment(change)


def base_words(vehicle: Vehicle) -> str:
    """Return where a vehicle is put off service, and that this need not be its depot."""
    if vehicle.base_is == "place":
        return gettext("Off service it is drawn at its base: {place}.", place=vehicle.base_name)
    words = {
        "first_stop": N_(
            "Off service it is drawn at the stop where its tour begins, {stop}: "
            "its depot is not published."
        ),
        "stop": N_("Off service it is drawn at the stop {stop}: its depot is not published."),
    }
    return gettext(words[vehicle.base_is], stop=vehicle.base_name)


def group_name(catalogue: Catalogue, group: str) -> str:
    """Return the name of an age group; its id where the catalogue has none."""
    known = catalogue.groups.get(group)
    return text(known.names) if known else group
