"""Count what a claim's facilities gain, from the least to the most that the data allow.

What is not known leaves a range. Which of so many centres are new: from those that would be missed
least to those missed most, as far as they are on the map at all. Where vehicles stand: from nobody
to the most people that so many of them can serve at one moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from locator.analysis.access.aggregate import people_by_district, standard_m
from locator.analysis.access.counted import counted_rows
from locator.analysis.access.extremes import least_lost, most_lost
from locator.analysis.aed.option import FIXED_LAYER
from locator.base.geo import Flags, FloatArray, IntArray
from locator.city.catalogue import Layer
from locator.city.claims import Claim
from locator.city.completeness import is_expected
from locator.city.history import Span, opening_span, span_of
from locator.city.model import City
from locator.walking.reach_matrix import covers_of, reach
from locator.walking.walkable_city import WalkableCity, nearest_facilities


@dataclass(frozen=True, eq=False)
class Gained:
    """What is gained: whole people in each district, and in the city; its extremes differ.

    `known` is served for certain on one side: after what is new, before what is coming.
    """

    known: IntArray
    low: IntArray
    high: IntArray
    low_all: int
    high_all: int


def centres_in(walkable_city: WalkableCity, which: Flags) -> int:
    """Return how many centres some facilities are the sites of."""
    return len(np.unique(walkable_city.centre[which]))


def limit_m_of(layer: Layer) -> float:
    """Return the longest walk within the standard of a layer, metres."""
    return standard_m(layer.standard_min, layer.pace_m_s)


def served_by(walkable_city: WalkableCity, layer: Layer, rows: IntArray) -> Flags:
    """Return (n, s) who is within the standard of each of some located facilities."""
    walks = reach(
        walkable_city.model,
        walkable_city.demand,
        walkable_city.snapped(rows),
        limit_m=limit_m_of(layer),
    )
    covers: Flags = covers_of(walks).toarray() > 0
    return covers


def off_map_of(walkable_city: WalkableCity, layer: Layer, claim: Claim) -> int:
    """Return how many that count are not on the map, by the claim's total or by the list."""
    facilities = walkable_city.city.facilities
    mine = facilities["layer"].eq(layer.id) & facilities["status"].eq("open")
    on_map = (mine & facilities["x"].notna()).to_numpy(dtype=np.bool_)
    if claim.total is None:
        return centres_in(walkable_city, mine.to_numpy(dtype=np.bool_)) - centres_in(
            walkable_city, on_map
        )
    counts = is_expected(facilities, layer).to_numpy(dtype=np.bool_)
    return max(0, claim.total - centres_in(walkable_city, on_map & counts))


def gained_by_opened(
    walkable_city: WalkableCity, layer: Layer, meant: Flags, unnamed: int, off_map: int
) -> Gained:
    """Return what those gain that have opened: named ones, and so many of those undated."""
    city = walkable_city.city
    rows = np.array(counted_rows(walkable_city, layer.id), dtype=np.int64)
    covers = served_by(walkable_city, layer, rows)
    codes, which = np.unique(walkable_city.centre[rows], return_inverse=True)
    centres = np.stack([covers[:, which == one].any(axis=1) for one in range(len(codes))], axis=1)
    is_named: Flags = np.isin(codes, walkable_city.centre[meant])
    may_be = np.isin(codes, walkable_city.centre[rows[_may_be_new(city, rows)]]) & ~is_named
    served = centres.any(axis=1)
    stays: Flags = np.logical_or.reduce(centres[:, ~is_named & ~may_be], axis=1)
    people = city.demand.people[layer.group]
    known = people_by_district(city, people * served)
    pool = np.where(stays[:, np.newaxis], False, centres[:, may_be])
    left = np.asarray(stays | pool.any(axis=1), dtype=np.bool_)  # without those that are named
    most = min(unnamed, int(may_be.sum()))
    least = min(max(0, unnamed - off_map), most)

    def gained(lost: Flags) -> IntArray:
        before: IntArray = people_by_district(city, people * (left & ~lost))
        return known - before

    low, high = (
        gained(find(pool, people, count))
        for find, count in ((least_lost, least), (most_lost, most))
    )
    by_low, by_high = low.copy(), high.copy()
    for place in range(len(city.districts)) if most else ():
        here = np.where(city.district_rows == place, people, 0.0)
        by_low[place] = gained(least_lost(pool, here, least))[place]
        by_high[place] = gained(most_lost(pool, here, most))[place]
    return Gained(known, by_low, by_high, int(low.sum()), int(high.sum()))


