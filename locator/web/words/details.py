"""Put the remaining facts of one facility into words for its own page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from locator.base.errors import N_
from locator.vehicles import Vehicle
from locator.web.i18n import gettext, url
from locator.web.state import state
from locator.web.words.cards import Card
from locator.web.words.near import near_address
from locator.web.words.texts import ACCESS, PRECISION, STATUS, WHEELCHAIR, base_words

STATUS_BASIS = {
    "confirmed": N_("Confirmed by the newest source"),
    "last_known": N_("On an older list, not on the newer one; not known to be closed"),
}


@dataclass(frozen=True)
class Details:
    """Facts in words; None where nothing is known."""

    access: str | None
    wheelchair: str | None
    precision: str
    status: str
    status_basis: str
    vehicle: tuple[str, ...]
    source_url: str | None
    near: str
    nearby_url: str | None
    place_url: str | None


def details_of(facility: Card) -> Details:
    """Return the facts of `facility` that need words."""
    facts = facility.facts
    basis = facts["status_basis"]
    nearby = place = None
    near = ""
    if facility.located:
        if not facility.address and not facility.layer.moves:
            near = near_address(state(), facts["geometry"].x, facts["geometry"].y)
        lat, lon = f"{facts['geometry'].y:.5f}", f"{facts['geometry'].x:.5f}"
        nearby = url("nearest.page", lat=lat, lon=lon)
        place = f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=18/{lat}/{lon}"
    if facility.located:
        precision = gettext(PRECISION[facility.precision])
    else:
        precision = gettext("Not on the map: its place is not known.")
    source = re.fullmatch(r"https?://\S+", facts["source"])
    return Details(
        access=_word(ACCESS, facts.get("access")),
        wheelchair=_word(WHEELCHAIR, facts.get("wheelchair")),
        precision=precision,
        status=gettext(STATUS[facility.status]),
        status_basis=gettext(STATUS_BASIS[basis]),
        vehicle=_vehicle(state().live_fleet.fleet.vehicle(facility.id)),
        source_url=source.group() if source else None,
        near=near,
        nearby_url=nearby,
        place_url=place,
    )


def _word(words: Mapping[str, str], code: Any) -> str | None:
    return gettext(words[code]) if code in words else None


def _vehicle(vehicle: Vehicle | None) -> tuple[str, ...]:
    if vehicle is None:
        return ()
    assumed = vehicle.assignment == "assumed"
    if assumed:
        said = [gettext("Which vehicle carries it is not published: line and tour are assumed.")]
    else:
        said = [gettext("The vehicle is known; where it is changes by the minute.")]
    if vehicle.fleet_number:
        said.append(gettext("Vehicle number: {value}", value=vehicle.fleet_number))
    if vehicle.line:
        line = f"{vehicle.line} ({vehicle.headsign})" if vehicle.headsign else vehicle.line
        words = N_("Assumed line: {value}") if assumed else N_("Line: {value}")
        said.append(gettext(words, value=line))
    if vehicle.base_name:
        said.append(base_words(vehicle))
    return tuple(said)
