"""Put the question of where to build: what is asked, the places it allows, the walks to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from locator.analysis.access.aggregate import standard_m
from locator.analysis.siting.candidates import SPACING_M
from locator.analysis.siting.limits import Budget
from locator.analysis.siting.walks import SQUARE_M, all_candidates, walks_within
from locator.analysis.siting.work import EXACT_S, Work
from locator.base.errors import N_, InvalidParameterError, NotComputableError, NotFoundError
from locator.base.geo import FloatArray
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.lookup import known_group, known_layer
from locator.city.units import known_unit, unit_codes
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity

MAX_SITES = 20
MOST_SITES = 100
"""Sites that a share of the people or a budget may call for, where no number is given."""
PLANNED = ("under_construction", "modernisation", "planned")

Objective = Literal["cover", "median", "target_share", "budget", "centre", "places"]

QUICK_S = {
    "cover": 1.5,
    "median": 4.0,
    "target_share": 4.0,
    "budget": 1.5,
    "centre": 4.0,
    "places": 4.0,
}
"""Work of the search where nobody asked for a proof, the tables of walks being full: as much as a
usual machine does in so many seconds."""


@dataclass(frozen=True, kw_only=True)
class SitingQuery:
    """A question: where should the next facilities of a layer stand.

    Attributes
    ----------
    layer : str
    count : int
        Sites to choose, 1 to `MAX_SITES`; of no account where a share or a budget is given.
    objective : str
        ``"cover"``: most people within the standard; ``"median"``: shortest walks in sum;
        ``"target_share"``: the fewest sites with which `target_percent` of all people are within
        the standard; ``"budget"``: most people within the standard for the money; ``"centre"``:
        the longest walk as short as can be; ``"places"``: most people with a place within the
        standard, where nobody takes more people than it has places, also of what exists.
    method : str
        ``"quick"`` looks for the proof for a moment (`QUICK_S`), which is enough for most
        questions; ``"exact"`` for longer (`EXACT_S`); ``"greedy"`` takes one site after the other.
    minutes, group, pace_m_s
        As in `locator.analysis.access.coverage.CoverageQuery`; the layer's own by default.
    planned : bool
        Take what is being built as if it were open.
    capacity : float or None
        People that one new site can take (``"cover"`` and ``"target_share"``). Facilities that
        exist serve whoever is within the standard of them, as in
        `locator.analysis.access.coverage`; but for ``"places"``, where by default a new site has
        as many as the middle one of those that exist.
    district : int or None
        Only candidates in this district; people anywhere count.
    unit : str or None
        Only candidates in the neighbourhood unit of this code.
    avoid : tuple of int
        Districts in which no site may stand; people in them count.
    avoid_units : tuple of str
        Neighbourhood units (codes) in which none may stand.
    forbidden : shapely geometry or None
        WGS84; no site there.
    time_limit_s : float or None
        For the proof, counted as `locator.analysis.siting.work.Work` counts; that of the method by
        default.
    target_percent : float or None
        Of the group in the whole city, more than 0, at most 100.
    budget, price : float or None
        Money, and what a site costs.
    district_prices : tuple of (int, float)
        What a site costs in some districts, where it is something else.
    unit_prices : tuple of (str, float)
        The same in some neighbourhood units; it holds before the price of their district.
    which : FacilityFilter
        Which of the facilities that exist count.
    demand_percent : float
        So many of 100 people of the group want a place (``"places"``).
    profile : str
        Whose ways are walked; who asks sees to it that the city is walked so.
    """

    layer: str
    count: int = 5
    objective: Objective = "cover"
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
    target_percent: float | None = None
    budget: float | None = None
    price: float | None = None
    district_prices: tuple[tuple[int, float], ...] = ()
    which: FacilityFilter = EVERYTHING
    demand_percent: float = 100.0
    profile: Profile = "foot"
    unit: str | None = None
    avoid_units: tuple[str, ...] = ()
    unit_prices: tuple[tuple[str, float], ...] = ()


OBJECTIVE_NEEDS = {"target_share": ("target_percent",), "budget": ("budget", "price")}
PRICES_IN = ("district_prices", "unit_prices")
LACKING = {
    "target_share": N_("Say which share of the people is to be reached (target_percent)."),
    "budget": N_("Say how much money there is (budget) and what a site costs (price)."),
}


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
        A layer that moves, a capacity where walks or money count, or a share or money where
        something else counts.
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
    _check_objective(walkable_city, query)
    if query.capacity is not None and query.objective not in ("cover", "target_share", "places"):
        raise NotComputableError(
            N_("A capacity can be given only where the most people within the standard count."),
            parameter="capacity",
        )
    if query.objective == "places":
        usual = float(np.round(np.median(known_places(walkable_city, query)[1])))
        query = replace(query, capacity=query.capacity or usual)
    group = query.group or layer.group
    known_group(catalogue, group)
    return replace(
        query,
        group=group,
        minutes=query.minutes if query.minutes is not None else float(layer.standard_min),
        pace_m_s=query.pace_m_s if query.pace_m_s is not None else layer.pace_m_s,
    )


def _check_objective(walkable_city: WalkableCity, query: SitingQuery) -> None:
    """Say what the objective lacks, and what does not belong to it."""
    needed = OBJECTIVE_NEEDS.get(query.objective, ())
    if any(getattr(query, name) is None for name in needed):
        raise InvalidParameterError(LACKING[query.objective], parameter="objective")
    for objective, names in OBJECTIVE_NEEDS.items():
        for name in (*names, *(PRICES_IN if objective == "budget" else ())):
            if name not in needed and query.objective != objective and getattr(query, name):
                asked = "price_in" if name in PRICES_IN else name
                raise NotComputableError(
                    N_("{name} belongs to the objective {objective}."),
                    parameter=asked,
                    name=asked,
                    objective=objective,
                )
    if not 0 < query.demand_percent <= 100:
        raise InvalidParameterError(
            N_("{name} has to be more than 0 and at most 100."),
            parameter="demand_percent",
            name="demand_percent",
        )
    if query.demand_percent != 100 and query.objective != "places":
        raise NotComputableError(
            N_("{name} belongs to the objective {objective}."),
            parameter="demand_percent",
            name="demand_percent",
            objective="places",
        )
    if query.target_percent is not None and not 0 < query.target_percent <= 100:
        raise InvalidParameterError(
            N_("{name} has to be more than 0 and at most 100."),
            parameter="target_percent",
            name="target_percent",
        )
    for name, amount in (("budget", query.budget), ("price", query.price)):
        if amount is not None and not amount > 0:
            raise InvalidParameterError(
                N_("{name} has to be more than 0."), parameter=name, name=name
            )
    for number, _ in query.district_prices:
        _known_district(walkable_city, number, parameter="price_in")
    for code, _ in query.unit_prices:
        _known_unit(walkable_city, code, parameter="price_in")
    if any(not amount > 0 for _, amount in (*query.district_prices, *query.unit_prices)):
        raise InvalidParameterError(
            N_("{name} has to be more than 0."), parameter="price_in", name="price_in"
        )


def budget_of(walkable_city: WalkableCity, query: SitingQuery, places: pd.DataFrame) -> Budget:
    """Return what the sites `places` cost and what there is, or say that it is no budget."""
    assert query.budget is not None and query.price is not None  # `completed` saw to it
    prices = places["district"].map(dict(query.district_prices)).fillna(query.price)
    if query.unit_prices:
        own = dict(query.unit_prices)
        prices = _units_of(walkable_city, places).map(own).fillna(prices)
    each: FloatArray = np.asarray(prices, dtype=np.float64)
    budget = Budget(each, query.budget)
    least = float(budget.prices.min())
    if least > query.budget:
        raise NotComputableError(
            N_("The budget does not pay for a single site."), parameter="budget"
        )
    if query.budget > MOST_SITES * least:
        raise NotComputableError(
            N_("The budget would pay for more than {most} sites; that many are not weighed."),
            parameter="budget",
            most=MOST_SITES,
        )
    return budget


def limit_m(query: SitingQuery) -> float:
    """Return the longest walk within the standard, metres, of a completed query."""
    assert query.minutes is not None and query.pace_m_s is not None  # `completed` fills them
    # The same tolerance as coverage has, so that both draw the line at the same people.
    return standard_m(query.minutes, query.pace_m_s)


def time_limit_s(query: SitingQuery) -> float:
    """Return how much work the proof may take: what a usual machine does in so many seconds.

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


