"""Say which streets a house number may belong to, and how it lies to each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from locator.base.geo import FloatArray, IntArray
from locator.curation.numbering.material import Material

REACH_M = 130.0
"""Every street within this distance is considered."""

ESTATE_M = 220.0
"""An estate is considered within this distance of a house that is known to be its."""

FAR_M = 400.0
"""A street further away is considered up to here where a near house of a near number is its."""

NEIGHBOUR_M, NEIGHBOUR_NUMBERS = 150.0, 6
"""What counts as a near house of a near number."""

CHAIN_M = 120.0
"""How near such a house has to be for its street to be considered too."""

MIDDLE_M = 40.0
"""The middle of an estate says less than one of its houses: counted as so much further away."""

UNPLACED_M = 300.0
"""Distance to a street of which nothing is known to lie anywhere."""

_SHIFT = 1 << 16  # a pair is one whole number: the point's row, shifted, and the street's

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Setting:
    """The material, and which addresses are taken as known in this run.

    Attributes
    ----------
    material : Material
    given : (n,) bool array
        Points whose street is given; of all others it is asked.
    """

    material: Material
    given: BoolArray

    @cached_property
    def neighbours(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Point, near house of a near number, metres between them; each pair both ways."""
        xy, base = self.material.xy, self.material.base
        pairs = cKDTree(xy).query_pairs(NEIGHBOUR_M, output_type="ndarray")
        pairs = pairs[np.abs(base[pairs[:, 0]] - base[pairs[:, 1]]) <= NEIGHBOUR_NUMBERS]
        both = np.vstack([pairs, pairs[:, ::-1]])
        return both[:, 0], both[:, 1], np.hypot(*(xy[both[:, 0]] - xy[both[:, 1]]).T)

    @cached_property
    def nearest(self) -> tuple[FloatArray, IntArray]:
        """(n, 6) metres and rows of the six nearest points of each."""
        tree = cKDTree(self.material.xy)
        found = tree.query(self.material.xy, k=min(7, len(self.material.xy)))
        return np.asarray(found[0])[:, 1:], np.asarray(found[1])[:, 1:]

    def houses_of(self, street: int) -> IntArray:
        """Return the rows of the points that are given to a street."""
        return np.flatnonzero(self.given & (self.material.known == street))


@dataclass(frozen=True)
class Pairs:
    """p pairs of a point and a street that it may belong to, by point.

    Attributes
    ----------
    code : (p,) int array
        Sorted; what a pair is found by.
    point, street : (p,) int array
    away_m : (p,) float array
        To the street, or to the nearest house of an estate.
    foot : (p, 2) float array
        Nearest point of the street, in metres; the point itself for an estate.
    along : (p, 2) float array
        Direction of the street there (at right angles to the way to it).
    by_houses : (p,) bool array
        True where the street has no course: estates, and streets known by their houses only.
    nearest_m : (p,) float array
        Metres to the nearest street of the point, at most `REACH_M`.
    crossed : (p,) float array
        Other streets between the point and the street, at most 2.
    """

    code: IntArray
    point: IntArray
    street: IntArray
    away_m: FloatArray
    foot: FloatArray
    along: FloatArray
    by_houses: BoolArray
    nearest_m: FloatArray
    crossed: FloatArray

    @cached_property
    def starts(self) -> IntArray:
        """Where the pairs of each point begin."""
        return np.flatnonzero(np.r_[True, self.point[1:] != self.point[:-1]])

    @cached_property
    def counts(self) -> IntArray:
        """How many pairs each of these points has."""
        return np.asarray(np.diff(np.r_[self.starts, len(self.point)]))

    def of_streets(self) -> Iterator[IntArray]:
        """Yield the rows of the pairs of each street."""
        order = np.argsort(self.street, kind="stable")
        ends = np.flatnonzero(np.diff(self.street[order])) + 1
        yield from np.split(order, ends)

    def find(self, point: IntArray, street: IntArray) -> tuple[IntArray, BoolArray]:
        """Return the rows of pairs, and whether there are such pairs."""
        code = point.astype(np.int64) * _SHIFT + street
        row = np.minimum(np.searchsorted(self.code, code), len(self.code) - 1)
        return row, self.code[row] == code

    def of_each_point(self, values: FloatArray, how: np.ufunc) -> FloatArray:
        """Return `how` of the values over the pairs of the same point, for each pair."""
        return np.asarray(np.repeat(how.reduceat(values, self.starts), self.counts))


