"""Say between which values the coverage of a part of a city lies: of an area, its units, its gaps.

Everything is read from the runs that the ranges of the city and its districts are drawn from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from locator.analysis.access.aggregate import SAME_TIME_S
from locator.analysis.access.coverage import Coverage
from locator.analysis.access.draws import known_doubt
from locator.analysis.access.gaps import points_in
from locator.analysis.access.known_runs import known_runs
from locator.analysis.access.ranges import RUNS, SEED, ends, range_question
from locator.analysis.access.share_extremes import extremes_in
from locator.base.geo import Flags, FloatArray
from locator.walking.walkable_city import WalkableCity


@dataclass(frozen=True)
class Ends:
    """Between which values a share lies.

    Attributes
    ----------
    low, high : float
        Nine in ten runs, and what was counted.
    lowest, highest : float
        By what is confirmed and on the map only, and by all that may exist at the best places.
    """

    low: float
    high: float
    lowest: float
    highest: float


def area_ends(
    walkable_city: WalkableCity,
    found: Coverage,
    inside: Flags,
    *,
    runs: int = RUNS,
    seed: int = SEED,
) -> Ends:
    """Return between which values the share of the people of an area lies.

    Parameters
    ----------
    walkable_city, found
        As for `locator.analysis.access.ranges.ranges`.
    inside : (n,) bool array
        Demand points of the area.
    runs, seed
        As for `locator.analysis.access.ranges.ranges`; the draws are the same.

    Returns
    -------
    Ends
        NaN where nobody lives.
    """
    people = walkable_city.city.demand.people[found.group] * inside
    if not people.sum() > 0:
        return Ends(np.nan, np.nan, np.nan, np.nan)
    doubt = known_doubt(walkable_city, found)
    drawn = np.array(
        [
            weight[inside] @ served[inside] / weight[inside].sum()
            for served, weight in known_runs(walkable_city, found, runs=runs, seed=seed)
        ]
    )
    served = found.walk_s <= found.minutes * 60 + SAME_TIME_S
    share = float(people @ served / people.sum())
    (low,), (high,) = ends(drawn[:, np.newaxis], [share])
    lowest, highest = extremes_in(doubt, inside)
    return Ends(float(low), float(high), min(lowest, share), max(highest, share))


def unit_ranges(
    walkable_city: WalkableCity, found: Coverage, *, runs: int = RUNS, seed: int = SEED
) -> pd.DataFrame:
    """Return between which values the share of each neighbourhood unit lies.

    Parameters
    ----------
    walkable_city, found
        As for `locator.analysis.access.ranges.ranges`.
    runs, seed
        As for `locator.analysis.access.ranges.ranges`; the draws are the same.

    Returns
    -------
    DataFrame
        Index: code. Columns ``low``, ``high``; NaN where nobody lives.
    """
    chosen = walkable_city.choosing(found.which)
    return walkable_city.memory.get(
        ("units", *range_question(walkable_city, found, runs, seed)),
        lambda: _unit_ranges(chosen, found, runs=runs, seed=seed),
    )


def _unit_ranges(
    walkable_city: WalkableCity, found: Coverage, *, runs: int, seed: int
) -> pd.DataFrame:
    city = walkable_city.city
    inside = np.flatnonzero(city.unit_rows >= 0)
    rows, count = city.unit_rows[inside], len(city.units)

    def shares(served: Flags, weight: FloatArray) -> FloatArray:
        people = np.bincount(rows, weight[inside], minlength=count)
        reached = np.bincount(rows, (weight * served)[inside], minlength=count)
        share = np.full(count, np.nan)
        np.divide(reached, people, out=share, where=people > 0)
        return share

    drawn = [shares(*one) for one in known_runs(walkable_city, found, runs=runs, seed=seed)]
    served = found.walk_s <= found.minutes * 60 + SAME_TIME_S
    low, high = ends(np.array(drawn), shares(served, city.demand.people[found.group]))
    return pd.DataFrame({"low": low, "high": high}, index=city.units.index)


def gap_ranges(
    walkable_city: WalkableCity,
    found: Coverage,
    gaps: gpd.GeoDataFrame,
    *,
    runs: int = RUNS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Return between which values the people of some gaps lie.

    Parameters
    ----------
    walkable_city, found
        As for `locator.analysis.access.ranges.ranges`.
    gaps : GeoDataFrame
        Of `found`: those of the city, or of a district.
    runs, seed
        As for `locator.analysis.access.ranges.ranges`; the draws are the same.

    Returns
    -------
    DataFrame
        Index of `gaps`. ``low``, ``high``: people in the area of the gap who are not served; nine
        in ten runs lie between, and so do those counted.
    """
    drawn = known_runs(walkable_city, found, runs=runs, seed=seed)
    return gap_ends(gaps, list(left_in(points_in(walkable_city, gaps), drawn)))


def left_in(areas: csr_array, runs: Iterable[tuple[Flags, FloatArray]]) -> Iterator[FloatArray]:
    """Yield (g,) people of `points_in` some areas who are not served, in each run."""
    for served, weight in runs:
        yield areas @ np.where(served, 0.0, weight)


def gap_ends(gaps: gpd.GeoDataFrame, left: Sequence[FloatArray]) -> pd.DataFrame:
    """Return `gap_ranges` of who is left in each run."""
    low, high = ends(np.array(left), gaps["people"])
    return pd.DataFrame({"low": low, "high": high}, index=gaps.index)
