"""Weigh a layer's places against the people of its group, in the city and in each district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from locator.analysis.access.e2sfca import STEPS, e2sfca
from locator.base.errors import N_, NotComputableError
from locator.base.geo import FloatArray, IntArray
from locator.city.population import DemandPoints
from locator.walking import ModelName
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity, walks_to_rows

LOW_SHARE = 0.5
"""A demand point is short of places when it reaches less than this share of the city's mean."""


@dataclass(frozen=True)
class Extra:
    """Facilities that are not in the data: sites that a scenario adds.

    Attributes
    ----------
    xy : (e, 2) float array
        Metres.
    places : (e,) float array
    """

    xy: FloatArray
    places: FloatArray


@dataclass(frozen=True)
class Supply:
    """How many places people can really reach.

    Attributes
    ----------
    layer, group : str
    pace_m_s : float
    model : str
    people : (n,) float array
        Of the group, at each demand point.
    per_100 : (n,) float array
        Places within reach per 100 people of the group, for each demand point (E2SFCA).
    mean_per_100 : float
        The same for the whole city, weighted with people.
    low_per_100 : float
        Who reaches less is short of places: half of that mean, unless another line was given.
    short_people : float
        People who are short of places.
    none_people : float
        People who reach no place at all.
    places : float
        Places counted.
    stranded_places : float
        Places that nobody reaches within the last step.
    unknown : tuple of str
        Ids of open, located facilities whose capacity is not known; they count for nothing here.
    unlocated_places : float
        Places of open facilities that are not on the map; they count for nothing here either.
    districts : DataFrame
        Index: number. Columns ``name``, ``people``, ``per_100``, ``short_people``.
    """

    layer: str
    group: str
    pace_m_s: float
    model: ModelName
    people: FloatArray
    per_100: FloatArray
    mean_per_100: float
    low_per_100: float
    short_people: float
    none_people: float
    places: float
    stranded_places: float
    unknown: tuple[str, ...]
    unlocated_places: float
    districts: pd.DataFrame

    @property
    def short(self) -> npt.NDArray[np.bool_]:
        """Return (n,) which demand points are short of places."""
        return self.per_100 < self.low_per_100


def supply(
    walkable_city: WalkableCity,
    layer: str,
    *,
    group: str | None = None,
    pace_m_s: float | None = None,
    rows: Sequence[int] | None = None,
    places: Mapping[str, float] | None = None,
    extra: Extra | None = None,
    low_per_100: float | None = None,
) -> Supply:
    """Return the places of `layer` that people can reach.

    Parameters
    ----------
    walkable_city : WalkableCity
    layer : str
        Id of a layer of the catalogue that does not move.
    group, pace_m_s : optional
        The layer's own by default.
    rows : sequence of int, optional
        Rows of ``city.facilities`` that count; by default those that are usable and located.
    places : mapping of str to float, optional
        Capacities that replace those of the data, by facility id.
    extra : Extra, optional
        Sites besides.
    low_per_100 : float, optional
        Places per 100 people below which people are short of them; by default `LOW_SHARE` of the
        mean found. A comparison gives that of "before": with a line that moves with the mean, new
        places would make people short who lose nothing.

    Returns
    -------
    Supply

    Raises
    ------
    NotComputableError
        When no facility of the layer has a known capacity.
    """
    declared = walkable_city.city.catalogue.layers[layer]
    group = group or declared.group
    pace_m_s = pace_m_s or declared.pace_m_s
    people = walkable_city.city.demand.people[group]
    counted = np.array(walkable_city.usable_rows[layer] if rows is None else rows, dtype=np.int64)
    capacity = places_stated(walkable_city, counted, changed=places)
    known = np.isfinite(capacity)
    limit_m = STEPS[-1][0] * pace_m_s
    supplied = capacity[known]
    walks = walks_to_rows(walkable_city, layer, counted[known], limit_m=limit_m)
    if extra is not None:
        more = reach(
            walkable_city.model,
            walkable_city.demand,
            walkable_city.model.snap(extra.xy),
            limit_m=limit_m,
        )
        walks, supplied = sparse.hstack([walks, more], "csc"), np.append(supplied, extra.places)
    if not len(supplied):
        raise NotComputableError(
            N_("No open facility of this layer has a known number of places."), parameter="layer"
        )
    walks = sparse.csc_array((walks.data / pace_m_s, walks.indices, walks.indptr), walks.shape)
    found = e2sfca(walks, people, supplied)
    total = float(people.sum())
    mean = float(people @ found.per_person) / total if total else 0.0
    low = LOW_SHARE * 100 * mean if low_per_100 is None else low_per_100
    short = 100 * found.per_person < low
    return Supply(
        layer=layer,
        group=group,
        pace_m_s=pace_m_s,
        model=walkable_city.model.name,
        people=people,
        per_100=100 * found.per_person,
        mean_per_100=100 * mean,
        low_per_100=low,
        short_people=float(people[short].sum()),
        none_people=float(people[found.per_person == 0].sum()),
        places=float(supplied.sum()),
        stranded_places=found.stranded_places,
        unknown=tuple(walkable_city.city.facilities.index[counted[~known]]),
        unlocated_places=_unlocated_places(walkable_city, layer),
        districts=_districts(
            walkable_city, walkable_city.city.demand, people, found.per_person, short
        ),
    )


def places_stated(
    walkable_city: WalkableCity, rows: IntArray, *, changed: Mapping[str, float] | None = None
) -> FloatArray:
    """Return the places of facilities, NaN where nobody states them.

    Parameters
    ----------
    walkable_city : WalkableCity
    rows : (m,) int array
        Rows of ``city.facilities``.
    changed : mapping of str to float, optional
        Capacities that replace those of the data, by facility id.

    Returns
    -------
    (m,) float array
    """
    facilities = walkable_city.city.facilities.iloc[rows]
    stated = pd.to_numeric(facilities["places"]).to_numpy(dtype=np.float64, na_value=np.nan)
    places = [
        (changed or {}).get(name, value)
        for name, value in zip(facilities.index, stated, strict=True)
    ]
    return np.array(places, dtype=np.float64)


def _unlocated_places(walkable_city: WalkableCity, layer: str) -> float:
    facilities = walkable_city.city.facilities
    missing = walkable_city.usable & (facilities["layer"] == layer) & facilities["x"].isna()
    return float(pd.to_numeric(facilities.loc[missing, "places"]).sum())


def _districts(
    walkable_city: WalkableCity,
    demand: DemandPoints,
    people: FloatArray,
    per_person: FloatArray,
    short: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    grouped = (
        pd.DataFrame(
            {
                "district": demand.district,
                "people": people,
                "reached": people * per_person,
                "short_people": np.where(short, people, 0.0),
            }
        )
        .groupby("district")
        .sum()
        .reindex(walkable_city.city.districts.index, fill_value=0.0)
    )
    return pd.DataFrame(
        {
            "name": walkable_city.city.districts["name"],
            "people": grouped["people"],
            "per_100": 100 * grouped["reached"] / grouped["people"].where(grouped["people"] > 0),
            "short_people": grouped["short_people"],
        }
    )