def first_pairs(setting: Setting) -> Pairs:
    """Return the pairs of each point with the streets and estates round it."""
    m = setting.material
    tree = shapely.STRtree(m.lines)
    point, line = tree.query(shapely.points(m.xy), predicate="dwithin", distance=REACH_M)
    street = m.line_street[line]
    on_course = ~shapely.is_empty(m.geometry)[street]
    codes = [point[on_course] * _SHIFT + street[on_course]]
    points = cKDTree(m.xy)
    for estate in np.flatnonzero(shapely.is_empty(m.geometry)):
        seeds = _seeds(setting, int(estate))[0]
        if len(seeds):
            near = np.unique(np.concatenate(points.query_ball_point(seeds, ESTATE_M)))
            codes.append(near.astype(np.int64) * _SHIFT + estate)
    return _measured(setting, np.unique(np.concatenate(codes)))


def more_pairs(setting: Setting, pairs: Pairs, weight: FloatArray) -> Pairs:
    """Return the pairs with those added that a neighbour's likely street suggests.

    Houses far behind their street ("Wyżynna 36l") stand beside others of it.
    """
    likely = weight > 0.5
    street = np.full(len(setting.material.xy), -1, dtype=np.int64)
    street[pairs.point[likely]] = pairs.street[likely]
    point, other, away = setting.neighbours
    taken = (street[other] >= 0) & (away < CHAIN_M)
    code = np.unique(point[taken].astype(np.int64) * _SHIFT + street[other[taken]])
    new = _measured(setting, np.setdiff1d(code, pairs.code))
    return _measured(setting, np.union1d(pairs.code, new.code[new.away_m < FAR_M]))


def _seeds(setting: Setting, street: int) -> tuple[FloatArray, IntArray]:
    """Return points that a street known by its houses lies round, and their rows (-1: middle)."""
    rows = setting.houses_of(street)
    middle = setting.material.middles.get(street)
    if middle is None:
        return setting.material.xy[rows], rows
    return np.vstack([setting.material.xy[rows], middle]), np.append(rows, -1)


def _measured(setting: Setting, code: IntArray) -> Pairs:
    m = setting.material
    point, street = code // _SHIFT, code % _SHIFT
    by_houses = shapely.is_empty(m.geometry)[street]
    foot, away = m.xy[point].copy(), np.zeros(len(code))
    on = ~by_houses
    ways = shapely.shortest_line(shapely.points(m.xy[point[on]]), m.geometry[street[on]])
    ends = shapely.get_coordinates(ways).reshape(-1, 2, 2)
    foot[on], away[on] = ends[:, 1], np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    for estate in np.unique(street[by_houses]):
        rows = np.flatnonzero(by_houses & (street == estate))
        away[rows] = _to_houses(setting, int(estate), point[rows])
    off = m.xy[point] - foot
    along = np.column_stack([-off[:, 1], off[:, 0]]) / np.maximum(np.hypot(*off.T), 1e-6)[:, None]
    pairs = Pairs(
        code, point, street, away, foot, along, by_houses, away, _crossed(m, point, street, foot)
    )
    if not len(code):
        return pairs
    nearest = pairs.of_each_point(np.where(by_houses, np.inf, away), np.minimum)
    return replace(pairs, nearest_m=np.minimum(nearest, REACH_M))


def _to_houses(setting: Setting, estate: int, points: IntArray) -> FloatArray:
    seeds, rows = _seeds(setting, estate)
    if not len(seeds):
        return np.full(len(points), UNPLACED_M)
    away = np.hypot(*(setting.material.xy[points][:, None] - seeds[None]).transpose(2, 0, 1))
    away[points[:, None] == rows[None]] = 999.0  # a house says nothing about itself
    away[:, rows == -1] += MIDDLE_M
    return np.asarray(away.min(axis=1))


def _crossed(m: Material, point: IntArray, street: IntArray, foot: FloatArray) -> FloatArray:
    short = m.xy[point] + 0.97 * (foot - m.xy[point])  # not to touch the street itself
    ways = shapely.linestrings(np.stack([m.xy[point], short], axis=1))
    way, line = shapely.STRtree(m.lines).query(ways, predicate="intersects")
    others = m.line_street[line] != street[way]
    seen = pd.DataFrame({"way": way[others], "street": m.line_street[line[others]]})
    crossed = np.zeros(len(point))
    found = seen.drop_duplicates().groupby("way").size()
    crossed[found.index] = found.to_numpy()
    return np.minimum(crossed, 2)
