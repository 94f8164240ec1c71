"""Say where a walk starts, or what may have been meant by the words that were typed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from locator.api.context import AppState
from locator.api.queries import StartParams
from locator.base.errors import LocatorError, NotFoundError, OutsideCityError, faults_of
from locator.city.model import City
from locator.geocoding.place import Place
from locator.geocoding.resolving import NOT_PLACED, NUMBER_UNKNOWN, AmbiguousPlaceError, resolve
from locator.web.i18n import error_text, gettext, metres
from locator.web.words.near import near_address
from locator.web.words.texts import KIND_WORDS, PLACE_KINDS

ALTERNATIVES = 4

VAGUE_M = 100.0
"""A position that may be further off than this is said to be vague."""


@dataclass(frozen=True)
class Link:
    """An address with its words."""

    url: str
    label: str
    kind: str = ""


@dataclass(frozen=True)
class Origin:
    """Where the walk starts, in words."""

    label: str
    lon: float
    lat: float
    note: str | None = None


def find_origin(city: City, params: StartParams) -> tuple[Origin, list[Place]]:
    """Return where the walk starts, and other places that may have been meant.

    Raises
    ------
    NotFoundError
        If no place matches the words.
    AmbiguousPlaceError
        If they may mean several places, or none for sure.
    OutsideCityError
        If the coordinates lie outside the city.
    """
    others: list[Place] = []
    if params.lat is not None and params.lon is not None:
        best = city.gazetteer.at(params.lat, params.lon)
    else:
        best, others = resolve(city.gazetteer, params.q or "")
    unclear = [place for place in others if is_told_apart(place, best)]
    note = gettext(best.note, **dict(best.note_values)) if best.note else None
    label = gettext("the point shown on the map") if best.kind == "coordinate" else best.label
    return Origin(label, best.lon, best.lat, note), unclear[:ALTERNATIVES]


def named_point(app: AppState, origin: Origin, accuracy_m: float | None) -> Origin:
    """Return a point with the address beside it, and a note where the point itself is vague."""
    beside = near_address(app, origin.lon, origin.lat)
    note = None
    if accuracy_m is not None and accuracy_m > VAGUE_M:
        note = gettext(
            "Your device knows its position to within {distance} only, so the walks may be wrong"
            " by as much. Type an address to be sure.",
            distance=metres(10 * math.ceil(accuracy_m / 10)),
        )
    return replace(origin, label=beside or origin.label, note=note or origin.note)


def is_told_apart(place: Place, best: Place) -> bool:
    """Tell whether words can lead to `place` rather than to `best`."""
    return place.label != best.label or (place.kind != best.kind and place.kind in KIND_WORDS)


def words_for(place: Place, origin: Origin) -> str:
    """Return what to type to mean `place` and not the origin of the same name."""
    if place.label == origin.label and place.kind in KIND_WORDS:
        return f"{KIND_WORDS[place.kind]} {place.label}"
    return place.label


def problem_text(error: LocatorError) -> str:
    """Return all that is wrong; where candidates are known, they stand below as links."""
    if not isinstance(error, AmbiguousPlaceError):
        return " ".join(map(error_text, faults_of(error)))
    if error.template == NUMBER_UNKNOWN:
        return gettext("Number {number} is not known on this street.", **error.values)
    if error.template == NOT_PLACED:
        return error_text(error)
    return gettext("We are not certain where “{query}” is.", **error.values)


def candidate_links(error: LocatorError, address: Callable[..., str]) -> tuple[Link, ...]:
    """Return the places that may have been meant, as links that start from them.

    Parameters
    ----------
    error : LocatorError
    address : callable
        Gives the address of the page with another ``q``, ``lat`` and ``lon``.
    """
    if not isinstance(error, AmbiguousPlaceError):
        return ()
    labels = [place.label for place in error.candidates]
    links = []
    for place in error.candidates:
        # Words that would ask again lead nowhere: such a place is told by its point.
        by_words = place.basis != "possible" and labels.count(place.label) == 1
        start = (
            {"q": place.label, "lat": "", "lon": ""}
            if by_words
            else {"q": "", "lat": f"{place.lat:.5f}", "lon": f"{place.lon:.5f}"}
        )
        links.append(Link(address(**start), place.label, gettext(PLACE_KINDS[place.kind])))
    return tuple(links)


def advice_for(error: LocatorError) -> str | None:
    """Return what to do about an error that the visitor can mend."""
    if isinstance(error, OutsideCityError):
        return gettext("Choose a start inside the city.")
    if isinstance(error, NotFoundError) and error.parameter == "q":
        return gettext(
            "Check the spelling, or try only the street, the nearest stop or a well-known place."
        )
    return None
