"""Say how unequal the walks are: between people, between districts, groups and paces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.analysis.access.aggregate import SAME_TIME_S, people_by_district, walking_times
from locator.analysis.access.coverage import Coverage, counted_by
from locator.analysis.access.doubtful_walks import near_walks_of
from locator.analysis.access.draws import (
    CAUSES,
    Cause,
    Doubt,
    Draw,
    asked_of,
    doubt_for,
    doubt_of,
    known_doubt,
)
from locator.analysis.access.inequality import Inequality, gini, inequality
from locator.analysis.access.ranges import RUNS, SEED, ends
from locator.base.geo import Flags, FloatArray, IntArray
from locator.city.model import City
from locator.walking.walkable_city import WalkableCity

NEAR = 4
"""So many sites a walk may lead to in a run, and the nearest confirmed one."""

WALKS = ("mean_s", "median_s", "p90_s")


@dataclass(frozen=True)
class Equity:
    """How the walks are spread over people.

    Attributes
    ----------
    gini : float
        0: everyone walks equally long; towards 1: a few walk nearly all of it. NaN without people
        who can walk to a facility.
    worst_district : int or None
        Number of the district with the largest share beyond the standard.
    best_district : int or None
        Number of the one with the smallest.
    ratio_p90_median : float
        How many times longer the walk of the worst-placed tenth begins than the middle one.
    """

    gini: float
    worst_district: int | None
    best_district: int | None
    ratio_p90_median: float


@dataclass(frozen=True)
class EquityRanges:
    """How unequal walks are, and between which values that lies.

    Attributes
    ----------
    measures : DataFrame
        Index: ``mean_s``, ``median_s``, ``p90_s`` and the fields of `Inequality`. Columns
        ``value``, ``low``, ``high``; nine in ten runs lie between, and so does the value.
    groups : DataFrame
        Index: id of an age group, at the same standard and pace. Columns ``people``, ``served``,
        ``share``, ``low``, ``high``, ``mean_s``, ``p90_s``, ``gini``; NaN where nobody is.
    paces : DataFrame
        Index: metres a second. Columns ``served``, ``share``, ``low``, ``high``, ``mean_s``, of
        the coverage's own group.
    runs, seed : int
    """

    measures: pd.DataFrame
    groups: pd.DataFrame
    paces: pd.DataFrame
    runs: int
    seed: int


def equity(coverage: Coverage, people: FloatArray) -> Equity:
    """Return how unequal the walks of `coverage` are.

    Parameters
    ----------
    coverage : Coverage
    people : (n,) float array
        The people that it counted, for each demand point.
    """
    reached = np.isfinite(coverage.walk_s)
    beyond = coverage.districts["beyond"].dropna()
    median_s, p90_s = coverage.median_s, coverage.p90_s
    return Equity(
        gini=gini(coverage.walk_s[reached], people[reached]),
        worst_district=None if beyond.empty else int(beyond.index[int(beyond.to_numpy().argmax())]),
        best_district=None if beyond.empty else int(beyond.index[int(beyond.to_numpy().argmin())]),
        ratio_p90_median=p90_s / median_s if median_s and p90_s else np.nan,
    )


def equity_ranges(
    walkable_city: WalkableCity,
    found: Coverage,
    *,
    paces_m_s: Sequence[float] = (),
    runs: int = RUNS,
    seed: int = SEED,
) -> EquityRanges:
    """Return how unequal the walks of `found` are, with ranges; it is remembered.

    Parameters
    ----------
    walkable_city : WalkableCity
        With the people of the census.
    found : Coverage
        Of today's facilities.
    paces_m_s : sequence of float
        Paces to count the coverage at, beside its own.
    runs, seed : int
        As in `locator.analysis.access.ranges.ranges`.

    Returns
    -------
    EquityRanges
    """
    walkable_city = walkable_city.choosing(found.which)
    paces = tuple(sorted({found.pace_m_s, *paces_m_s}))
    return walkable_city.memory.get(
        (walkable_city.everything.number, "equity", asked_of(found), paces, runs, seed),
        lambda: EquityRanges(
            measures=_measures(walkable_city, found, runs, seed),
            groups=_groups(walkable_city, found, runs, seed),
            paces=_paces(walkable_city, found, paces, runs, seed),
            runs=runs,
            seed=seed,
        ),
    )


def density_places(city: City) -> IntArray:
    """Return the place of each demand point by how many people live in its census cell.

    Parameters
    ----------
    city : City

    Returns
    -------
    (n,) int array
        0 for the cell with the fewest; points of one cell have one place.
    """
    people = np.bincount(city.demand.cell, weights=city.demand.people["all"])
    place = np.empty(len(people), dtype=np.int64)
    place[np.argsort(people, kind="stable")] = np.arange(len(people))
    return place[city.demand.cell]


def _measures(walkable_city: WalkableCity, found: Coverage, runs: int, seed: int) -> pd.DataFrame:
    place = density_places(walkable_city.city)
    people = counted_by(walkable_city, found.people_from).city.demand.people[found.group]
    value = _measured(found.walk_s, people, place)
    drawn = [
        _measured(walk_m / found.pace_m_s, weight, place)
        for walk_m, weight in _drawn_walks(walkable_city, found, runs, seed)
    ]
    low, high = ends(np.array(drawn), value)
    names = [*WALKS, *(one.name for one in fields(Inequality))]
    return pd.DataFrame({"value": value, "low": low, "high": high}, index=names)


def _measured(walk_s: FloatArray, people: FloatArray, place: IntArray) -> FloatArray:
    reached = np.isfinite(walk_s)
    times = walking_times(walk_s, people)
    unequal = inequality(walk_s[reached], people[reached], place[reached])
    values = np.array([*times, *(getattr(unequal, one.name) for one in fields(Inequality))])
    values[np.isinf(values)] = np.nan
    return values


def _drawn_walks(
    walkable_city: WalkableCity, found: Coverage, runs: int, seed: int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield (n,) metres to the nearest facility and (n,) people of each run."""
    doubt = known_doubt(walkable_city, found)
    near = near_walks_of(walkable_city, doubt.sites, k=NEAR)
    doubt = replace(doubt, walks=near)
    points = len(walkable_city.city.demand)
    first = np.flatnonzero(np.append(True, near.point[1:] != near.point[:-1])[: len(near.point)])
    home_xy = walkable_city.city.demand.xy.astype(np.float32)
    for drawn in doubt.draws(frozenset(CAUSES), runs=runs, seed=seed):
        walk_m = np.full(points, np.inf)
        if len(first):
            there_m = np.where(drawn.exists[near.site], drawn.walk_m, np.inf)
            walk_m[near.point[first]] = np.minimum.reduceat(there_m, first)
        yield np.minimum(walk_m, _unknown_m(doubt, drawn, home_xy)), drawn.weight


