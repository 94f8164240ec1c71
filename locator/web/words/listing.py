"""Answer the page of a layer: every facility of it, filtered as the visitor wants."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from werkzeug.datastructures import MultiDict

from locator.city.catalogue import STATUSES, Layer
from locator.city.model import City
from locator.city.usability import BARRED
from locator.web.i18n import gettext, text
from locator.web.words.cards import (
    Card,
    card,
    district_name,
    opening_of,
    phones,
    precision_of,
)
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
        Those that pass the filter; first those that one can use and reach, see `_Entry`.
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
    every = sorted(_entries(city, layer_id, at), key=lambda entry: entry.usefulness)
    q = args.get("q", "").strip()[:LONGEST_FILTER]
    district, status = args.get("district", ""), args.get("status", "")
    precision, state = args.get("precision", ""), args.get("open", "")
    unit = args.get("unit", "")
    words = folded(q).split()
    kept = tuple(
        _row(city, entry)
        for entry in every
        if all(word in entry.haystack for word in words)
        and district in ("", str(entry.district or "none"))
        and unit in ("", entry.unit)
        and status in ("", entry.status)
        and precision in ("", entry.precision)
        and state in ("", entry.open_state)
    )
    there = {
        name: {getattr(entry, name) for entry in every}
        for name in ("status", "precision", "open_state")
    }
    return Listing(
        layer=city.catalogue.layers[layer_id],
        rows=kept,
        total=len(every),
        located=sum(entry.precision != "none" for entry in every),
        q=q,
        districts=_districts(city, every, district),
        units=_units(city, every, unit),
        statuses=_options(
            [(s, gettext(STATUS[s])) for s in STATUSES if s in there["status"]], status
        ),
        precisions=_options(
            [(p, gettext(w)) for p, w in PRECISION_SHORT.items() if p in there["precision"]],
            precision,
        ),
        states=_options(
            [(code, gettext(w)) for code, w in OPEN_STATES.items() if code in there["open_state"]],
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


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a filter looks at of one facility, listed or not: of few of them more is said.

    `usefulness` orders what one can use now before what one cannot, then what one can reach, then
    by name.
    """

    id: str
    usefulness: tuple[bool, int, str]
    status: str
    precision: str
    district: int | None
    unit: str
    haystack: str
    opening: tuple[str, datetime | None, datetime] | None

    @property
    def open_state(self) -> str:
        return self.opening[0] if self.opening and self.status == "open" else "unknown"


def _entries(city: City, layer_id: str, at: datetime) -> Iterator[_Entry]:
    """Yield every facility of a layer: a card of each would cost far more."""
    rows = np.flatnonzero(city.columns["layer"] == layer_id)
    openings = {
        hours: opening_of(city, hours, at)
        for hours in set(city.columns["opening_hours"][rows])
        if isinstance(hours, str)
    }
    for facility_id, row in zip(city.facilities.index[rows], rows.tolist(), strict=True):
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
        yield _Entry(
            id=str(facility_id),
            usefulness=(not is_usable, -ways, name),
            status=status,
            precision=precision,
            district=None if district is None else int(district),
            unit=city.unit_codes.get(facts.get("unit") or "", ""),
            haystack=_folded(" ".join(filter(None, words)).casefold()),
            opening=openings.get(facts["opening_hours"]),
        )


def _row(city: City, entry: _Entry) -> Row:
    facility = card(city, entry.id, opening=entry.opening)
    return Row(facility, entry.district, entry.unit, entry.haystack, entry.open_state)


def _units(city: City, rows: list[_Entry], chosen: str) -> tuple[OptionGroup, ...]:
    """Return the units that some facility of the list lies in, by district."""
    there = {row.unit for row in rows}
    groups = (
        OptionGroup(group.label, tuple(one for one in group.options if one.value in there))
        for group in unit_groups(city, chosen)
    )
    return tuple(group for group in groups if group.options)


def _districts(city: City, rows: list[_Entry], chosen: str) -> tuple[FilterOption, ...]:
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
