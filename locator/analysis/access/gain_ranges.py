"""Say between which values lies what a change gains: the range of a difference.

Before and after are counted in the same runs, so that what is not known of both falls out: the
difference of two ranges would be much too wide. ``docs/ranges.md`` has the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from locator.analysis.access.aggregate import points_by_unit
from locator.analysis.access.coverage import Coverage, counted_by
from locator.analysis.access.doubtful_walks import WAY_SQUARE_M
from locator.analysis.access.draws import CAUSES, Doubt, Draw, doubt_of, known_doubt
from locator.analysis.access.ranges import RUNS, SEED, SURE, ends
from locator.base.geo import Flags, FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity

SAME_PEOPLE = 0.5
"""Two sites that differ by less gain as much."""


@dataclass(frozen=True)
class GainRanges:
    """Between which values lies what a change gains, in people.

    Attributes
    ----------
    low, high : float
        People served after less those before: nine in ten runs lie between, and so does what was
        counted.
    districts : DataFrame
        Index: number. ``low``, ``high`` of the same difference in a district.
    units : DataFrame
        The same by code of a neighbourhood unit.
    sites : DataFrame
        A row for each added site, in their order. ``low``, ``high``: what it adds to those before
        it.
    above : (m, m) float array
        Share of the runs in which the row's site would gain more than the column's, each alone.
    runs, seed : int
    """

    low: float
    high: float
    districts: pd.DataFrame
    units: pd.DataFrame
    sites: pd.DataFrame
    above: FloatArray
    runs: int
    seed: int

    def of_site(self, one: int) -> tuple[int, int]:
        """Return the whole people between whom lies what a site adds, by its position."""
        low, high = self.sites[["low", "high"]].to_numpy(dtype=np.float64)[one]
        return round(float(low)), round(float(high))

    def differ(self, one: int, other: int) -> bool:
        """Tell whether two sites, by their position, differ beyond what is not known."""
        return bool(max(self.above[one, other], self.above[other, one]) >= SURE)

    def alike(self, one: int) -> tuple[int, ...]:
        """Return the positions of the sites that cannot be told apart from one."""
        others = range(len(self.sites))
        return tuple(two for two in others if two != one and not self.differ(one, two))


def gain_ranges(
    walkable_city: WalkableCity,
    found: Coverage,
    *,
    added: SnappedPoints,
    already: SnappedPoints | None = None,
    closed: tuple[int, ...] = (),
    runs: int = RUNS,
    seed: int = SEED,
) -> GainRanges:
    """Return between which values lies what a change of the facilities gains.

    Parameters
    ----------
    walkable_city : WalkableCity
        With the people of the census.
    found : Coverage
        Of today's facilities, at the standard and pace that hold before and after.
    added : SnappedPoints
        m sites that open. They exist, and stand where they are put.
    already : SnappedPoints, optional
        Sites that are open before and after, although they are not counted today.
    closed : tuple of int
        Rows of ``city.facilities`` that close.
    runs, seed : int
        As in `locator.analysis.access.ranges.ranges`; the draws are the same.

    Returns
    -------
    GainRanges
    """
    change = change_of(walkable_city, found, added=added, already=already, closed=closed)
    drawn = change.doubt.seen(frozenset(CAUSES), runs=runs, seed=seed)
    return change.ranges(list(change.gains(drawn, seed=seed)), runs=runs, seed=seed)


def change_of(
    walkable_city: WalkableCity,
    found: Coverage,
    *,
    added: SnappedPoints,
    already: SnappedPoints | None = None,
    closed: tuple[int, ...] = (),
) -> Change:
    """Return a change whose gain is counted in any runs; parameters are those of `gain_ranges`."""
    people = counted_by(walkable_city, found.people_from).city.demand.people[found.group]
    walkable_city = walkable_city.choosing(found.which)
    doubt = known_doubt(walkable_city, found)
    if closed:
        doubt = doubt_of(walkable_city, found, closing=closed)
    known = [added] if already is None else [added, already]
    return Change(
        doubt=doubt,
        walks=tuple(_walks_to(walkable_city, doubt, some) for some in known),
        stays=~np.isin(doubt.sites.rows, closed) if closed else None,
        people=people,
        units=points_by_unit(walkable_city.city),
        districts=found.districts.index,
        codes=walkable_city.city.units.index,
    )


@dataclass(frozen=True, eq=False)
class _Walks:
    """The p walks to m sites that may be within the standard; walks of one `way` err alike."""

    point: IntArray
    site: IntArray
    walk_m: FloatArray
    way: IntArray
    ways: int
    sites: int


@dataclass(frozen=True, eq=False)
class Gain:
    """People gained in a run: (d + 1,) net, the city last; (u,) net in the neighbourhood units;
    (m,) by each site alone, and after those before it.
    """

    net: FloatArray
    by_unit: FloatArray
    alone: FloatArray
    after_others: FloatArray


@dataclass(frozen=True, eq=False)
class Change:
    """What opens and closes, as it is counted in each run.

    Attributes
    ----------
    doubt : Doubt
        Several changes of one coverage that close nothing share it, and may share its runs.
    walks : tuple of _Walks
        To what is added, and to what is there before and after without being counted today.
    stays : (s,) bool array or None
        Which sites do not close; None if none does.
    people : (n,) float array
        As they were counted.
    units : (u, n) sparse array
    districts, codes : Index
        Of districts and neighbourhood units.
    """

    doubt: Doubt
    walks: tuple[_Walks, ...]
    stays: Flags | None
    people: FloatArray
    units: sparse.csr_array
    districts: pd.Index
    codes: pd.Index

    def gains(self, seen: Iterable[tuple[Draw, Flags]], *, seed: int) -> Iterator[Gain]:
        """Yield what each run of `Doubt.seen` gains, of the people that it has drawn."""
        # One more stream of numbers than the causes have: theirs stay as they are.
        draw = np.random.default_rng(np.random.SeedSequence(seed).spawn(len(CAUSES) + 1)[-1])
        for drawn, served in seen:
            yield self._gain(drawn, served, drawn.weight, draw)

    def ranges(self, drawn: Sequence[Gain], *, runs: int, seed: int) -> GainRanges:
        """Return between which values it gains what `gains` has yielded."""
        as_counted, served = next(self.doubt.seen(frozenset(), runs=1, seed=seed))
        counted = self._gain(as_counted, served, self.people, None)
        low, high = ends(np.array([one.net for one in drawn]), counted.net)
        each = ends(np.array([one.after_others for one in drawn]), counted.after_others)
        alone = np.array([one.alone for one in drawn])
        by_unit = ends(np.array([one.by_unit for one in drawn]), counted.by_unit)
        names = ("low", "high")
        return GainRanges(
            low=float(low[-1]),
            high=float(high[-1]),
            districts=pd.DataFrame({"low": low[:-1], "high": high[:-1]}, self.districts),
            units=pd.DataFrame(dict(zip(names, by_unit, strict=True)), self.codes),
            sites=pd.DataFrame(dict(zip(names, each, strict=True))),
            above=(alone[:, :, np.newaxis] > alone[:, np.newaxis, :] + SAME_PEOPLE).mean(axis=0),
            runs=runs,
            seed=seed,
        )

    def _gain(
        self, drawn: Draw, served: Flags, weight: FloatArray, draw: np.random.Generator | None
    ) -> Gain:
        """Return what a run gains, of people by `weight`; its walks are those on file or drawn."""
        doubt = self.doubt
        reached = [_within(doubt, some, draw) for some in self.walks]
        already = np.logical_or.reduce(reached[-1], axis=0) if len(self.walks) > 1 else False
        before = after = served | already
        if self.stays is not None:
            after = doubt.served(replace(drawn, exists=drawn.exists & self.stays)) | already
        alone, each = np.zeros(self.walks[0].sites), np.zeros(self.walks[0].sites)
        for site, within in enumerate(reached[0]):
            alone[site] = weight[within & ~before].sum()
            each[site] = weight[within & ~after].sum()
            after = after | within
        by_district = doubt.people.by_district @ (weight * after) - doubt.people.by_district @ (
            weight * before
        )
        net = np.append(by_district, by_district.sum())
        by_unit = self.units @ (weight * after) - self.units @ (weight * before)
        return Gain(net, by_unit, alone, each)


def _walks_to(walkable_city: WalkableCity, doubt: Doubt, sites: SnappedPoints) -> _Walks:
    demand = walkable_city.demand
    shortest = 1.0 if doubt.ratio is None else min(1.0, doubt.ratio.values[0])
    table = reach(walkable_city.model, demand, sites, limit_m=doubt.limit_m / shortest)
    site = np.repeat(np.arange(len(sites)), np.diff(table.indptr))
    point = table.indices.astype(np.int64)
    square = np.floor(demand.xy / WAY_SQUARE_M).astype(np.int64)
    _, home = np.unique(square, axis=0, return_inverse=True)
    names, way = np.unique(home.ravel()[point] * max(len(sites), 1) + site, return_inverse=True)
    return _Walks(point, site, table.data, way.ravel(), len(names), len(sites))


def _within(doubt: Doubt, walks: _Walks, draw: np.random.Generator | None) -> Flags:
    """Return (m, n) who is within the standard of which site."""
    walk_m = walks.walk_m
    if draw is not None and doubt.ratio is not None:
        walk_m = walk_m * doubt.ratio.at(draw.random(walks.ways))[walks.way]
    within = np.zeros((walks.sites, len(doubt.people.census)), dtype=np.bool_)
    near = walk_m <= doubt.limit_m
    within[walks.site[near], walks.point[near]] = True
    return within
