"""Group the houses of a city by street, whatever way each file writes its name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from locator.base.geo import FloatArray, IntArray
from locator.geocoding.names import STREET, Name, name_fits, parse_name, spelt
from locator.geocoding.streets import (
    METRES_PER_DEGREE,
    POSSIBLE,
    AreasOf,
    Houses,
    Street,
    distance_m,
    extent_m,
    read_houses,
)

SAME_STREET_M = 500.0
"""Two spellings of a name are one street when their points come this near to each other."""

SAME_NUMBER_M = 100.0
"""Two spellings are two streets when they have one number further apart than this."""

_PREFIX = re.compile(r"^ul(?:\.|ica)\s+", re.IGNORECASE)

Key = tuple[str, tuple[str, ...]]
"""What a street is grouped by: its kind and the words of its name as they are spelt."""


@dataclass
class _Group:
    """The rows of one street while they are gathered."""

    rows: list[IntArray] = field(default_factory=list)
    labels: dict[str, Name] = field(default_factory=dict)
    unofficial: dict[str, Name] = field(default_factory=dict)
    place: tuple[float, float] | None = None
    declared: bool = False
    others: dict[str, Name] = field(default_factory=dict)

    def all_rows(self) -> IntArray:
        return np.concatenate(self.rows) if self.rows else np.empty(0, dtype=np.int64)


def build_streets(
    frame: pd.DataFrame,
    *,
    names: pd.DataFrame | None = None,
    areas_of: AreasOf = lambda lonlat: [None] * len(lonlat),
) -> list[Street]:
    """Return the streets of address rows, by label.

    Streets of one name in several places (the same number lies far from itself) are kept apart
    by area (``areas_of`` (n, 2) lon, lat), and within an area by distance; their labels then
    carry the name of the area.

    Spellings of one street ("Smolki" and "Stanisława Smolki", with or without a title) become
    one when their kinds agree, the shorter fits no other street, their points come near each
    other and no number contradicts it; the label is then the longest one, the address file's
    before a facility's.

    Parameters
    ----------
    frame : DataFrame
        Columns ``street``, ``number``, ``lon``, ``lat``, ``basis``
        (`locator.geocoding.streets.BASES`).
    names : DataFrame, optional
        Every street of the city: ``street``, ``lon``, ``lat`` (NaN where unknown),
        ``other_names`` (separated by ``|``). Streets that it lists are never joined.
    areas_of : callable
    """
    houses, readable = read_houses(frame)
    groups = _grouped(frame, houses, readable, names)
    for shorter, longer in _spellings(groups, houses):
        one, other = groups[longer], groups.pop(shorter)
        one.rows += other.rows
        one.labels |= {} if one.declared else other.labels
        one.unofficial |= other.unofficial
    contradictory = _contradictory(groups, houses)
    streets: list[Street] = []
    for key, group in groups.items():
        rows = group.all_rows()
        parts = _namesakes(houses, rows, areas_of) if key in contradictory else [(None, rows)]
        streets += [
            _street(group, houses, part, area if parts[1:] else None) for area, part in parts
        ]
    return sorted(streets, key=lambda street: street.label)


def _grouped(
    frame: pd.DataFrame,
    houses: Houses,
    readable: np.ndarray[tuple[int], np.dtype[np.bool_]],
    names: pd.DataFrame | None,
) -> dict[Key, _Group]:
    groups: dict[Key, _Group] = defaultdict(_Group)
    canonical = _declared(names, groups)
    codes, texts = pd.factorize(frame["street"].astype(object))
    of_facility = (frame["basis"] == "facility").to_numpy()
    rows = np.flatnonzero(readable & (codes >= 0))
    order = rows[np.argsort(codes[rows], kind="stable")]
    ends = np.flatnonzero(np.diff(codes[order])) + 1
    for part in np.split(order, ends) if len(order) else ():
        text = str(texts[codes[part[0]]])
        name = parse_name(text)
        if not name.core:
            continue
        group = groups[canonical.get(text) or _key(text, name)]
        group.rows.append(part)
        if of_facility[part].all():
            group.unofficial.setdefault(_PREFIX.sub("", text), name)
        elif not group.declared:
            group.labels.setdefault(text, name)
    return groups


def _declared(names: pd.DataFrame | None, groups: dict[Key, _Group]) -> dict[str, Key]:
    """Put the streets of the list of names into `groups`; return the key of each way to write."""
    canonical: dict[str, Key] = {}
    if names is None:
        return canonical
    columns = names[["street", "lon", "lat", "other_names"]]
    for text, lon, lat, others in columns.itertuples(index=False):
        name = parse_name(text)
        if not name.core:
            continue
        key = _key(text, name)
        group = groups[key]
        group.declared = True
        group.labels.setdefault(text, name)
        if not np.isnan(lon):
            group.place = (float(lon), float(lat))
        for other in filter(None, str(others or "").split("|")):
            canonical[other] = key
            group.others[other] = parse_name(other)
        canonical[text] = key
    return canonical


def _key(text: str, name: Name) -> Key:
    return name.kind or STREET, spelt(text)


def _spellings(groups: Mapping[Key, _Group], houses: Houses) -> list[tuple[Key, Key]]:
    by_last: dict[tuple[str, str], list[Key]] = defaultdict(list)
    core = {key: next(iter((g.labels | g.unofficial).values())).core for key, g in groups.items()}
    for key, words in core.items():
        by_last[key[0], words[-1]].append(key)
    pairs = []
    for key, group in groups.items():
        if group.declared:
            continue
        words = core[key]
        longer = [
            other
            for other in by_last[key[0], words[-1]]
            if len(core[other]) > len(words) and name_fits(words, core[other])
        ]
        if len(longer) == 1 and _may_be_one(group, groups[longer[0]], houses):
            pairs.append((key, longer[0]))
    merged = {shorter for shorter, _ in pairs}
    return [(shorter, longer) for shorter, longer in pairs if longer not in merged]


def _may_be_one(some: _Group, other: _Group, houses: Houses) -> bool:
    one, two = some.all_rows(), other.all_rows()
    if not len(one) or not len(two):
        return False
    scale = _scale(houses.lonlat[one[0]])
    here, there = (shapely.multipoints(houses.lonlat[rows] * scale) for rows in (one, two))
    by_key: dict[str, list[int]] = defaultdict(list)
    for row in two:
        by_key[houses.parsed[houses.code[row]].key].append(int(row))
    conflict = any(
        (distance_m(houses.lonlat[same], houses.lonlat[row]) > SAME_NUMBER_M).any()
        for row in one
        if (same := by_key.get(houses.parsed[houses.code[row]].key))
    )
    return not conflict and bool(shapely.distance(here, there) < SAME_STREET_M)


def _scale(lonlat: FloatArray) -> FloatArray:
    return np.array([np.cos(np.radians(lonlat[1])), 1.0]) * METRES_PER_DEGREE


def _contradictory(groups: Mapping[Key, _Group], houses: Houses) -> set[Key]:
    """Return the streets that have one number in two places, by points that are known."""
    keys = list(groups)
    rows = [group.all_rows() for group in groups.values()]
    lengths = [len(part) for part in rows]
    every = np.concatenate([*rows, np.empty(0, dtype=np.int64)])
    frame = pd.DataFrame(houses.lonlat[every], columns=["lon", "lat"])
    frame["street"] = np.repeat(np.arange(len(keys)), lengths)
    same = pd.factorize(np.array(houses.folded, dtype=object))[0]
    frame["number"] = same[houses.code[every]]
    frame = frame[houses.basis[every] < 2]  # what the rule assigned proves nothing
    if frame.empty:
        return set()
    same_number = frame.groupby(["street", "number"])[["lon", "lat"]]
    spread = same_number.max() - same_number.min()
    width = spread.to_numpy() * _scale(houses.lonlat[every[0]])
    far = np.hypot(*width.T) > SAME_STREET_M
    return {keys[street] for street in spread.index.get_level_values("street")[far].unique()}


def _namesakes(
    houses: Houses, rows: IntArray, areas_of: AreasOf
) -> list[tuple[str | None, IntArray]]:
    areas = np.array([area or "" for area in areas_of(houses.lonlat[rows])], dtype=object)
    parts: list[tuple[str | None, IntArray]] = []
    for area in dict.fromkeys(areas):
        found = rows[areas == area]
        twice = _is_contradictory(houses, found)
        parts += [(area or None, part) for part in (_apart(houses, found) if twice else [found])]
    return parts


def _is_contradictory(houses: Houses, rows: IntArray) -> bool:
    by_number: dict[str, list[int]] = defaultdict(list)
    for row in rows[houses.basis[rows] < 2]:
        by_number[houses.folded[houses.code[row]]].append(int(row))
    return any(extent_m(houses.lonlat[same]) > SAME_STREET_M for same in by_number.values())


def _apart(houses: Houses, rows: IntArray) -> list[IntArray]:
    points: Any = shapely.points(houses.lonlat[rows] * _scale(houses.lonlat[rows[0]]))
    tree = shapely.STRtree(points)
    pairs = tree.query(points, predicate="dwithin", distance=SAME_STREET_M)
    shape = (len(rows), len(rows))
    near = coo_array((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=shape)
    count, part_of = connected_components(near, directed=False)
    return [rows[part_of == wanted] for wanted in range(count)]


def _street(group: _Group, houses: Houses, rows: IntArray, area: str | None) -> Street:
    labels: Mapping[str, Name] = group.labels or group.unofficial
    label = max(labels, key=lambda text: (len(labels[text].core), len(text), text))
    ordered = rows[np.argsort(houses.basis[rows], kind="stable")]
    sure = ordered[houses.basis[ordered] != POSSIBLE]
    return Street(
        label=f"{label} ({area})" if area else label,
        name=labels[label],
        houses=houses,
        rows=sure,
        possible=ordered[houses.basis[ordered] == POSSIBLE],
        extent_m=extent_m(houses.lonlat[sure]),
        area=area,
        place=group.place,
        others=tuple((text, name) for text, name in group.others.items() if name.core),
    )
