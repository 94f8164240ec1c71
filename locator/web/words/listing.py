"""Answer the page of a layer: every facility of it, filtered as the visitor wants."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from werkzeug.datastructures import MultiDict

from locator.city.catalogue import STATUSES, Layer
from locator.city.model import City
from locator.city.usability import BARRED
from locator.web.i18n import gettext
from locator.web.words.cards import Card, card, district_name, opening_of
from locator.web.words.choices import FilterOption, OptionGroup, unit_groups
from locator.web.words.texts import OPEN_STATES, PRECISION_SHORT, STATUS

HAYSTACKS = 8192
"""So many texts that a filter looks in are kept: every facility, in three languages."""

LONGEST_FILTER = 100
"""Characters of the text filter; no name or address is longer."""


@dataclass(frozen=True)
class Row:
    """One facility of the list; `hidden` if the filter leaves it out."""

    facility: Card
    district: int | None
    unit: str
    haystack: str
    open_state: str


@dataclass(frozen=True)
class Listing:
    """Everything that ``layer.html`` shows.

    Attributes
    ----------
    layer : Layer
    rows : tuple of Row
        Those that pass the filter; first those that one can use and reach, see `_usefulness`.
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


def listing_of(city: City, layer_id: str, args: MultiDict[str, str], *, at: datetime) -> Listing:
    """Return the list of a layer under the filter in a query string, opening states as of `at`.

    A value that no facility has leaves nothing over; it is never an error.
    """
    mine = city.facilities[city.facilities["layer"] == layer_id]
    every = sorted((_row(city, str(i), at) for i in mine.index), key=_usefulness)
    q = args.get("q", "").strip()[:LONGEST_FILTER]
    district, status = args.get("district", ""), args.get("status", "")
    precision, state = args.get("precision", ""), args.get("open", "")
    unit = args.get("unit", "")
    words = folded(q).split()
    kept = tuple(
        row
        for row in every
        if all(word in row.haystack for word in words)
        and district in ("", str(row.district or "none"))
        and unit in ("", row.unit)
        and status in ("", row.facility.status)
        and precision in ("", row.facility.precision)
        and state in ("", row.open_state)
    )
    return Listing(
        layer=city.catalogue.layers[layer_id],
        rows=kept,
        total=len(every),
        located=sum(row.facility.located for row in every),
        q=q,
        districts=_districts(city, every, district),
        units=_units(city, every, unit),
        statuses=_options(
            [
                (s, gettext(STATUS[s]))
                for s in STATUSES
                if any(r.facility.status == s for r in every)
            ],
            status,
        ),
        precisions=_options(
            [
                (p, gettext(words))
                for p, words in PRECISION_SHORT.items()
                if any(r.facility.precision == p for r in every)
            ],
            precision,
        ),
        states=_options(
            [
                (code, gettext(words))
                for code, words in OPEN_STATES.items()
                if any(row.open_state == code for row in every)
            ],
            state,
        ),
    )


def folded(value: str) -> str:
    """Return text without case and diacritics, so that "Lodz" finds "Łódź"."""
    plain = unicodedata.normalize("NFKD", value.casefold().replace("ł", "l"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=HAYSTACKS)
def _folded(haystack: str) -> str:
    """Return what a filter looks in, which is the same for everybody who filters."""
    return folded(haystack)


def _usefulness(row: Row) -> tuple[bool, int, str]:
    """Order what one can use now before what one cannot, then what one can reach, then by name."""
    shown = row.facility
    ways = bool(shown.located or shown.address) + bool(shown.phones)
    usable = shown.status == "open" and shown.facts.get("access") not in BARRED
    return (not usable, -ways, shown.name)


def _row(city: City, facility_id: str, at: datetime) -> Row:
    hours = city.columns["opening_hours"][city.facilities.index.get_loc(facility_id)]
    opening = opening_of(city, hours, at) if isinstance(hours, str) else None
    facility = card(city, facility_id, opening=opening)
    state = opening[0] if opening and facility.status == "open" else "unknown"
    district = facility.facts.get("district")
    where = None if district is None else int(district)
    unit = city.unit_codes.get(facility.facts.get("unit") or "", "")
    return Row(facility, where, unit, _folded(facility.haystack), state)


def _units(city: City, rows: list[Row], chosen: str) -> tuple[OptionGroup, ...]:
    """Return the units that some facility of the list lies in, by district."""
    there = {row.unit for row in rows}
    groups = (
        OptionGroup(group.label, tuple(one for one in group.options if one.value in there))
        for group in unit_groups(city, chosen)
    )
    return tuple(group for group in groups if group.options)


def _districts(city: City, rows: list[Row], chosen: str) -> tuple[FilterOption, ...]:
    numbers = sorted({row.district for row in rows if row.district is not None})
    entries = [(str(n), district_name(city, n) or str(n)) for n in numbers]
    if any(row.district is None for row in rows):
        entries.append(("none", gettext("District not known")))
    return _options(entries, chosen)


def _options(entries: list[tuple[str, str]], chosen: str) -> tuple[FilterOption, ...]:
    return (
        FilterOption("", gettext("All"), not chosen),
        *(FilterOption(value, label, value == chosen) for value, label in entries),
    )
