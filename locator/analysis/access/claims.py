"""Answer with people what a city says that it has changed: before, after, gained, and where.

What is not known leaves a range (`locator.analysis.access.claim_gains`). A facility without a point
gains nobody, and is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from locator.analysis.access.aggregate import people_by_district
from locator.analysis.access.claim_gains import (
    centres_in,
    gained_by_coming,
    gained_by_moving,
    gained_by_opened,
    limit_m_of,
    off_map_of,
    served_by,
)
from locator.analysis.access.counted import counted_rows
from locator.base.geo import IntArray
from locator.city.catalogue import Layer
from locator.city.claims import Claim
from locator.city.history import span_of
from locator.city.model import City
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
        unnamed = max(0, (claim.new or 0) - centres_in(walkable_city, meant))
        found = gained_by_moving(walkable_city, layer, claim.new or 0)
    elif claim.coming is not None:
        kind, meant = "coming", new & ~is_open
        unnamed = max(0, claim.coming - centres_in(walkable_city, meant))
        found = gained_by_coming(walkable_city, layer, meant)
    else:
        kind, meant = "new", new & is_open
        unnamed = max(0, (claim.new or 0) - centres_in(walkable_city, meant))
        off_map = off_map_of(walkable_city, layer, claim)
        found = gained_by_opened(walkable_city, layer, meant, unnamed, off_map)
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
        covers = served_by(walkable_city, layer, meant[located])
        others = tuple(np.setdiff1d(counted_rows(walkable_city, layer.id), meant).tolist())
        served = nearest_facilities(walkable_city, others)[0] <= limit_m_of(layer)
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
