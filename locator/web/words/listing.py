"""Answer the page of a layer: every facility of it, filtered as the visitor wants."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter

import numpy as np
from werkzeug.datastructures import MultiDict

from locator.city.catalogue import STATUSES, Layer
from locator.city.model import City
from locator.city.usability import BARRED
from locator.walking.walkable_city import WalkableCity, remembered
from locator.web.i18n import current_language, gettext, text
from locator.web.words.cards import (
    Card,
    card,
    district_name,
    opening_of,
    phones,
    precision_of,
)
from locator.web.words.choices import FilterOption, OptionGroup, unit_groups
from locator.web.words.texts import OPEN_STATES, PRECISION_SHORT, STATUS, opening_words

LONGEST_FILTER = 100
"""Characters of the text filter; no name or address is longer."""


Opening = tuple[str, datetime | None, datetime]
"""Opening state, next change, and the moment that both are seen from."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a filter looks at of one facility, whatever the hour: of few of them more is said.

    `usefulness` orders what one can use before what one cannot, then what one can reach, then by
    name.
    """

    id: str
    usefulness: tuple[bool, int, str]
    status: str
    precision: str
    district: int | None
    unit: str
    haystack: str
    hours: str | None

    def open_state(self, opening: Opening | None) -> str:
        """Return whether it is open, by what its hours say."""
        return opening[0] if opening and self.status == "open" else "unknown"


@dataclass(frozen=True)
class Row:
    """One facility of the list.

    Attributes
    ----------
    place : Place
    open_state : str
    told_by : tuple
        What decides all that is said of it, in a city and a language.
    facility : callable
        Makes all that is said of it.
    """

    place: Place
    open_state: str
    told_by: tuple[str, ...]
    facility: Callable[[], Card]


@dataclass(frozen=True)
class Listing:
    """Everything that ``layer.html`` shows.

    Attributes
    ----------
    layer : Layer
    rows : tuple of Row
        Those that pass the filter; first those that one can use and reach, see `Place`.
    total, located : int
        Of the whole layer.
    q : str
        Text filter as typed.
    districts, statuses, precisions, states : tuple of FilterOption
    units : tuple of OptionGroup
    """

    layer: Layer
    rows: tuple[Row, ...]
    total: int
    located: int
    q: str
    districts: tuple[FilterOption, ...]
    statuses: tuple[FilterOption, ...]
    precisions: tuple[FilterOption, ...]
    states: tuple[FilterOption, ...]
    units: tuple[OptionGroup, ...]


def listing_of(
    walkable_city: WalkableCity, layer_id: str, args: MultiDict[str, str], *, at: datetime
) -> Listing:
    """Return the list of a layer under the filter in a query string, opening states as of `at`.

    A value that no facility has leaves nothing over; it is never an error.
    """
    city = walkable_city.city
    places = _places(walkable_city, layer_id, current_language())
    openings = {
        hours: opening_of(city, hours, at) for hours in {place.hours for place in places} if hours
    }
    said = {hours: opening_words(*opening) for hours, opening in openings.items()}
    every = [
        (place, opening, place.open_state(opening))
        for place in places
        for opening in (openings.get(place.hours or ""),)
    ]
    q = args.get("q", "").strip()[:LONGEST_FILTER]
    district, status = args.get("district", ""), args.get("status", "")
    precision, state = args.get("precision", ""), args.get("open", "")
    unit = args.get("unit", "")
    words = folded(q).split()
    kept = tuple(
        Row(
            place=place,
            open_state=open_state,
            told_by=(place.id, open_state, said.get(place.hours or "", "")),
            facility=partial(card, city, place.id, opening=opening),
        )
        for place, opening, open_state in every
        if all(word in place.haystack for word in words)
        and district in ("", str(place.district or "none"))
        and unit in ("", place.unit)
        and status in ("", place.status)
        and precision in ("", place.precision)
        and state in ("", open_state)
    )
    statuses = {place.status for place in places}
    precisions = {place.precision for place in places}
    states = {open_state for _, _, open_state in every}
    return Listing(
        layer=city.catalogue.layers[layer_id],
        rows=kept,
        total=len(places),
        located=sum(place.precision != "none" for place in places),
        q=q,
        districts=_districts(city, places, district),
        units=_units(city, places, unit),
        statuses=_options([(s, gettext(STATUS[s])) for s in STATUSES if s in statuses], status),
        precisions=_options(
            [(p, gettext(w)) for p, w in PRECISION_SHORT.items() if p in precisions], precision
        ),
        states=_options(
            [(code, gettext(w)) for code, w in OPEN_STATES.items() if code in states], state
        ),
    )


def folded(value: str) -> str:
    """Return text without case and diacritics, so that "Lodz" finds "Łódź"."""
    plain = unicodedata.normalize("NFKD", value.casefold().replace("ł", "l"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@remembered
def _places(walkable_city: WalkableCity, layer_id: str, _language: str) -> tuple[Place, ...]:
    """Return every facility of a layer, in the order of its list, in the language that is spoken.

    A card of each would cost far more.
    """
    return tuple(sorted(_unsorted(walkable_city.city, layer_id), key=attrgetter("usefulness")))


def _unsorted(city: City, layer_id: str) -> Iterator[Place]:
    rows = np.flatnonzero(city.columns["layer"] == layer_id)
    for facility_id, row in zip(city.ids[rows], rows.tolist(), strict=True):
        facts = city.facts(row)
        name, status, district = facts["name"], facts["status"], facts.get("district")
        precision = precision_of(facts)
        is_found = precision != "none" or bool(facts.get("address"))
        ways = is_found + bool(phones(facts.get("phone")))
        is_usable = status == "open" and facts.get("access") not in BARRED
        words = (
            name,
            text(city.kinds.get(facts.get("kind") or "")),
            facts.get("kind"),  # in the words of the source, on pages of any language
            facts.get("address"),
            district_name(city, district),
            facts.get("place_note"),
        )
        yield Place(
            id=str(facility_id),
            usefulness=(not is_usable, -ways, name),
            status=status,
            precision=precision,
            district=None if district is None else int(district),
            unit=city.unit_codes.get(facts.get("unit") or "", ""),
            haystack=folded(" ".join(filter(None, words))),
            hours=facts["opening_hours"],
        )


def _units(city: City, places: tuple[Place, ...], chosen: str) -> tuple[OptionGroup, ...]:
    """Return the units that some facility of the list lies in, by district."""
    there = {place.unit for place in places}
    groups = (
        OptionGroup(group.label, tuple(one for one in group.options if one.value in there))
        for group in unit_groups(city, chosen)
    )
    return tuple(group for group in groups if group.options)


def _districts(city: City, places: tuple[Place, ...], chosen: str) -> tuple[FilterOption, ...]:
    numbers = sorted({place.district for place in places if place.district is not None})
    entries = [(str(n), district_name(city, n) or str(n)) for n in numbers]
    if any(place.district is None for place in places):
        entries.append(("none", gettext("District not known")))
    return _options(entries, chosen)


def _options(entries: list[tuple[str, str]], chosen: str) -> tuple[FilterOption, ...]:
    return (
        FilterOption("", gettext("All"), not chosen),
        *(FilterOption(value, label, value == chosen) for value, label in entries),
    )
