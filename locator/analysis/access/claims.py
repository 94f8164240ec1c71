"""Answer with people what a city says that it has changed: before, after, gained, and where.

What is not known leaves a range. Which of so many centres are new: from those that would be missed
least to those missed most, as far as they are on the map at all. Where vehicles stand: from nobody
to the most people that so many of them can serve at one moment. A facility without a point gains
nobody, and is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import sparse

from locator.analysis.access.aggregate import SAME_TIME_S, people_by_district
from locator.analysis.access.coverage import counted_rows
from locator.analysis.access.extremes import Flags, least_lost, most_lost
from locator.analysis.aed.option import FIXED_LAYER
from locator.base.geo import FloatArray, IntArray
from locator.city.catalogue import Layer
from locator.city.claims import Claim
from locator.city.completeness import is_expected
from locator.city.history import Span, opening_span, span_of
from locator.city.model import City
from locator.walking.reach_matrix import covers_of, reach
from locator.walking.walkable_city import WalkableCity, nearest_facilities, remembered

Kind = Literal["new", "coming", "moving"]


@dataclass(frozen=True, eq=False)
class ClaimAnswer:
    """What a claim means for people.

    Attributes
    ----------
    claim : Claim
    kind : str
        ``"new"``: opened in the period, before and after is asked; ``"coming"``: on the way, today
        and afterwards is asked; ``"moving"``: on vehicles.
    group : str
    minutes, pace_m_s : float
        The standard of the layer.
    people : int
        Of the group, in the city.
    before_low, before_high, after_low, after_high : int
        People within the standard.
    gained_low, gained_high : int
        ``after - before``, from the least to the most that the data allow.
    named : DataFrame
        The facilities that are known to be meant. Index: id. Columns ``name``, ``district``
        (number, null where unknown), ``district_name``, ``opens`` (ISO 8601 or null), ``places``,
        ``located``, ``precision``, ``reached`` (people within the standard of it), ``gained``
        (of those, who have none of the others that are not meant), ``cost``, ``currency``,
        ``per_person``, ``per_place``.
    unnamed : int
        How many more there are by the claim.
    off_map : int
        So many of those may not be on the map.
    districts : DataFrame
        Index: number. Columns ``name``, ``people``, ``after``, ``gained_low``, ``gained_high``.
    places : int
        Of the named ones, as far as known.
    places_unknown : int
        Named ones whose number of places is not known.
    """

    claim: Claim
    kind: Kind
    group: str
    minutes: float
    pace_m_s: float
    people: int
    before_low: int
    before_high: int
    after_low: int
    after_high: int
    gained_low: int
    gained_high: int
    named: pd.DataFrame
    unnamed: int
    off_map: int
    districts: pd.DataFrame
    places: int
    places_unknown: int


@remembered
def answer_claim(walkable_city: WalkableCity, name: str) -> ClaimAnswer:
    """Return what a claim of the city means for people.

    Parameters
    ----------
    walkable_city : WalkableCity
    name : str
        Id of one of ``walkable_city.city.claims.claims``.

    Returns
    -------
    ClaimAnswer
    """
    return _answer(walkable_city, walkable_city.city.claims.claims[name])


def openings(city: City) -> pd.DataFrame:
    """Return what has opened since the period of the claims began, or is to open, in time.

    Parameters
    ----------
    city : City

    Returns
    -------
    DataFrame
        Index: facility id. Columns ``name``, ``layer``, ``district`` (number or null), ``date``
        (ISO 8601, maybe reduced), ``first``, ``last`` (days it may be), ``is_expected`` (a promise,
        no opening). Undated ones are not in it.
    """
    period = span_of(city.claims.period.since) if city.claims.period else None
    facilities, rows = city.facilities, []
    columns = ("name", "layer", "district", "status", "opened", "expected_opening")
    for one, *values in facilities[list(columns)].itertuples():
        row = dict(zip(columns, values, strict=True))
        promised = row["status"] not in ("open", "closed")
        date = row["expected_opening"] if promised else row["opened"]
        span = span_of(date)
        if span and (period is None or span[1] >= period[0]):
            rows.append((one, *values[:3], date, *span, promised))
    names = ("id", "name", "layer", "district", "date", "first", "last", "is_expected")
    frame = pd.DataFrame(rows, columns=list(names)).set_index("id")
    return frame.sort_values(["first", "last", "name"], kind="stable")


@dataclass(frozen=True, eq=False)
class _Gained:
    """What is gained: whole people in each district, and in the city; its extremes differ.

    `known` is served for certain on one side: after what is new, before what is coming.
    """

    known: IntArray
    low: IntArray
    high: IntArray
    low_all: int
    high_all: int


def _answer(walkable_city: WalkableCity, claim: Claim) -> ClaimAnswer:
    city = walkable_city.city
    layer = city.catalogue.layers[claim.layer]
    facilities = city.facilities
    is_open = facilities["status"].eq("open").to_numpy(dtype=np.bool_)
    new = facilities["is_new"].eq(True).fillna(False).to_numpy(dtype=np.bool_)
    new &= facilities["layer"].eq(layer.id).to_numpy(dtype=np.bool_)
    off_map = 0
    if layer.moves:
        kind: Kind = "moving"
        meant = np.zeros_like(new)
        meant[np.intersect1d(np.flatnonzero(new), walkable_city.located)] = True  # not assumed
        unnamed = max(0, (claim.new or 0) - _centres(walkable_city, meant))
        found = _moving(walkable_city, layer, claim.new or 0)
    elif claim.coming is not None:
        kind, meant = "coming", new & ~is_open
        unnamed = max(0, claim.coming - _centres(walkable_city, meant))
        found = _coming(walkable_city, layer, meant)
    else:
        kind, meant = "new", new & is_open
        unnamed = max(0, (claim.new or 0) - _centres(walkable_city, meant))
        off_map = _off_map(walkable_city, layer, claim)
        found = _opened(walkable_city, layer, meant, unnamed, off_map)
    known = int(found.known.sum())
    low, high = (-found.high_all, -found.low_all) if kind == "new" else (0, 0)
    gained = (0, 0) if kind == "new" else (found.low_all, found.high_all)
    people = people_by_district(city, city.demand.people[layer.group])
    named = _named(walkable_city, layer, np.flatnonzero(meant))
    after = found.known if kind == "new" else found.known + found.low
    return ClaimAnswer(
        claim=claim,
        kind=kind,
        group=layer.group,
        minutes=float(layer.standard_min),
        pace_m_s=layer.pace_m_s,
        people=int(people.sum()),
        before_low=known + low,
        before_high=known + high,
        after_low=known + gained[0],
        after_high=known + gained[1],
        gained_low=found.low_all,
        gained_high=found.high_all,
        named=named,
        unnamed=unnamed,
        off_map=min(off_map, unnamed),
        districts=pd.DataFrame(
            {
                "name": city.districts["name"],
                "people": people,
                "after": after,
                "gained_low": found.low,
                "gained_high": found.high,
            },
            index=city.districts.index,
        ),
        places=int(named["places"].sum()),
        places_unknown=int(named["places"].isna().sum()),
    )


def _centres(walkable_city: WalkableCity, which: Flags) -> int:
    return len(np.unique(walkable_city.centre[which]))


def _limit_m(layer: Layer) -> float:
    return (layer.standard_min * 60 + SAME_TIME_S) * layer.pace_m_s


def _covers(walkable_city: WalkableCity, layer: Layer, rows: IntArray) -> Flags:
    """Return (n, s) who is within the standard of each of some located facilities."""
    walks = reach(
        walkable_city.model,
        walkable_city.demand,
        walkable_city.snapped(rows),
        limit_m=_limit_m(layer),
    )
    covers: Flags = covers_of(walks).toarray() > 0
    return covers


def _off_map(walkable_city: WalkableCity, layer: Layer, claim: Claim) -> int:
    """Return how many that count are not on the map, by the claim's total or by the list."""
    facilities = walkable_city.city.facilities
    mine = facilities["layer"].eq(layer.id) & facilities["status"].eq("open")
    on_map = (mine & facilities["x"].notna()).to_numpy(dtype=np.bool_)
    if claim.total is None:
        return _centres(walkable_city, mine.to_numpy(dtype=np.bool_)) - _centres(
            walkable_city, on_map
        )
    counts = is_expected(facilities, layer).to_numpy(dtype=np.bool_)
    return max(0, claim.total - _centres(walkable_city, on_map & counts))