def work_of(query: SitingQuery) -> Work:
    """Return the work that the search may take; none where one site is taken after the other."""
    return Work(0.0 if query.method == "greedy" else time_limit_s(query))


def candidate_places(walkable_city: WalkableCity, query: SitingQuery) -> pd.DataFrame:
    """Return the candidates that `query` allows; the index is that of all candidates."""
    spacing_m = SQUARE_M if query.objective == "median" else SPACING_M
    places = all_candidates(walkable_city, spacing_m)
    if query.district is not None:
        _known_district(walkable_city, query.district, parameter="district")
        places = places[places["district"] == query.district]
    if query.unit is not None:
        code = known_unit(walkable_city.city.units, query.unit)
        places = places[_units_of(walkable_city, places) == code]
    if query.avoid:
        for number in query.avoid:
            _known_district(walkable_city, number, parameter="avoid")
        places = places[~places["district"].isin(query.avoid)]
    if query.avoid_units:
        for code in query.avoid_units:
            _known_unit(walkable_city, code, parameter="avoid_unit")
        places = places[~_units_of(walkable_city, places).isin(query.avoid_units)]
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


def _known_unit(walkable_city: WalkableCity, code: str, *, parameter: str) -> None:
    try:
        known_unit(walkable_city.city.units, code)
    except NotFoundError as error:
        error.parameter = parameter
        raise


