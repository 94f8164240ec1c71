"""Put the question of where to build: what is asked, the places it allows, the walks to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from locator.analysis.access.aggregate import SAME_TIME_S
from locator.analysis.siting.candidates import SPACING_M
from locator.analysis.siting.walks import SQUARE_M, all_candidates, walks_within
from locator.base.errors import N_, InvalidParameterError, NotComputableError, NotFoundError
from locator.base.geo import FloatArray
from locator.city.lookup import known_group, known_layer
from locator.walking.walkable_city import WalkableCity

MAX_SITES = 20
PLANNED = ("under_construction", "modernisation", "planned")

QUICK_S = {"cover": 1.5, "median": 4.0}
"""Seconds that the search may take where nobody asked for a proof: the tables of walks are full."""
EXACT_S = 20.0
"""Seconds that it may take where somebody did."""


@dataclass(frozen=True, kw_only=True)
class SitingQuery:
    """A question: where should the next facilities of a layer stand.

    Attributes
    ----------
    layer : str
    count : int
        Sites to choose, 1 to `MAX_SITES`.
    objective : str
        ``"cover"``: most people within the standard; ``"median"``: shortest walks in sum.
    method : str
        ``"quick"`` looks for the proof for a moment (`QUICK_S`), which is enough for most
        questions; ``"exact"`` for longer (`EXACT_S`); ``"greedy"`` takes one site after the other.
    minutes, group, pace_m_s
        As in `locator.analysis.access.coverage.CoverageQuery`; the layer's own by default.
    planned : bool
        Take what is being built as if it were open.
    capacity : float or None
        People that one new site can take (``"cover"`` only). Facilities that exist serve whoever
        is within the standard of them, as in `locator.analysis.access.coverage`.
    district : int or None
        Only candidates in this district; people anywhere count.
    avoid : tuple of int
        Districts in which no site may stand; people in them count.
    forbidden : shapely geometry or None
        WGS84; no site there.
    time_limit_s : float or None
        For the proof; that of the method by default.
    """

    layer: str
    count: int = 5
    objective: Literal["cover", "median"] = "cover"
    method: Literal["quick", "greedy", "exact"] = "quick"
    minutes: float | None = None
    group: str | None = None
    pace_m_s: float | None = None
    planned: bool = False
    capacity: float | None = None
    district: int | None = None
    avoid: tuple[int, ...] = ()
    forbidden: Any | None = None
    time_limit_s: float | None = None


def completed(walkable_city: WalkableCity, query: SitingQuery) -> SitingQuery:
    """Return `query` with the layer's defaults, or say what is wrong with it.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : SitingQuery

    Returns
    -------
    SitingQuery
        With standard, group and pace.

    Raises
    ------
    NotFoundError
        An unknown layer.
    InvalidParameterError
        A number out of range, or an unknown group.
    NotComputableError
        A layer that moves, or a capacity where shortest walks count.
    """
    catalogue = walkable_city.city.catalogue
    layer = known_layer(catalogue, query.layer)
    if layer.moves:
        raise NotComputableError(
            N_("These facilities move; a fixed site cannot be chosen for them."), parameter="layer"
        )
    if not 1 <= query.count <= MAX_SITES:
        raise InvalidParameterError(
            N_("{name} has to be a whole number from {least} to {most}; given: {given}."),
            parameter="n",
            name="n",
            least=1,
            most=MAX_SITES,
            given=query.count,
        )
    if query.capacity is not None and query.capacity <= 0:
        raise InvalidParameterError(
            N_("The capacity of a site has to be more than 0."), parameter="capacity"
        )
    if query.capacity is not None and query.objective != "cover":
        raise NotComputableError(
            N_("A capacity can be given only where the most people within the standard count."),
            parameter="capacity",
        )
    group = query.group or layer.group
    known_group(catalogue, group)
    return replace(
        query,
        group=group,
        minutes=query.minutes if query.minutes is not None else float(layer.standard_min),
        pace_m_s=query.pace_m_s if query.pace_m_s is not None else layer.pace_m_s,
    )


def limit_m(query: SitingQuery) -> float:
    """Return the longest walk within the standard, metres, of a completed query."""
    assert query.minutes is not None and query.pace_m_s is not None  # `completed` fills them
    # The same tolerance as coverage has, so that both draw the line at the same people.
    return (query.minutes * 60 + SAME_TIME_S) * query.pace_m_s


def time_limit_s(query: SitingQuery) -> float:
    """Return how long the proof may take, seconds.

    Parameters
    ----------
    query : SitingQuery

    Returns
    -------
    float
    """
    if query.time_limit_s is not None:
        return query.time_limit_s
    return EXACT_S if query.method == "exact" else QUICK_S[query.objective]


def candidate_places(walkable_city: WalkableCity, query: SitingQuery) -> pd.DataFrame:
    """Return the candidates that `query` allows; the index is that of all candidates."""
    spacing_m = SQUARE_M if query.objective == "median" else SPACING_M
    places = all_candidates(walkable_city, spacing_m)
    if query.district is not None:
        _known_district(walkable_city, query.district, parameter="district")
        places = places[places["district"] == query.district]
    if query.avoid:
        for number in query.avoid:
            _known_district(walkable_city, number, parameter="avoid")
        places = places[~places["district"].isin(query.avoid)]
    if query.forbidden is not None:
        shapely.prepare(query.forbidden)
        points = np.asarray(shapely.points(places[["lon", "lat"]].to_numpy()))
        places = places[~shapely.intersects(query.forbidden, points)]
    if places.empty:
        raise NotComputableError(
            N_("No candidate site is left: there is no address or stop outside the forbidden area.")
        )
    return places


def _known_district(walkable_city: WalkableCity, number: int, *, parameter: str) -> None:
    if number not in walkable_city.city.districts.index:
        raise NotFoundError(N_("There is no district {given}."), parameter=parameter, given=number)


def walks_to(
    walkable_city: WalkableCity, places: pd.DataFrame, query: SitingQuery, people: FloatArray
) -> sparse.csc_array:
    """Return the (n, m) walks within the standard of the (n,) `people`, where there are any.

    The columns follow `places`.
    """
    return walks_within(walkable_city, places.index.to_numpy(), limit_m(query), matter=people > 0)


def existing_rows(walkable_city: WalkableCity, query: SitingQuery) -> tuple[int, ...]:
    """Return the rows of ``city.facilities`` that count as existing for `query`."""
    rows = walkable_city.usable_rows[query.layer]
    if query.planned:
        all_rows = walkable_city.located_rows[query.layer]
        status = walkable_city.city.facilities["status"].to_numpy(dtype=object)[all_rows]
        rows = np.union1d(rows, all_rows[np.isin(status, PLANNED)])
    return tuple(rows.tolist())
