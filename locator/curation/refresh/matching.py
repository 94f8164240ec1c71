"""Find which facility each record of a source is: by id, then by name, then by place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from rapidfuzz import fuzz

from locator.curation.refresh.records import Point, Record
from locator.curation.refresh.values import same
from locator.geocoding.names import fold
from locator.geocoding.streets import distance_m

NEAR_M = 30.0
"""So near, and alone there, a record may be a facility even under another name."""
FAR_M = 300.0
"""So far from each other, two of one name may be two."""
ALIKE = 80.0
"""Names that are so alike (of 100) mean the same thing at one address."""
VERY_ALIKE = 92.0
"""Names that are so alike may mean the same thing even elsewhere."""

Feature = Mapping[str, Any]


@dataclass(frozen=True)
class Match:
    """Which facility a record is.

    Attributes
    ----------
    facility : str
    why_not : str
        Why that is not certain; empty where it is.
    """

    facility: str
    why_not: str = ""


def matches(
    records: Iterable[Record],
    features: Mapping[str, Feature],
    ids: Mapping[str, str],
    *,
    prefix: str | None = None,
) -> dict[str, Match]:
    """Return the facility of each record that may be one; no facility is two records.

    Parameters
    ----------
    records : iterable of Record
    features : mapping of str to GeoJSON feature
        The facilities of the layer by their id.
    ids : mapping of str to str
        Facility by id at the source, as far as it is known.
    prefix : str, optional
        What every name of the source begins with: alone it says nothing.

    Returns
    -------
    dict
        Key of a record to its match; those that are new are not there.
    """
    left = {record.key: record for record in records}
    free = dict(features)
    found: dict[str, Match] = {}

    def take(key: str, facility: str, why_not: str = "") -> None:
        found[key] = Match(facility, why_not)
        del left[key], free[facility]

    for key in [key for key in left if ids.get(key) in free]:
        if ids[key] in free:
            take(key, ids[key])
    for key, facility in _twins(left, free):
        take(key, facility)
    for key, facility in _pairs(left, free, lambda name, *_: _name(name, prefix)):
        apart = _apart(left[key], free[facility])
        take(key, facility, f"the same name, but {apart}" if apart else "")
    for key, facility in _pairs(left, free, lambda _, street, number: _address(street, number)):
        alike = _alike(left[key], free[facility]) >= ALIKE
        take(key, facility, "" if alike else f"the same address, but {_names(free[facility])}")
    for key, facility in _neighbours(left, free):
        telling = _name(left[key].name, prefix) is not None
        alike = telling and _alike(left[key], free[facility]) >= ALIKE
        take(key, facility, "" if alike else f"the same place, but {_names(free[facility])}")
    for key, facility in _lookalikes(left, free, prefix):
        take(key, facility, f"nearly the same name, and {_names(free[facility])}")
    return found


def seen_of(
    records: Iterable[Record], features: Mapping[str, Feature], found: Mapping[str, Match]
) -> set[str]:
    """Return the facilities that are listed; one that is on file twice, both times.

    Parameters
    ----------
    records, features
        As for `matches`.
    found : mapping
        What it returned.
    """
    listed = {_name_and_address_of(record) for record in records} - {None}
    twins = {name for name, one in features.items() if _name_and_address_on(one) in listed}
    return twins | {match.facility for match in found.values()}


def point_of(feature: Feature) -> Point | None:
    """Return lon, lat of a feature."""
    geometry = feature.get("geometry")
    return None if geometry is None else (geometry["coordinates"][0], geometry["coordinates"][1])


def apart_m(one: Point | None, other: Point | None) -> float | None:
    """Return how far two points are from each other; None where one is not known."""
    if one is None or other is None:
        return None
    return float(distance_m(np.array([one]), np.array(other))[0])


def _name_and_address_of(record: Record) -> Hashable | None:
    values = record.values
    return _name_and_address(record.name, values.get("street"), values.get("housenumber"))


def _name_and_address_on(feature: Feature) -> Hashable | None:
    about = feature["properties"]
    return _name_and_address(about["name"], about.get("street"), about.get("housenumber"))


def _twins(left: Mapping[str, Record], free: Mapping[str, Feature]) -> list[tuple[str, str]]:
    """Return the pairs of one name and address; those who are on file twice in their order."""
    there = defaultdict(list)
    for facility, feature in free.items():
        there[_name_and_address_on(feature)].append(facility)
    return [
        (key, there[trait].pop(0))
        for key, record in left.items()
        if (trait := _name_and_address_of(record)) is not None and there[trait]
    ]


def _pairs(
    left: Mapping[str, Record],
    free: Mapping[str, Feature],
    trait: Callable[[str, Any, Any], Hashable | None],
) -> list[tuple[str, str]]:
    """Return the pairs that share a trait which nobody else has on either side."""
    here, there = defaultdict(list), defaultdict(list)
    for key, record in left.items():
        values = record.values
        here[trait(record.name, values.get("street"), values.get("housenumber"))].append(key)
    for facility, feature in free.items():
        about = feature["properties"]
        there[trait(about["name"], about.get("street"), about.get("housenumber"))].append(facility)
    return [
        (keys[0], there[value][0])
        for value, keys in here.items()
        if value is not None and len(keys) == 1 and len(there[value]) == 1
    ]


def _name(name: str, prefix: str | None) -> str | None:
    folded = fold(name)
    return None if prefix and folded == fold(prefix) else folded


def _address(street: object, number: object) -> Hashable | None:
    if not isinstance(street, str) or not isinstance(number, str) or not street:
        return None
    words = fold(street).split()  # its last word is what is always written
    return (words[-1], fold(number)) if words else None


def _name_and_address(name: str, street: object, number: object) -> Hashable | None:
    address = _address(street, number)
    return address and (fold(name), address)


def _apart(record: Record, feature: Feature) -> str:
    """Return what speaks against two of one name being one; empty where nothing does."""
    about, values = feature["properties"], record.values
    for name in ("street", "housenumber"):
        ours, theirs = about.get(name), values.get(name)
        if ours and theirs and not same(name, ours, theirs):
            return f"at {about.get('street')} {about.get('housenumber') or ''}".rstrip()
    metres = apart_m(record.point, point_of(feature))
    return f"{metres:,.0f} m away" if metres is not None and metres > FAR_M else ""


def _alike(record: Record, feature: Feature) -> float:
    return float(fuzz.token_sort_ratio(fold(record.name), fold(feature["properties"]["name"])))


def _names(feature: Feature) -> str:
    about = feature["properties"]
    return f"{about['id']} is called “{about['name']}”"


def _neighbours(left: Mapping[str, Record], free: Mapping[str, Feature]) -> list[tuple[str, str]]:
    """Return the pairs of which each is the other's only neighbour."""
    near: list[tuple[str, str]] = []
    placed = [(facility, point) for facility, f in free.items() if (point := point_of(f))]
    if not placed:
        return []
    lonlat = np.array([point for _, point in placed])
    for key, record in left.items():
        if record.point is not None:
            metres = distance_m(lonlat, np.array(record.point))
            near += ((key, placed[i][0]) for i in np.flatnonzero(metres <= NEAR_M))
    return _only(near)


def _lookalikes(
    left: Mapping[str, Record], free: Mapping[str, Feature], prefix: str | None
) -> list[tuple[str, str]]:
    named = [(key, record) for key, record in left.items() if _name(record.name, prefix)]
    return _only(
        (key, facility)
        for key, record in named
        for facility, feature in free.items()
        if _alike(record, feature) >= VERY_ALIKE
    )


def _only(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs neither side of which stands in another pair."""
    some = list(pairs)
    keys, facilities = ([pair[i] for pair in some] for i in (0, 1))
    return [(k, f) for k, f in some if keys.count(k) == 1 and facilities.count(f) == 1]