def _units_of(walkable_city: WalkableCity, places: pd.DataFrame) -> pd.Series[Any]:
    """Return the code of the neighbourhood unit of each place, None where there is none."""
    lonlat = places[["lon", "lat"]].to_numpy(dtype=np.float64)
    codes = unit_codes(lonlat, walkable_city.city.units)
    return pd.Series(codes, index=places.index, dtype=object)


def walks_to(
    walkable_city: WalkableCity, places: pd.DataFrame, query: SitingQuery, people: FloatArray
) -> sparse.csc_array:
    """Return the (n, m) walks within the standard of the (n,) `people`, where there are any.

    The columns follow `places`.
    """
    return walks_within(walkable_city, places.index.to_numpy(), limit_m(query), matter=people > 0)


def existing_rows(walkable_city: WalkableCity, query: SitingQuery) -> tuple[int, ...]:
    """Return the rows of ``city.facilities`` that count as existing for `query`."""
    walkable_city = walkable_city.choosing(query.which)
    rows = walkable_city.usable_rows[query.layer]
    if query.planned:
        all_rows = walkable_city.located_rows[query.layer]
        all_rows = all_rows[walkable_city.fit.known[all_rows]]
        status = walkable_city.city.facilities["status"].to_numpy(dtype=object)[all_rows]
        rows = np.union1d(rows, all_rows[np.isin(status, PLANNED)])
    return tuple(rows.tolist())


def known_places(
    walkable_city: WalkableCity, query: SitingQuery
) -> tuple[tuple[int, ...], FloatArray]:
    """Return the rows of existing facilities whose number of places is known, and those places."""
    rows = np.array(existing_rows(walkable_city, query), dtype=np.int64)
    stated = walkable_city.city.facilities["places"].iloc[rows]
    places = pd.to_numeric(stated).to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(places)
    if not known.any():
        raise NotComputableError(
            N_("No open facility of this layer has a known number of places."), parameter="layer"
        )
    return tuple(rows[known].tolist()), places[known]
