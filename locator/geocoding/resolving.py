"""Decide where a walk starts: at the one place that was meant, or ask which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from locator.base.echo import WORDS, cut
from locator.base.errors import N_, NotComputableError, NotFoundError
from locator.geocoding.gazetteer import Gazetteer
from locator.geocoding.names import fold
from locator.geocoding.place import Place
from locator.geocoding.query_parser import without_postcode
from locator.geocoding.streets import distance_m

CANDIDATES = 5
"""So many places are offered at most."""

CLEAR_LEAD = 8.0
"""Points of score by which the best place must lead for the others not to be named beside it."""

SAME_PLACE_M = 300.0
"""Two places no further apart are one start: a stop and the square that it is named after."""

EQUAL_SCORE = 0.15
"""Points of score that do not tell two places apart."""

DID_YOU_MEAN = N_("“{query}” is not certain. Did you mean: {candidates}?")
NUMBER_UNKNOWN = N_("Number {number} is not known on this street. Start from: {candidates}?")
NOT_PLACED = N_("“{street}” is a street of this city, but none of its houses is known here.")
ONLY_CITY = N_(
    "“{query}” does not say where in the city. Give a street and a number, a stop or a place."
)
NOT_FOUND = N_("We did not find “{query}”.")


class AmbiguousPlaceError(NotComputableError):
    """Words that may mean several places, or one that is not quite what was typed (HTTP 422).

    Attributes
    ----------
    candidates : tuple of Place
        What may have been meant, best first; nothing is computed until one is chosen.
    """

    code = "ambiguous_place"

    def __init__(
        self,
        template: str,
        candidates: Sequence[Place],
        *,
        parameter: str | None = "q",
        **values: object,
    ) -> None:
        self.candidates = tuple(candidates)
        labels = dict.fromkeys(place.label for place in candidates)
        super().__init__(template, parameter=parameter, candidates="; ".join(labels), **values)


def resolve(gazetteer: Gazetteer, query: str) -> tuple[Place, list[Place]]:
    """Return the place that `query` means, and others that may be named beside it.

    A place is taken when its name is the one that was typed (accents, first names and titles may
    be missing, endings be declined) and its number is on file or lies between near numbers of the
    same street; see `Place.sure`. Another street, a likely spelling, a number that may belong
    elsewhere, and one of several equally good places are never taken.

    Parameters
    ----------
    gazetteer : Gazetteer
    query : str
        As somebody typed it: an address, a street, a stop, a district, a facility, or coordinates.

    Returns
    -------
    Place
    list of Place
        Others to offer beside it, the likeliest first; mostly empty.

    Raises
    ------
    NotFoundError
        No place is like these words, or they name no more than the city or a postcode.
    AmbiguousPlaceError
        There are places to choose from.
    OutsideCityError, InvalidParameterError
        As for `Gazetteer.search`.
    """
    places = gazetteer.search(query, limit=2 * CANDIDATES)
    if places and places[0].basis == "coordinate":
        return places[0], []
    asked = cut(query, most=WORDS)
    words = tuple(fold(without_postcode(query)).split())
    if not words or words in gazetteer.city_names:
        raise NotFoundError(ONLY_CITY, parameter="q", query=asked)
    unplaced = gazetteer.unplaced_street(query)
    if unplaced is not None and not (places and places[0].match == "whole" and places[0].sure):
        raise AmbiguousPlaceError(NOT_PLACED, places[:CANDIDATES], street=unplaced)
    if not places:
        raise NotFoundError(NOT_FOUND, parameter="q", query=asked)
    best = places[0]
    if not best.sure:
        raise _unsure(places, asked)
    rivals = [place for place in places[1:] if _is_rival(place, best)]
    if rivals:
        raise AmbiguousPlaceError(DID_YOU_MEAN, [best, *rivals][:CANDIDATES], query=asked)
    unclear = [place for place in places[1:] if best.score - place.score < CLEAR_LEAD]
    return best, unclear[:CANDIDATES]


def _unsure(places: list[Place], asked: str) -> AmbiguousPlaceError:
    best = places[0]
    if best.basis == "street" and best.match != "like":
        number = dict(best.note_values).get("asked", "")
        return AmbiguousPlaceError(NUMBER_UNKNOWN, places[:CANDIDATES], number=number)
    return AmbiguousPlaceError(DID_YOU_MEAN, places[:CANDIDATES], query=asked)


def _is_rival(place: Place, best: Place) -> bool:
    """Tell whether a place may as well have been meant, and is another start."""
    if not place.sure or place.match != best.match or place.precision != best.precision:
        return False
    if best.match == "whole":
        # Of several places of one name the most usual kind is taken, and said with its kind.
        equal = best.score - place.score < EQUAL_SCORE and place.kind == best.kind
    elif best.kind == "address":
        equal = place.kind == "address"
    else:
        equal = best.score - place.score < CLEAR_LEAD
    return equal and _apart_m(place, best) > SAME_PLACE_M


def _apart_m(one: Place, other: Place) -> float:
    to = np.array([other.lon, other.lat])
    return float(distance_m(np.array([[one.lon, one.lat]]), to)[0])