def _may_be_new(city: City, rows: IntArray) -> Flags:
    """Tell which facilities may have opened in the years of the claims."""
    assert city.claims.period is not None
    since, until = span_of(city.claims.period.since), span_of(city.claims.period.until)
    assert since is not None and until is not None
    records = city.facilities.iloc[rows].to_dict("records")
    spans: list[Span] = [opening_span(city, row) for row in records]
    return np.array(
        [first <= until[1] and last >= since[0] for first, last in spans], dtype=np.bool_
    )


def gained_by_coming(walkable_city: WalkableCity, layer: Layer, meant: Flags) -> Gained:
    """Return what those gain that are on the way, as soon as they open; only what is located."""
    city = walkable_city.city
    people = city.demand.people[layer.group]
    rows = counted_rows(walkable_city, layer.id)
    before = nearest_facilities(walkable_city, rows)[0] <= limit_m_of(layer)
    located = np.intersect1d(np.flatnonzero(meant), walkable_city.located)
    after = before | served_by(walkable_city, layer, located).any(axis=1)
    known = people_by_district(city, people * before)
    gained = people_by_district(city, people * after) - known
    return Gained(known, gained, gained, int(gained.sum()), int(gained.sum()))


def gained_by_moving(walkable_city: WalkableCity, layer: Layer, count: int) -> Gained:
    """Return what `count` vehicles may gain at one moment beside the AEDs that stand still.

    Each stands at one stop then; which nobody says. `most_at_once` bounds the best choice.
    """
    city = walkable_city.city
    people = city.demand.people[layer.group]
    fixed = counted_rows(walkable_city, FIXED_LAYER) if FIXED_LAYER in city.catalogue.layers else ()
    before = nearest_facilities(walkable_city, fixed)[0] <= limit_m_of(layer)
    known = people_by_district(city, people * before)
    xy = np.unique(walkable_city.stop_xy, axis=0)
    places = walkable_city.model.snap(xy)
    walks = reach(walkable_city.model, walkable_city.demand, places, limit_m=limit_m_of(layer))
    covers, waiting = covers_of(walks), np.where(before, 0.0, people)
    high = np.array(
        [
            np.floor(most_at_once(covers, np.where(city.district_rows == place, waiting, 0), count))
            for place in range(len(city.districts))
        ],
        dtype=np.int64,
    )
    nobody = np.zeros_like(high)
    return Gained(known, nobody, high, 0, int(most_at_once(covers, waiting, count)))


SAME_PEOPLE = 1e-6
"""A solver's number may be so much too small."""


def most_at_once(covers: sparse.csc_array, people: FloatArray, count: int) -> float:
    """Return a number of people that no `count` of some places serve more than.

    Places may be chosen in parts: the linear relaxation of maximal covering (Church and ReVelle
    1974), which no choice of whole places exceeds. On real stops it is mostly their best.

    Parameters
    ----------
    covers : (n, m) csc_array
        Stored where a demand point is served from a place.
    people : (n,) float array
    count : int

    Returns
    -------
    float
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    by_point = sparse.csr_array(covers)
    some = np.flatnonzero((people > 0) & (np.diff(by_point.indptr) > 0))
    if not len(some) or not count:
        return 0.0
    within = by_point[some]
    points, places = within.shape
    served = sparse.hstack([-within, sparse.eye_array(points)])  # at most by what is chosen
    chosen = np.concatenate([np.ones(places), np.zeros(points)])
    found = milp(
        np.concatenate([np.zeros(places), -people[some]]),
        constraints=[
            LinearConstraint(sparse.csr_array(served), ub=0.0),
            LinearConstraint(chosen[np.newaxis, :], ub=count),
        ],
        bounds=Bounds(0, 1),
    )
    assert found.success, found.message
    return float(-found.fun) + SAME_PEOPLE