def _unknown_m(doubt: Doubt, drawn: Draw, home_xy: npt.NDArray[np.float32]) -> FloatArray:
    """Return (n,) metres to the nearest of what is not on the map: straight, by the detour."""
    straight_m = np.full(len(home_xy), np.inf)
    if drawn.more and doubt.places is not None:
        at = doubt.places.xy[list(drawn.more)].astype(np.float32)
        east_m, north_m = (home_xy[:, axis] - at[:, axis, np.newaxis] for axis in (0, 1))
        straight_m = np.sqrt((east_m * east_m + north_m * north_m).min(axis=0)).astype(np.float64)
    return doubt.detour * straight_m


def _groups(walkable_city: WalkableCity, found: Coverage, runs: int, seed: int) -> pd.DataFrame:
    city = counted_by(walkable_city, found.people_from).city
    served = found.walk_s <= found.minutes * 60 + SAME_TIME_S
    reached = np.isfinite(found.walk_s)
    rows: dict[str, dict[str, float]] = {}
    doubts: dict[str, Doubt] = {}
    doubt = known_doubt(walkable_city, found)
    for group in city.catalogue.groups:
        people = city.demand.people[group]
        mean_s, _, p90_s = walking_times(found.walk_s, people)
        rows[group] = _counted(city, people, served) | {
            "mean_s": mean_s,
            "p90_s": p90_s,
            "gini": gini(found.walk_s[reached], people[reached]),
        }
        if people.sum() > 0:
            doubts[group] = doubt_for(walkable_city, doubt, group)
    drawn = _shares_together(doubt, list(doubts.values()), runs, seed)
    for group, shares in zip(doubts, drawn, strict=True):
        rows[group] |= _ends(shares, rows[group]["share"])
    return pd.DataFrame.from_dict(rows, orient="index").replace(np.inf, np.nan)


def _paces(
    walkable_city: WalkableCity,
    found: Coverage,
    paces_m_s: tuple[float, ...],
    runs: int,
    seed: int,
) -> pd.DataFrame:
    city = counted_by(walkable_city, found.people_from).city
    people, walk_m = city.demand.people[found.group], found.walk_s * found.pace_m_s
    rows: dict[float, dict[str, float]] = {}
    for pace_m_s in paces_m_s:
        walk_s = walk_m / pace_m_s
        served = walk_s <= found.minutes * 60 + SAME_TIME_S
        rows[pace_m_s] = _counted(city, people, served)
        rows[pace_m_s]["mean_s"] = walking_times(walk_s, people)[0]
        if pace_m_s == found.pace_m_s:
            doubt = known_doubt(walkable_city, found)
        else:
            doubt = doubt_of(walkable_city, replace(found, pace_m_s=pace_m_s))
        shares = doubt.shares(frozenset(CAUSES), runs=runs, seed=seed)[:, -1]
        rows[pace_m_s] |= _ends(shares, rows[pace_m_s]["share"])
    return pd.DataFrame.from_dict(rows, orient="index").replace(np.inf, np.nan)


def _counted(city: City, people: FloatArray, served: Flags) -> dict[str, float]:
    """Return whole people, whole people served and their share, as a coverage counts them."""
    total, within = (
        float(people_by_district(city, some).sum()) for some in (people, people * served)
    )
    share = within / total if total else np.nan
    return {"people": total, "served": within, "share": share}


def _shares_together(
    doubt: Doubt, doubts: Sequence[Doubt], runs: int, seed: int
) -> Iterator[FloatArray]:
    """Yield the shares of the city of each of `doubts`, whose walks are those of `doubt`.

    Each cause is drawn apart from the others, so that the walks of a run are drawn once for all.
    """
    walks: frozenset[Cause] = frozenset({"walks", "locations"})
    drawn = [one.draws(frozenset(CAUSES) - walks, runs=runs, seed=seed) for one in doubts]
    shares = np.empty((len(doubts), runs))
    for run, walked in enumerate(doubt.draws(walks, runs=runs, seed=seed)):
        for row, (one, others) in enumerate(zip(doubts, drawn, strict=True)):
            draw = replace(next(others), walk_m=walked.walk_m)
            shares[row, run] = one.share(one.served(draw), draw.weight)[-1]
    yield from shares


def _ends(drawn: FloatArray, share: float) -> dict[str, float]:
    """Return between which values a share of the city lies."""
    low, high = ends(drawn[:, np.newaxis], [share])
    return {"low": float(low[0]), "high": float(high[0])}
