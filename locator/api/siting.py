"""Answer machines where to build next, what would be missed least, and what to move."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import pandas as pd

from locator.analysis.access.counted import filter_count
from locator.analysis.siting.closures import closures, relocations
from locator.analysis.siting.query import completed
from locator.analysis.siting.solve import Siting, SitingQuery, where_next
from locator.api.context import AppState
from locator.api.filtering import filter_answer
from locator.api.gains import gain_answer, site_gains
from locator.api.geojson import whole
from locator.api.operations import CACHE_S, operation
from locator.api.planning_queries import (
    ClosuresParams,
    RelocationsParams,
    SitingParams,
    siting_of,
)
from locator.api.schemas_planning import ClosuresAnswer, RelocationsAnswer, SitesAnswer, Standard
from locator.base.geojson import DEGREE_DIGITS
from locator.base.rounding import upwards
from locator.walking import ModelName


def found_sites(app: AppState, query: SitingQuery) -> Siting:
    """Return the sites for `query`, computed once for the same question.

    Parameters
    ----------
    app : AppState
    query : SitingQuery

    Returns
    -------
    Siting
    """
    return app.memo.get(
        ("sites", query), lambda: where_next(app.walkable_city_for(query.profile), query)
    )


def found_closures(app: AppState, query: SitingQuery) -> pd.DataFrame:
    """Return what each facility serves alone, computed once for the same question.

    Parameters
    ----------
    app : AppState
    query : SitingQuery

    Returns
    -------
    DataFrame
        As `locator.analysis.siting.closures.closures` returns it.
    """
    asked = _about_existing(query)
    return app.memo.get(
        ("closures", asked), lambda: closures(app.walkable_city_for(asked.profile), asked)
    )


def found_relocations(app: AppState, query: SitingQuery) -> pd.DataFrame:
    """Return the moves that gain somebody, computed once for the same question.

    Parameters
    ----------
    app : AppState
    query : SitingQuery

    Returns
    -------
    DataFrame
        As `locator.analysis.siting.closures.relocations` returns it.
    """
    asked = _about_existing(query)
    frame = app.memo.get(
        ("relocations", asked), lambda: relocations(app.walkable_city_for(asked.profile), asked)
    )
    return frame[frame["net"] > 0]


def _about_existing(query: SitingQuery) -> SitingQuery:
    """Return `query` without what is asked of new sites only, so that its answer is kept once."""
    usual = SitingQuery(layer=query.layer)
    places = query.objective == "places"
    return replace(
        query,
        count=usual.count,
        objective="places" if places else usual.objective,
        method=usual.method,
        capacity=usual.capacity,
        target_percent=usual.target_percent,
        budget=usual.budget,
        price=usual.price,
        district_prices=usual.district_prices,
        unit_prices=usual.unit_prices,
        time_limit_s=usual.time_limit_s,
    )


@operation(
    "/api/sites/<layer>",
    SitingParams,
    SitesAnswer,
    summary="Where to build next",
    tag="planning",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
)
def sites(app: AppState, asked: SitingParams) -> SitesAnswer:
    """The sites, among addresses and stops, that serve most people who are beyond the standard
    (`gained` counts people) or shorten all walks most (`gained` counts minutes of all people
    together). No other choice gains more than `gap` beyond what this one gains, as a share of it;
    `proven` says that none gains more. `ties` counts choices that gain as much and differ from
    this one in one site: of a site, the other places that would do as well. `target_share` asks
    for the fewest sites that reach a share, `budget` for most people for the money, `centre` for
    the longest walk as short as can be (`gained` counts minutes off it, of those who live within
    the standard of an address or stop), `places` for most people with a place: `people` are then
    those who want one, `unserved_before` those without.
    """
    return sites_answer(app, found_sites(app, siting_of(asked)))


def sites_answer(app: AppState, found: Siting) -> SitesAnswer:
    """Return suggested sites as they are answered.

    Parameters
    ----------
    app : AppState
    found : Siting

    Returns
    -------
    SitesAnswer
    """
    within = site_gains(app, found)
    rows: Any = found.sites.itertuples()
    query = found.query
    return {
        **_standard(app, query, found.model),
        "objective": query.objective,
        "method": query.method,
        "planned": query.planned,
        "capacity": query.capacity,
        "target_percent": query.target_percent,
        "demand_percent": query.demand_percent if query.objective == "places" else None,
        "places_unknown": found.places_unknown,
        "longest_before_s": whole(found.longest_before_s),
        "budget": query.budget,
        "cost": found.cost,
        "district": query.district,
        "unit": query.unit,
        "avoid": list(query.avoid),
        "avoid_unit": list(query.avoid_units),
        "candidates": found.candidates,
        "people": round(found.people),
        "unserved_before": round(found.unserved_before),
        "bound": round(found.bound, 1),
        "gap": upwards(found.gap, digits=4),
        "proven": found.proven,
        "ties": found.ties,
        "timed_out": found.timed_out,
        "ranges": gain_answer(within),
        "sites": [
            {
                "rank": int(site.rank),
                "name": str(site.name),
                "kind": str(site.kind),
                "lon": round(site.lon, DEGREE_DIGITS),
                "lat": round(site.lat, DEGREE_DIGITS),
                "district": int(site.district),
                "district_name": str(site.district_name),
                "gained": _counted(query, site.gained),
                "low": None if within is None else within.of_site(place)[0],
                "high": None if within is None else within.of_site(place)[1],
                "alike": [] if within is None else [1 + one for one in within.alike(place)],
                "total": _counted(query, site.total),
                "ties": int(site.ties),
                "price": None if isnan(site.price) else float(site.price),
            }
            for place, site in enumerate(rows)
        ],
    }


def _counted(query: SitingQuery, gained: float) -> float:
    """Return whole people or minutes; of the longest walk tenths of minutes."""
    return round(gained, 1) if query.objective == "centre" else round(gained)


@operation(
    "/api/closures/<layer>",
    ClosuresParams,
    ClosuresAnswer,
    summary="Which facilities would be missed least",
    tag="planning",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
)
def least_missed(app: AppState, asked: ClosuresParams) -> ClosuresAnswer:
    """The `n` facilities that serve fewest people alone: `lost` would fall out of the standard if
    all `sites` of the facility closed. With `objective=places` they would have no place within the
    standard, for which people go to other facilities while those have room.
    """
    return closures_answer(app, siting_of(asked))


def closures_answer(app: AppState, query: SitingQuery) -> ClosuresAnswer:
    """Return the facilities that would be missed least as they are answered.

    Parameters
    ----------
    app : AppState
    query : SitingQuery
        Its count says how many are named.

    Returns
    -------
    ClosuresAnswer
    """
    rows: Any = found_closures(app, query).head(query.count).itertuples()
    return {
        **_standard(app, completed(app.walkable_city, query), app.walkable_city.model.name),
        "facilities": [
            {
                "id": str(row.Index),
                "name": str(row.name),
                "lost": int(row.lost),
                "served": int(row.served),
                "sites": list(row.sites),
            }
            for row in rows
        ],
    }


@operation(
    "/api/relocations/<layer>",
    RelocationsParams,
    RelocationsAnswer,
    summary="Which facilities would serve more people elsewhere",
    tag="planning",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
)
def best_moves(app: AppState, asked: RelocationsParams) -> RelocationsAnswer:
    """The `n` facilities whose move, each by itself, serves most people more (`net`), and the place
    to move each to.
    """
    return relocations_answer(app, siting_of(asked))


def relocations_answer(app: AppState, query: SitingQuery) -> RelocationsAnswer:
    """Return the best moves as they are answered.

    Parameters
    ----------
    app : AppState
    query : SitingQuery
        Its count says how many are named.

    Returns
    -------
    RelocationsAnswer
    """
    rows: Any = found_relocations(app, query).head(query.count).itertuples()
    return {
        **_standard(app, completed(app.walkable_city, query), app.walkable_city.model.name),
        "facilities": [
            {
                "id": str(row.Index),
                "name": str(row.name),
                "site": str(row.site),
                "lon": round(row.lon, DEGREE_DIGITS),
                "lat": round(row.lat, DEGREE_DIGITS),
                "lost": int(row.lost),
                "gained": int(row.gained),
                "net": int(row.net),
            }
            for row in rows
        ],
    }


def _standard(app: AppState, query: SitingQuery, model: ModelName) -> Standard:
    """Return what a completed query measures by."""
    assert query.group is not None and query.minutes is not None and query.pace_m_s is not None
    return {
        "layer": query.layer,
        "group": query.group,
        "minutes": query.minutes,
        "pace_m_s": query.pace_m_s,
        "model": model,
        "profile": query.profile,
        "filter": filter_answer(
            app.city, filter_count(app.walkable_city.choosing(query.which), query.layer)
        ),
    }
