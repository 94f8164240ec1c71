"""Locate a published address strictly: found by a written rule, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from locator.base.errors import N_
from locator.geocoding.names import STREET, HouseNumber, Name, name_fits, parse_name, parse_number
from locator.geocoding.place import Place
from locator.geocoding.streets import AddressPoint, Street, difference

NEIGHBOUR_NUMBERS = 30
"""A neighbour's number may differ by this much."""

SHORT_STREET_M = 600.0
"""A street (or the platforms of a stop) within this length is one place."""

AREA_STREET_M = 2_000.0
"""A street of up to this length is one neighbourhood."""

MIN_POINTS = 3
"""Fewer address points say nothing about how short a street is."""

NEIGHBOUR_NOTE = N_("Number {asked} is not on file; {used} is the nearest on this street.")
MIDDLE_NOTE = N_("The middle of the street, by the address points on file.")
COURSE_NOTE = N_("The middle of the street, by its course; no house number is on file.")
NUMBER_UNKNOWN_NOTE = N_(
    "Number {asked} is not on file, and no near number is; this is the middle of the street."
)
STOP_NOTE = N_("The street is not on file; this is the stop of that name.")


@dataclass(frozen=True)
class Stop:
    """The platforms of one stop that lie near each other.

    Attributes
    ----------
    label : str
    name : Name
    lon, lat : float
        Mean of the platforms, WGS84.
    extent_m : float
        How far the platforms lie apart.
    """

    label: str
    name: Name
    lon: float
    lat: float
    extent_m: float


def locate(
    street: str,
    number: str | None,
    *,
    streets: Sequence[Street],
    stops: Sequence[Stop],
    first_names: Collection[str],
) -> Place | None:
    """Return the place of a published address, or None; never a guess.

    The street must be on file under that name, and nothing but the name be given ("ul. Wadowska /
    Glinik" is no address). Kinds must agree: "os." needs an estate, "al." an
    avenue, and a name without a kind, or with "ul.", a street without one. First names and
    titles may be missing or cut to initials as long as one street only fits; a name written in
    full wins over longer ones that end with it. Nothing is matched by likeness.

    exact
        The number is on file (with its letter), or the number without its unit ("3/5": 3), or a
        number of its range ("9-15": 9, 11, 13, 15); and its address is known.
    street
        The number is on file, and its street was found by the rule of
        `locator.curation.numbering`: of such numbers 2 in 100 lie elsewhere. Or the nearest number
        on file differs by at most `NEIGHBOUR_NUMBERS`, or the street has at
        least `MIN_POINTS` points within `SHORT_STREET_M` (then any neighbour, or the middle
        where no number was given).
    area
        The street's points lie within `AREA_STREET_M`: its middle. Or the street is not on file
        and one stop bears its name, with all platforms within `SHORT_STREET_M`.
    """
    if any(sign in street for sign in ",;/("):
        return None  # several streets, or a street with a remark: not an address
    house = parse_number(number)
    written = (number or "").strip()
    found = fitting(parse_name(street), streets, first_names)
    if len(found) > 1:
        return None
    if found:
        return _on_street(found[0], house, written)
    return _by_stop(parse_name(street), stops, first_names)


def fitting(asked: Name, streets: Sequence[Street], first_names: Collection[str]) -> list[Street]:
    """Return the streets that `asked` may stand for."""
    kind = asked.kind or STREET
    known = [street for street in streets if (street.name.kind or STREET) == kind]
    same = [
        street
        for street in known
        if any(name.core == asked.core for name in street.names)
        and not bare(asked, street.name, first_names)
    ]
    return same or [street for street in known if name_fits(asked.core, street.name.core)]


def bare(asked: Name, known: Name, first_names: Collection[str]) -> bool:
    """Tell whether a title was typed for whose bearer the known name has no surname."""
    # "ks. Józefa ..." is not the street "Józefa": a title needs a surname to belong to.
    return (
        len(known.core) == 1
        and known.core[0] in first_names
        and not set(asked.titles) <= set(known.titles)
    )


def _on_street(street: Street, house: HouseNumber | None, written: str) -> Place | None:
    short = street.extent_m <= SHORT_STREET_M and len(street.rows) >= MIN_POINTS
    if house is not None:
        point = street.exact(house, written)
        if point is not None:
            precision = "street" if point.basis == "house number" else "exact"
            return _place(street, point, precision, label=f"{street.label} {written}")
        if not len(street.rows):
            return None
        point = street.nearest(house)
        if short or difference(house, point.parsed) <= NEIGHBOUR_NUMBERS:
            values = (("asked", written), ("used", point.number))
            return _place(street, point, "street", note=NEIGHBOUR_NOTE, values=values)
    if street.extent_m > AREA_STREET_M or not len(street.rows):
        return None
    if house is not None:
        return _place(
            street,
            street.middle(),
            "area",
            label=street.label,
            note=NUMBER_UNKNOWN_NOTE,
            values=(("asked", written),),
        )
    precision = "street" if short else "area"
    return _place(street, street.middle(), precision, label=street.label, note=MIDDLE_NOTE)


def _place(
    street: Street,
    point: AddressPoint,
    precision: str,
    *,
    label: str | None = None,
    note: str | None = None,
    values: tuple[tuple[str, str], ...] = (),
) -> Place:
    return Place(
        label=label or f"{street.label} {point.number}",
        kind="address" if label and not note else "street",
        lon=point.lon,
        lat=point.lat,
        precision=precision,
        score=100.0,
        note=note,
        note_values=values,
        basis=point.basis,
    )


def _by_stop(asked: Name, stops: Sequence[Stop], first_names: Collection[str]) -> Place | None:
    fit = [
        stop
        for stop in stops
        if (stop.name.kind or STREET) == (asked.kind or STREET)
        and (
            stop.name.core == asked.core
            or (
                len(stop.name.core) < len(asked.core)
                and stop.name.core[-1] not in first_names
                and name_fits(stop.name.core, asked.core)
            )
        )
        and not bare(asked, stop.name, first_names)
    ]
    if len(fit) != 1 or fit[0].extent_m > SHORT_STREET_M:
        return None
    stop = fit[0]
    return Place(
        label=stop.label,
        kind="stop",
        lon=stop.lon,
        lat=stop.lat,
        precision="area",
        score=100.0,
        note=STOP_NOTE,
        basis="stop",
    )
