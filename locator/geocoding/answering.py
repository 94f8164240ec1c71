"""Say what a name of the city means for what was typed: which place, and how surely."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from locator.base.errors import N_
from locator.base.geo import FloatArray
from locator.geocoding.address_rule import NEIGHBOUR_NOTE, NUMBER_UNKNOWN_NOTE, bare
from locator.geocoding.index import Row
from locator.geocoding.names import SAINTS, STREET, HouseNumber, fold, name_fits
from locator.geocoding.place import Place
from locator.geocoding.query_parser import ParsedQuery
from locator.geocoding.streets import AddressPoint, Street, difference, extent_m

Match = Literal["whole", "part", "like"]

PART_MATCH = 99.4
"""The most that a part of a name can score."""

SURE_FROM, ASKED_TO = 90.0, 89.9
"""What can be taken without asking scores at least this, anything else at most that."""

LIKE_TO = 89.0
"""What another name that is like the one typed scores at most."""

OTHER_KIND = 0.85
"""Factor when the query says "plac" and the name is not one."""

NEAR_NUMBER, FAR_NUMBER = 0.97, 0.92
"""Factors when the house number is not on file: where a near one is, and where none is."""

LOST_NUMBER = 0.74
"""Factor when a house number was typed after the name of a stop or another place."""

POSSIBLE_NUMBER = 0.96
"""Factor when the house may as well belong to another street."""

CLOSE_NUMBERS = 10
"""A neighbour whose number differs by no more is taken, and said to be the neighbour."""

CLOSE_M = 200.0
"""So is one of two neighbours, a lower and a higher number, that lie this near to each other."""

BEGINNING, HOUSES = 8.0, 0.9
"""What a name gains that begins with the only word typed, and for each doubling of its houses."""

EXCLUSIVE_KINDS = ("dzielnica", "przystanek")
"""Who writes one of these words means nothing else."""

STOP_NUMBER_NOTE = N_("Number {asked} is not on file; this is the stop of that name.")
PLACE_NUMBER_NOTE = N_("Number {asked} is not on file; this is the place of that name.")
BETWEEN_NOTE = N_(
    "Number {asked} is not on file. The place is between {lower} and {upper}, which are "
    "{metres} m apart."
)
RULE_NOTE = N_("The house number is on the map; that it belongs to this street was worked out.")
POSSIBLE_NOTE = N_("A house with this number stands here; it may belong to another street.")


def answers(
    row: Row, reading: ParsedQuery, score: float, first_names: Collection[str]
) -> list[Place]:
    """Return the places that a row stands for under a reading; several where a house is in doubt.

    Parameters
    ----------
    row : Row
    reading : ParsedQuery
    score : float
        Likeness of the names, 0 to 100.
    first_names : collection of str
        Words that streets begin with and that are not the name proper.
    """
    stated = reading.name.kind
    matched = match_of(row, reading, first_names)
    if stated not in row.kinds:
        if row.only_stated or stated in EXCLUSIVE_KINDS:
            return []
        if stated is not None and {stated, *row.kinds} - {STREET, "aleja"}:
            score, matched = score * OTHER_KIND, "like"
    found = _numbered(row, reading) if reading.number else [(row.place, 1.0, True)]
    gain = _prominence(row, reading, score)
    unaccented = row.spelling and not set(reading.spelling) <= set(row.spelling)
    gain -= UNACCENTED * bool((unaccented or reading.declined) and matched != "like")
    return [
        _scored(place, (score + gain) * factor, matched, sure=sure and matched != "like")
        for place, factor, sure in found
    ]


UNACCENTED = 0.3
"""Taken off where accents were left out ("Sadowa" is rather Sadowa than Sądowa) or endings read."""


def _scored(place: Place, score: float, matched: Match, *, sure: bool) -> Place:
    limit = 100.0 if matched == "whole" else PART_MATCH
    most = LIKE_TO if matched == "like" else ASKED_TO
    capped = min(max(score, SURE_FROM), limit) if sure else min(score, most)
    return replace(place, score=capped, match=matched, sure=sure)


def match_of(row: Row, reading: ParsedQuery, first_names: Collection[str]) -> Match:
    """Return how a name agrees with what was typed.

    whole
        All its words, in any order, spelt as they are or without accents.
    part
        Of a street: the surname, with or without the names before it. Of another place: some of
        its words. Nothing else was typed.
    like
        Anything else: another name.
    """
    asked = reading.spelling or reading.name.core
    area = len(row.words) - len(row.street.name.core) if row.street and row.street.area else 0
    # Without the spelling of a name its accents are not known: none contradicts.
    spelling = row.spelling if len(row.spelling) == len(row.words) else ("",) * len(row.words)
    pairs = list(zip(spelling, row.words, strict=True))
    left = list(pairs)
    for word in asked:
        hit = next((pair for pair in left if _agree(word, *pair)), None)
        if hit is None:
            return _initials(row, reading, pairs)
        left.remove(hit)
    if row.street is not None and bare(reading.name, row.street.name, first_names):
        return "like"
    if not left or (area and left == pairs[:area]):
        return "whole"
    if row.street is not None and (reading.number or not _agree(asked[0], *pairs[0])):
        return _initials(row, reading, pairs)
    return "part"  # "Rynek" for "Rynek Główny", but only where no number was typed


def _initials(row: Row, reading: ParsedQuery, pairs: Sequence[tuple[str, str]]) -> Match:
    core, asked = tuple(word for _, word in pairs), reading.name.core
    spelt = reading.spelling or asked
    if row.street is None or not name_fits(asked, core):
        return "like"
    # Accents that were typed have to be those of the name.
    fit = all(len(fold(word)) == 1 or any(_agree(word, *pair) for pair in pairs) for word in spelt)
    return "part" if fit else "like"


def _agree(typed: str, spelt: str, folded: str) -> bool:
    plain = fold(typed).replace(" ", "")
    plain = SAINTS.get(plain, plain)
    if not _is_latin(typed):  # "и" is heard as both
        return plain.replace("y", "i") == folded.replace("y", "i")
    return plain == folded and (not spelt or typed in (spelt, plain) or not _is_latin(spelt))


def _is_latin(word: str) -> bool:
    return all(sign < "\u0250" for sign in word)


def _prominence(row: Row, reading: ParsedQuery, score: float) -> float:
    """Return what a name gains when the only word typed is a part of it.

    "Rynek" is rather the start of a name than its end, and rather the square with most houses.
    A whole match stays before every part.
    """
    words = reading.name.core
    if len(words) != 1 or len(row.words) < 2 or score >= PART_MATCH:
        return 0.0
    begins = BEGINNING if row.words[0].startswith(words[0]) else 0.0
    houses = HOUSES * math.log2(1 + len(row.street.rows)) if row.street else 0.0
    return min(begins + houses, PART_MATCH - score)


Found = tuple[Place, float, bool]
"""A place, the factor of its score, and whether the number allows to take it without asking."""


def _numbered(row: Row, reading: ParsedQuery) -> list[Found]:
    if row.street is not None:
        return _on_street(row, row.street, reading)
    if row.kind not in ("stop", "landmark", "quarter"):
        return []
    note = STOP_NUMBER_NOTE if row.kind == "stop" else PLACE_NUMBER_NOTE
    values = (("asked", reading.written),)
    lost = replace(row.place, precision="area", note=note, note_values=values)
    return [(lost, LOST_NUMBER, False)]


def _on_street(row: Row, street: Street, reading: ParsedQuery) -> list[Found]:
    number, written = reading.number, reading.written
    if number is None:
        return []
    point = street.exact(number, written)
    if point is not None:
        note = RULE_NOTE if point.basis == "house number" else None
        return [(_address(street, point, written, note=note), 1.0, True)]
    doubtful = street.maybe(number, written)
    if doubtful:
        # Several houses of one number: the street has one at most.
        return [
            (
                _address(street, point, written, note=POSSIBLE_NOTE, precision="street"),
                POSSIBLE_NUMBER,
                False,
            )
            for point in doubtful
        ]
    if not len(street.rows):
        return [_middle(row, street, written)]
    return [_neighbour(row, street, reading)]


def _neighbour(row: Row, street: Street, reading: ParsedQuery) -> Found:
    number, written = reading.number, reading.written
    assert number is not None
    point = street.nearest(number)
    away = difference(number, point.parsed)
    # A number with another letter is nearer than what lies between its neighbours.
    between = street.round_about(number) if away else None
    apart = extent_m(_lonlat(between)) if between else math.inf
    if away > CLOSE_NUMBERS and apart > CLOSE_M:
        return _middle(row, street, written)
    said, note = point.number, NEIGHBOUR_NOTE
    values: tuple[tuple[str, str], ...] = (("asked", written), ("used", point.number))
    if between:
        said, note = written, BETWEEN_NOTE
        lower, upper = (found.number for found in between)
        values = (*values[:1], ("lower", lower), ("upper", upper), ("metres", f"{apart:.0f}"))
        lon, lat = _part_way(between, number)
        point = replace(point, lon=lon, lat=lat)
    place = _address(street, point, said, note=note, precision="street", values=values)
    return replace(place, basis="neighbour"), NEAR_NUMBER, True


def _part_way(between: tuple[AddressPoint, AddressPoint], number: HouseNumber) -> FloatArray:
    """Return the lon, lat as far from the lower to the upper house as the number is."""
    lower, upper = (point.parsed.base for point in between)
    share = (number.base - lower) / (upper - lower)
    way: FloatArray = np.array([1 - share, share]) @ _lonlat(between)
    return way


def _middle(row: Row, street: Street, written: str) -> Found:
    values = (("asked", written),)
    place = replace(row.place, precision="area", note=NUMBER_UNKNOWN_NOTE, note_values=values)
    return replace(place, basis="street"), FAR_NUMBER, False


def _lonlat(points: tuple[AddressPoint, AddressPoint]) -> FloatArray:
    return np.array([(point.lon, point.lat) for point in points])


def _address(
    street: Street,
    point: AddressPoint,
    number: str,
    *,
    note: str | None,
    precision: str = "exact",
    values: tuple[tuple[str, str], ...] = (),
) -> Place:
    return Place(
        label=f"{street.label} {number}",
        kind="address",
        lon=point.lon,
        lat=point.lat,
        precision=precision,
        score=0.0,
        note=note,
        note_values=values,
        basis=point.basis,
    )
