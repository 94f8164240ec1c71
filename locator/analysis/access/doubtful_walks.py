"""Gather the walks that a coverage rests on, as arrays to draw from.

`locator.analysis.access.draws` draws; ``docs/ranges.md`` says by which rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from locator.analysis.access.doubts import Sites
from locator.base.geo import Flags, FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.reach_matrix import neighbourhoods, reach
from locator.walking.walkable_city import WalkableCity, nearest_facilities

WAY_SQUARE_M = 500.0
"""Homes of one square of this side share the error of their walk to one facility: errors of walks
farther apart have hardly anything in common (``docs/ranges.md``)."""

SAME_M = 1.0
"""Two searches may differ by less."""

AT_ONCE = 32
"""So many facilities are walked to before the walks that change nothing are forgotten."""


@dataclass(frozen=True, eq=False)
class Walks:
    """The p walks that decide who is served: each may be within the standard, or beyond it.

    Attributes
    ----------
    always : (n,) bool array
        Demand points that are served whatever is drawn; their walks are not listed.
    point, site : (p,) int arrays
    walk_m, straight_m, east_m, north_m : (p,) float arrays
        By the walking model; straight; and the straight way from the site to the point.
    way : (p,) int array
        Walks with the same number share their error.
    ways : int
        How many numbers there are.
    """

    always: Flags
    point: IntArray
    site: IntArray
    walk_m: FloatArray
    straight_m: FloatArray
    east_m: FloatArray
    north_m: FloatArray
    way: IntArray
    ways: int


def walks_of(
    walkable_city: WalkableCity,
    sites: Sites,
    limit_m: float,
    *,
    ratios: tuple[float, float],
    moved_m: FloatArray,
) -> Walks:
    """Return the walks that may be within `limit_m`, without those that change nothing.

    Parameters
    ----------
    walkable_city : WalkableCity
    sites : Sites
    limit_m : float
    ratios : pair of float
        The least and the most that the truth may be of a walk.
    moved_m : (s,) float array
        How much nearer, or farther, each site may be in truth.
    """
    shortest, longest = min(ratios[0], 1.0), max(ratios[1], 1.0)
    reach_m = limit_m / shortest + moved_m
    demand, facilities = walkable_city.demand, walkable_city.snapped(sites.rows)
    always = _surely_served(walkable_city, sites, limit_m, longest=longest, moved_m=moved_m)
    parts: list[tuple[IntArray, IntArray, FloatArray]] = []
    # Where few are left in doubt, most sites are farther from all of them.
    to_left_m = walkable_city.model.nearest(facilities, demand.take(np.flatnonzero(~always)))[0]
    ahead = np.flatnonzero(to_left_m <= reach_m + SAME_M)
    if len(ahead):  # those near each other are walked to together: much of it is the same way
        ahead = ahead[np.concatenate(neighbourhoods(facilities.xy[ahead]))]
    while len(ahead):
        left = np.flatnonzero(~always)
        few = len(left) < len(ahead)  # then they are searched from: it is as far there as back
        some, ahead = (ahead, ahead[:0]) if few else (ahead[:AT_ONCE], ahead[AT_ONCE:])
        homes, places = demand.take(left), facilities.take(some)
        ends = (places, homes) if few else (homes, places)
        table = reach(walkable_city.model, *ends, limit_m=float(reach_m[some].max()))
        if few:
            table = sparse.csc_array(table.T)
        site, walk_m = np.repeat(some, np.diff(table.indptr)), table.data
        point = left[table.indices]
        certain = (walk_m + moved_m[site]) * longest <= limit_m
        always[point[certain & sites.sure_site[site]]] = True
        open_ = (walk_m <= reach_m[site]) & ~always[point]
        parts.append((site[open_], point[open_], walk_m[open_]))
    none = np.zeros(0, dtype=np.int64)
    site, point, walk_m = (
        np.concatenate(listed) for listed in zip((none, none, np.zeros(0)), *parts, strict=True)
    )
    open_ = ~always[point]
    site, point, walk_m = site[open_], point[open_], walk_m[open_]
    return _walks(demand, facilities, always, point, site, walk_m)


def every_walk_of(
    walkable_city: WalkableCity,
    sites: Sites,
    limit_m: float,
    *,
    ratios: tuple[float, float],
    moved_m: FloatArray,
) -> Walks:
    """Return all walks that may be within `limit_m`, site by site.

    Parameters
    ----------
    walkable_city, sites, limit_m, ratios, moved_m
        As for `walks_of`.
    """
    reach_m = limit_m / min(ratios[0], 1.0) + moved_m
    demand, facilities = walkable_city.demand, walkable_city.snapped(sites.rows)
    farthest_m = float(reach_m.max(initial=0.0))
    table = reach(walkable_city.model, demand, facilities, limit_m=farthest_m)
    site = np.repeat(np.arange(len(facilities)), np.diff(table.indptr))
    kept = table.data <= reach_m[site]
    nobody = np.zeros(len(demand), dtype=np.bool_)
    point, walk_m = table.indices[kept].astype(np.int64), table.data[kept]
    return _walks(demand, facilities, nobody, point, site[kept], walk_m)


def near_walks_of(walkable_city: WalkableCity, sites: Sites, *, k: int) -> Walks:
    """Return the walks to the `k` nearest sites and to the nearest confirmed one.

    They are in the order of their demand points, a walk at most once.
    """
    demand, facilities = walkable_city.demand, walkable_city.snapped(sites.rows)
    site, walk_m = walkable_city.model.few_nearest(demand, facilities, k=k)
    sure = np.flatnonzero(sites.sure_site)
    sure_m, nearest = walkable_city.model.nearest(demand, facilities.take(sure))
    site = np.column_stack([site, np.append(sure, -1)[nearest]])
    walk_m = np.column_stack([walk_m, sure_m])
    point = np.repeat(np.arange(len(demand)), site.shape[1])
    order = np.lexsort((walk_m.ravel(), site.ravel(), point))
    site, walk_m, point = site.ravel()[order], walk_m.ravel()[order], point[order]
    first = np.append(True, (site[1:] != site[:-1]) | (point[1:] != point[:-1]))
    kept = first & (site >= 0)
    nobody = np.zeros(len(demand), dtype=np.bool_)
    return _walks(demand, facilities, nobody, point[kept], site[kept], walk_m[kept])


def _walks(
    demand: SnappedPoints,
    facilities: SnappedPoints,
    always: Flags,
    point: IntArray,
    site: IntArray,
    walk_m: FloatArray,
) -> Walks:
    east_m, north_m = (demand.xy[point] - facilities.xy[site]).T
    square = np.floor(demand.xy / WAY_SQUARE_M).astype(np.int64)
    _, home = np.unique(square, axis=0, return_inverse=True)
    names, way = np.unique(home.ravel()[point] * len(facilities) + site, return_inverse=True)
    return Walks(
        always=always,
        point=point,
        site=site,
        walk_m=walk_m,
        straight_m=np.hypot(east_m, north_m),
        east_m=np.ascontiguousarray(east_m),
        north_m=np.ascontiguousarray(north_m),
        way=way.ravel(),
        ways=len(names),
    )


def _surely_served(
    walkable_city: WalkableCity,
    sites: Sites,
    limit_m: float,
    *,
    longest: float,
    moved_m: FloatArray,
) -> Flags:
    """Return (n,) who reaches the nearest confirmed site whatever is drawn.

    One search for all: only the others' walks have to be looked for.
    """
    sure = tuple(np.sort(sites.rows[sites.sure_site]).tolist())
    walk_m, row = nearest_facilities(walkable_city, sure)
    farther_m = np.zeros(len(walkable_city.city.facilities) + 1)  # the last: of no site
    farther_m[sites.rows] = moved_m
    served: Flags = (walk_m + farther_m[row]) * longest <= limit_m
    return served