def _opened(
    walkable_city: WalkableCity, layer: Layer, meant: Flags, unnamed: int, off_map: int
) -> _Gained:
    """Return what those gain that have opened: named ones, and so many of those undated."""
    city = walkable_city.city
    rows = np.array(counted_rows(walkable_city, layer.id), dtype=np.int64)
    covers = _covers(walkable_city, layer, rows)
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
    return _Gained(known, by_low, by_high, int(low.sum()), int(high.sum()))


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


def _coming(walkable_city: WalkableCity, layer: Layer, meant: Flags) -> _Gained:
    """Return what those gain that are on the way, as soon as they open; only what is located."""
    city = walkable_city.city
    people = city.demand.people[layer.group]
    rows = counted_rows(walkable_city, layer.id)
    before = nearest_facilities(walkable_city, rows)[0] <= _limit_m(layer)
    located = np.intersect1d(np.flatnonzero(meant), walkable_city.located)
    after = before | _covers(walkable_city, layer, located).any(axis=1)
    known = people_by_district(city, people * before)
    gained = people_by_district(city, people * after) - known
    return _Gained(known, gained, gained, int(gained.sum()), int(gained.sum()))


def _moving(walkable_city: WalkableCity, layer: Layer, count: int) -> _Gained:
    """Return what `count` vehicles may gain at one moment beside the AEDs that stand still.

    Each stands at one stop then; which nobody says. `most_at_once` bounds the best choice.
    """
    city = walkable_city.city
    people = city.demand.people[layer.group]
    fixed = counted_rows(walkable_city, FIXED_LAYER) if FIXED_LAYER in city.catalogue.layers else ()
    before = nearest_facilities(walkable_city, fixed)[0] <= _limit_m(layer)
    known = people_by_district(city, people * before)
    xy = np.unique(walkable_city.stop_xy, axis=0)
    places = walkable_city.model.snap(xy)
    walks = reach(walkable_city.model, walkable_city.demand, places, limit_m=_limit_m(layer))
    covers, waiting = covers_of(walks), np.where(before, 0.0, people)
    high = np.array(
        [
            np.floor(most_at_once(covers, np.where(city.district_rows == place, waiting, 0), count))
            for place in range(len(city.districts))
        ],
        dtype=np.int64,
    )
    nobody = np.zeros_like(high)
    return _Gained(known, nobody, high, 0, int(most_at_once(covers, waiting, count)))


