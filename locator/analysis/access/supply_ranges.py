"""Say between which values lies how many places people can reach.

Drawn as a coverage is (``docs/ranges.md``): what exists and where, how long the walks are, where
people live. The number of places of a facility that nobody states, and of one that is not on the
map, is that of any of the layer's facilities that states it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from locator.analysis.access.aggregate import points_by_unit
from locator.analysis.access.doubtful_walks import every_walk_of
from locator.analysis.access.draws import CAUSES, Cause, Doubt, doubt_within
from locator.analysis.access.e2sfca import STEPS, e2sfca
from locator.analysis.access.ranges import SEED, ends
from locator.analysis.access.supply import LOW_SHARE, Supply, places_stated
from locator.base.geo import FloatArray
from locator.walking.walkable_city import WalkableCity

RUNS = 100
"""Half as many as for a coverage: each run shares out all places anew."""


@dataclass(frozen=True)
class SupplyRanges:
    """Between which values a supply lies: nine in ten runs, and what was counted.

    Attributes
    ----------
    mean_per_100, short_people, none_people : (low, high)
        As in `locator.analysis.access.supply.Supply`.
    districts : DataFrame
        Index: number. Columns ``per_100_low``, ``per_100_high``, ``short_low``, ``short_high``;
        NaN without people.
    units : DataFrame
        The same by code of a neighbourhood unit.
    not_measured : tuple of str
        Causes of whose size the city folder says nothing: they are left out.
    runs, seed : int
    """

    mean_per_100: tuple[float, float]
    short_people: tuple[float, float]
    none_people: tuple[float, float]
    districts: pd.DataFrame
    units: pd.DataFrame
    not_measured: tuple[Cause, ...]
    runs: int
    seed: int


def supply_ranges(
    walkable_city: WalkableCity, found: Supply, *, runs: int = RUNS, seed: int = SEED
) -> SupplyRanges:
    """Return between which values `found` lies.

    Parameters
    ----------
    walkable_city : WalkableCity
        With the people of the census, of the facilities that `found` has chosen.
    found : Supply
        Of today's facilities; what it counted lies in the ranges.
    runs, seed : int
        The same seed gives the same ranges; they are remembered.

    Returns
    -------
    SupplyRanges
    """
    question = (found.layer, found.group, found.pace_m_s, float(found.people.sum()), runs, seed)
    return walkable_city.memory.get(
        (walkable_city.number, "supply ranges", *question),
        lambda: _ranges(walkable_city, found, runs=runs, seed=seed),
    )


def _ranges(walkable_city: WalkableCity, found: Supply, *, runs: int, seed: int) -> SupplyRanges:
    doubt = doubt_within(
        walkable_city,
        found.layer,
        group=found.group,
        limit_m=STEPS[-1][0] * found.pace_m_s,
        walks=every_walk_of,
    )
    city, by_district = walkable_city.city, doubt.people.by_district
    whole = sparse.csr_array(np.ones((1, len(found.people))))
    areas = sparse.vstack([whole, by_district, points_by_unit(city)], format="csr")
    drawn = [
        _reached(areas, weight, per_person)
        for weight, per_person in _runs(walkable_city, doubt, found, runs=runs, seed=seed)
    ]
    counted = _reached(areas, found.people, found.per_100 / 100)
    low, high = ends(np.array(drawn), counted)
    within = pd.DataFrame(
        {
            "per_100_low": low[0],
            "per_100_high": high[0],
            "short_low": low[1],
            "short_high": high[1],
        }
    )
    districts = len(city.districts)
    return SupplyRanges(
        mean_per_100=(float(low[0, 0]), float(high[0, 0])),
        short_people=(float(low[1, 0]), float(high[1, 0])),
        none_people=(float(low[2, 0]), float(high[2, 0])),
        districts=within.iloc[1 : districts + 1].set_axis(city.districts.index),
        units=within.iloc[districts + 1 :].set_axis(city.units.index),
        not_measured=doubt.not_measured,
        runs=runs,
        seed=seed,
    )


def _runs(
    walkable_city: WalkableCity, doubt: Doubt, found: Supply, *, runs: int, seed: int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield (n,) people and (n,) places that one of them can count on."""
    places = places_stated(walkable_city, doubt.sites.rows)
    stated = np.isfinite(places)
    known = places[stated]
    elsewhere = doubt.places
    walks = doubt.walks
    starts = np.append(0, np.cumsum(np.bincount(walks.site, minlength=len(places))))
    shape = (len(found.people), len(places))  # walks stand site by site
    matrix = sparse.csc_array((walks.walk_m, walks.point, starts), shape)
    if elsewhere is not None:
        matrix = sparse.hstack([matrix, elsewhere.serves], format="csc")
    draw = np.random.default_rng([seed, len(CAUSES)])  # beside those of the causes
    for one in doubt.draws(frozenset(CAUSES), runs=runs, seed=seed):
        supplied = np.zeros(matrix.shape[1])
        supplied[: len(places)] = np.where(stated, places, draw.choice(known, len(places)))
        supplied[: len(places)] *= one.exists
        for place in one.more:
            supplied[len(places) + place] += draw.choice(known)
        matrix.data[: len(one.walk_m)] = one.walk_m
        walk_s = sparse.csc_array(
            (matrix.data / found.pace_m_s, matrix.indices, matrix.indptr), matrix.shape
        )
        yield one.weight, e2sfca(walk_s, one.weight, supplied).per_person


def _reached(areas: sparse.csr_array, weight: FloatArray, per_person: FloatArray) -> FloatArray:
    """Return (3, a) places per 100 people, people short of them and people without any.

    The first of the areas is the whole, whose mean says who is short; NaN without people.
    """
    people = areas @ weight
    some = np.where(people > 0, people, np.nan)
    per_100 = 100 * (areas @ (weight * per_person)) / some
    short = 100 * per_person < LOW_SHARE * np.nan_to_num(per_100[0])
    return np.array([per_100, areas @ (weight * short), areas @ (weight * (per_person == 0))])
