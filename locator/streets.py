"""Group address points into streets, and find a house number on a street."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from locator.geo import FloatArray
from locator.streetnames import STREET, HouseNumber, Name, fold, name_fits, parse_name, parse_number

METRES_PER_DEGREE = 111_320.0
SAME_STREET_M = 500.0
"""Two spellings of a name are one street when their points come this near to each other."""

_PREFIX = re.compile(r"^ul(?:\.|ica)\s+", re.IGNORECASE)

SAME_NUMBER_M = 100.0
"""Two spellings are two streets when they have one number further apart than this."""

PARITY_COST = 3
"""How many numbers further away a neighbour on the same side of the street is preferred."""


Key = tuple[str, tuple[str, ...]]
"""What a street is grouped by: its kind and the words of its name."""


@dataclass(frozen=True)
class AddressPoint:
    """One point with a house number.

    Attributes
    ----------
    number : str
        As it stands in the file.
    parsed : HouseNumber
    lon, lat : float
        WGS84.
    basis : str
        ``"address"``: a point of the address file; ``"facility"``: a facility of that very
        address with coordinates of its own.
    """

    number: str
    parsed: HouseNumber
    lon: float
    lat: float
    basis: str = "address"


@dataclass(frozen=True)
class Street:
    """A street, square or estate with its address points.

    Attributes
    ----------
    label : str
        The name as it stands in the file.
    name : Name
        The same, taken apart.
    points : tuple of AddressPoint
    extent_m : float
        Greatest distance between two corners of the points' bounding box.
    area : str or None
        Where it lies, when there is another street of the same name.
    """

    label: str
    name: Name
    points: tuple[AddressPoint, ...]
    extent_m: float
    by_number: Mapping[str, AddressPoint] = field(repr=False, default_factory=dict)
    area: str | None = None

    def exact(self, number: HouseNumber, written: str) -> AddressPoint | None:
        """Return the point of that very number: as written, without its unit, or in its range."""
        keys = [fold(written).replace(" ", ""), number.key]
        if number.ranged and number.last is not None:
            keys += [str(inner) for inner in range(number.base, number.last + 1, 2)]
        return next((self.by_number[key] for key in keys if key in self.by_number), None)

    def nearest(self, number: HouseNumber) -> AddressPoint:
        """Return the point whose number is nearest, the same side of the street preferred."""
        return min(
            self.points,
            key=lambda point: (
                difference(number, point.parsed)
                + PARITY_COST * ((number.base - point.parsed.base) % 2),
                point.parsed.letter != number.letter,
                point.parsed.base,
            ),
        )

    def middle(self) -> AddressPoint:
        """Return the address point nearest to the median of all."""
        lonlat = np.array([(point.lon, point.lat) for point in self.points])
        away = distance_m(lonlat, np.median(lonlat, axis=0))
        return self.points[int(np.argmin(away))]


def difference(asked: HouseNumber, known: HouseNumber) -> int:
    """Return how many numbers lie between the two."""
    return abs(asked.base - known.base)


def distance_m(lonlat: FloatArray, to: FloatArray) -> FloatArray:
    """Return (n,) metres from (n, 2) lon, lat to one lon, lat (equirectangular, city distances)."""
    scale = np.array([math.cos(math.radians(float(to[1]))), 1.0]) * METRES_PER_DEGREE
    away: FloatArray = np.hypot(*((lonlat - to) * scale).T)
    return away


def extent_m(lonlat: FloatArray) -> float:
    """Return the diagonal, in metres, of the bounding box of (n, 2) lon, lat."""
    low, high = lonlat.min(axis=0), lonlat.max(axis=0)
    return float(distance_m(low[None, :], high)[0])


def build_streets(
    rows: Iterable[tuple[str, str, float, float, str]],
    *,
    areas_of: Callable[[FloatArray], Sequence[str | None]] = lambda lonlat: [None] * len(lonlat),
) -> list[Street]:
    """Return the streets of address rows (street, number, lon, lat, basis), by label.

    Streets of one name in several places (the same number lies far from itself) are kept apart
    by area (``areas_of`` (n, 2) lon, lat), and within an area by distance; their labels then
    carry the name of the area.

    Spellings of one street ("Smolki" and "Stanisława Smolki", with or without a title) become
    one when their kinds agree, the shorter fits no other street, their points come near each
    other and no number contradicts it; the label is then the longest one, the address file's
    before a facility's.
    """
    points, labels = _grouped(rows)
    for shorter, longer in _spellings(points):
        points[longer] += points.pop(shorter)
        labels[longer] |= labels.pop(shorter)
    streets: list[Street] = []
    for key, found in points.items():
        parts = _namesakes(found, areas_of) if _is_contradictory(found) else [(None, found)]
        streets += [_street(labels[key], part, area if parts[1:] else None) for area, part in parts]
    return sorted(streets, key=lambda street: street.label)


def _grouped(
    rows: Iterable[tuple[str, str, float, float, str]],
) -> tuple[dict[Key, list[AddressPoint]], dict[Key, dict[str, Name]]]:
    points: dict[Key, list[AddressPoint]] = defaultdict(list)
    labels: dict[Key, dict[str, Name]] = defaultdict(dict)
    unofficial: dict[Key, dict[str, Name]] = defaultdict(dict)
    for street, number, lon, lat, basis in rows:
        name = parse_name(street)
        parsed = parse_number(number)
        if not name.core or parsed is None:
            continue
        key = (name.kind or STREET, name.core)
        points[key].append(AddressPoint(number, parsed, float(lon), float(lat), basis))
        if basis == "address":
            labels[key].setdefault(street, name)
        else:
            unofficial[key].setdefault(_PREFIX.sub("", street), name)
    for key, texts in unofficial.items():
        labels[key] = labels[key] or texts
    return points, labels


def _is_contradictory(points: Sequence[AddressPoint]) -> bool:
    same: dict[str, list[AddressPoint]] = defaultdict(list)
    for point in points:
        same[fold(point.number)].append(point)
    return any(_gap_m(found[:1], [_farthest(found)]) > SAME_STREET_M for found in same.values())


def _namesakes(
    points: Sequence[AddressPoint], areas_of: Callable[[FloatArray], Sequence[str | None]]
) -> list[tuple[str | None, list[AddressPoint]]]:
    by_area: dict[str | None, list[AddressPoint]] = defaultdict(list)
    lonlat = np.array([(point.lon, point.lat) for point in points])
    for point, area in zip(points, areas_of(lonlat), strict=True):
        by_area[area].append(point)
    return [
        (area, part)
        for area, found in by_area.items()
        for part in (_apart(found) if _is_contradictory(found) else [found])
    ]


def _apart(points: Sequence[AddressPoint]) -> list[list[AddressPoint]]:
    lonlat = np.array([(point.lon, point.lat) for point in points])
    scale = np.array([math.cos(math.radians(float(lonlat[0, 1]))), 1.0]) * METRES_PER_DEGREE
    pairs = cKDTree(lonlat * scale).query_pairs(SAME_STREET_M, output_type="ndarray")
    shape = (len(points), len(points))
    near = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=shape)
    count, part_of = connected_components(near, directed=False)
    return [
        [point for point, part in zip(points, part_of, strict=True) if part == wanted]
        for wanted in range(count)
    ]


def _farthest(points: Sequence[AddressPoint]) -> AddressPoint:
    lonlat = np.array([(point.lon, point.lat) for point in points])
    return points[int(np.argmax(distance_m(lonlat, lonlat[0])))]


def _spellings(
    points: Mapping[Key, Sequence[AddressPoint]],
) -> list[tuple[Key, Key]]:
    by_last: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for kind, core in points:
        by_last[kind, core[-1]].append((kind, core))
    pairs = []
    for kind, core in points:
        longer = [
            other
            for other in by_last[kind, core[-1]]
            if len(other[1]) > len(core) and name_fits(core, other[1])
        ]
        if len(longer) == 1 and _may_be_one(points[kind, core], points[longer[0]]):
            pairs.append(((kind, core), longer[0]))
    merged = {shorter for shorter, _ in pairs}
    return [(shorter, longer) for shorter, longer in pairs if longer not in merged]


def _may_be_one(some: Sequence[AddressPoint], others: Sequence[AddressPoint]) -> bool:
    twice = [
        (point, other) for point in some for other in others if point.parsed.key == other.parsed.key
    ]
    conflict = any(_gap_m([point], [other]) > SAME_NUMBER_M for point, other in twice)
    return not conflict and _gap_m(some, others) < SAME_STREET_M


def _gap_m(some: Sequence[AddressPoint], others: Sequence[AddressPoint]) -> float:
    lonlat = np.array([(point.lon, point.lat) for point in others])
    return min(float(distance_m(lonlat, np.array([point.lon, point.lat])).min()) for point in some)


def _street(labels: Mapping[str, Name], points: Sequence[AddressPoint], area: str | None) -> Street:
    label = max(labels, key=lambda text: (len(labels[text].core), len(text), text))
    by_number: dict[str, AddressPoint] = {}
    ordered = sorted(points, key=lambda point: point.basis)  # "address" before "facility"
    for point in ordered:
        by_number.setdefault(fold(point.number).replace(" ", ""), point)
    for point in ordered:
        by_number.setdefault(point.parsed.key, point)
        if point.parsed.ranged and point.parsed.last is not None:
            for inner in range(point.parsed.base, min(point.parsed.last, 9999) + 1, 2):
                by_number.setdefault(str(inner), point)
    return Street(
        label=f"{label} ({area})" if area else label,
        name=labels[label],
        points=tuple(ordered),
        extent_m=extent_m(np.array([(point.lon, point.lat) for point in ordered])),
        by_number=by_number,
        area=area,
    )