def most_at_once(covers: sparse.csc_array, people: FloatArray, count: int) -> float:
    """Return a number of people that no `count` of some places serve more than.

    Whatever is chosen, so many others add at most what the best of them add each alone (Nemhauser,
    Wolsey and Fisher 1978); the least such bound along a greedy choice is taken.

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
    left, total = people.copy(), float(people.sum())
    bound, got = total, 0.0
    for _ in range(count + 1):
        adds = covers.T @ left
        bound = min(bound, got + float(np.sort(adds)[::-1][:count].sum()))
        best = int(np.argmax(adds)) if len(adds) else -1
        if best < 0 or adds[best] <= 0:
            break
        got += float(adds[best])
        left[covers.indices[covers.indptr[best] : covers.indptr[best + 1]]] = 0.0
    return bound


def _named(walkable_city: WalkableCity, layer: Layer, meant: IntArray) -> pd.DataFrame:
    """Return the table of the facilities that are known to be meant."""
    city = walkable_city.city
    some = city.facilities.iloc[meant]
    opened = some["opened"].where(some["status"].eq("open"), some["expected_opening"])
    frame = pd.DataFrame(
        {
            "name": some["name"],
            "district": some["district"],
            "district_name": some["district"].map(city.districts["name"]),
            "opens": opened.where(opened.notna(), None),
            "places": some["places"],
            "located": some["x"].notna(),
            "precision": some["location_precision"],
        }
    )
    reached, gained = (np.full(len(meant), np.nan) for _ in range(2))
    if not layer.moves:
        located = np.isin(meant, walkable_city.located)
        covers = _covers(walkable_city, layer, meant[located])
        others = tuple(np.setdiff1d(counted_rows(walkable_city, layer.id), meant).tolist())
        served = nearest_facilities(walkable_city, others)[0] <= _limit_m(layer)
        people = city.demand.people[layer.group]
        reached[located] = [int(people_by_district(city, people * one).sum()) for one in covers.T]
        gained[located] = [
            int(people_by_district(city, people * (one & ~served)).sum()) for one in covers.T
        ]
    costs = [city.claims.costs.get(str(one)) for one in some.index]
    amount = np.array([np.nan if one is None else one.amount for one in costs], dtype=np.float64)
    places: Any = some["places"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_person, per_place = amount / gained, amount / places
    return frame.assign(
        reached=reached,
        gained=gained,
        cost=amount,
        currency=pd.Series([one and one.currency for one in costs], frame.index, dtype=object),
        per_person=np.where(np.isfinite(per_person), per_person, np.nan),
        per_place=np.where(np.isfinite(per_place), per_place, np.nan),
    )
