"""Answer machines what a change would do, where to build next, and who is short of places."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd
from typing_extensions import TypedDict

from locator.analysis.access.coverage import Coverage, CoverageQuery
from locator.analysis.access.supply import Supply, supply
from locator.analysis.district_report import ReportQuery
from locator.analysis.scenario.change import Scenario
from locator.analysis.scenario.compare import ScenarioComparison, compare
from locator.analysis.siting.solve import Siting, SitingQuery, where_next
from locator.api.context import AppState
from locator.api.operations import Answer, operation
from locator.api.planning_queries import (
    ReportParams,
    ScenarioParams,
    SitingParams,
    report_query_of,
    scenario_of,
    siting_of,
)
from locator.base.errors import N_, NotFoundError
from locator.base.rounding import upwards
from locator.city.lookup import standing_layer

CACHE_S = 300
DISTRICT_COLUMNS = ("name", "people", "served_before", "served_after", "difference")


class Served(TypedDict):
    """Coverage in short."""

    people: int
    served: int
    unserved: int
    share: float
    mean_s: int | None
    p90_s: int | None


class DistrictChange(TypedDict):
    """What a change does in one district."""

    number: int
    name: str
    people: int
    served_before: int
    served_after: int
    difference: int


class ScenarioAnswer(TypedDict):
    """Before, after and difference."""

    layer: str
    group: str
    minutes: float
    pace_m_s: float
    model: str
    before: Served
    after: Served
    gained: int
    gained_is_minimum: bool
    lost: int
    opened: list[str]
    closed: list[str]
    not_located: list[str]
    districts: list[DistrictChange]


class Site(TypedDict):
    """A suggested site."""

    rank: int
    name: str
    kind: str
    lon: float
    lat: float
    district: int
    gained: int
    total: int
    ties: int


class SitesAnswer(TypedDict):
    """Suggested sites, how much more others can gain, and how many gain as much."""

    layer: str
    group: str
    minutes: float
    pace_m_s: float
    model: str
    objective: str
    method: str
    avoid: list[int]
    candidates: int
    unserved_before: int
    gap: float
    proven: bool
    ties: int
    timed_out: bool
    sites: list[Site]


class DistrictSupply(TypedDict):
    """Places within reach in one district."""

    number: int
    name: str
    people: int
    per_100: float | None
    short_people: int


class SupplyAnswer(TypedDict):
    """Places within reach (E2SFCA)."""

    layer: str
    group: str
    pace_m_s: float
    model: str
    places: int
    mean_per_100: float
    short_people: int
    none_people: int
    stranded_places: int
    unlocated_places: int
    unknown: list[str]
    districts: list[DistrictSupply]


def comparison_of(app: AppState, change: Scenario) -> ScenarioComparison:
    """Return what `change` does, computed once for the same question."""
    before = app.coverage(CoverageQuery(change.layer, group=change.group))
    return app.memo.get(
        ("scenario", change), lambda: compare(app.walkable_city, change, before=before)
    )


def siting_answer(app: AppState, asked: SitingQuery) -> Siting:
    """Return the sites for `asked`, computed once for the same question."""
    return app.memo.get(("sites", asked), lambda: where_next(app.walkable_city, asked))


def supply_of(app: AppState, asked: ReportQuery) -> Supply:
    """Return the places within reach, computed once for the same question."""
    standing_layer(app.catalogue, asked.layer)
    return app.memo.get(
        ("supply", asked.layer, asked.group, asked.pace_m_s),
        lambda: supply(app.walkable_city, asked.layer, group=asked.group, pace_m_s=asked.pace_m_s),
    )


@operation(
    "/api/scenario/<layer>",
    ScenarioParams,
    ScenarioAnswer,
    summary="What a change to a layer would do",
    tag="planning",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
)
def scenario(app: AppState, asked: ScenarioParams) -> Answer:
    """Open these, close those, add sites, move the standard: who is served before and after.
    `gained_is_minimum`: some that would open are not on the map (`not_located`).
    """
    found = comparison_of(app, scenario_of(app.catalogue, asked))
    return {
        "layer": found.after.layer,
        "group": found.after.group,
        "minutes": found.after.minutes,
        "pace_m_s": found.after.pace_m_s,
        "model": found.after.model,
        "before": _served(found.before),
        "after": _served(found.after),
        "gained": found.people_gained,
        "gained_is_minimum": bool(found.not_located),
        "lost": found.people_lost,
        "opened": list(found.opened),
        "closed": list(found.closed),
        "not_located": list(found.not_located),
        "districts": _records(found.districts[list(DISTRICT_COLUMNS)]),
    }


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
def sites(app: AppState, asked: SitingParams) -> Answer:
    """The sites, among addresses and stops, that serve most people who are beyond the standard
    (`gained` counts people) or shorten all walks most (`gained` counts minutes of all people
    together). No other choice gains more than `gap` beyond what this one gains, as a share of it;
    `proven` says that none gains more. `ties` counts choices that gain as much and differ from
    this one in one site: of a site, the other places that would do as well.
    """
    found = siting_answer(app, siting_of(app.catalogue, asked))
    return {
        "layer": found.query.layer,
        "group": found.query.group,
        "minutes": found.query.minutes,
        "pace_m_s": found.query.pace_m_s,
        "model": found.model,
        "objective": found.query.objective,
        "method": found.query.method,
        "avoid": list(found.query.avoid),
        "candidates": found.candidates,
        "unserved_before": round(found.unserved_before),
        "gap": upwards(found.gap, digits=4),
        "proven": found.proven,
        "ties": found.ties,
        "timed_out": found.timed_out,
        "sites": [
            {
                "rank": row["rank"],
                "name": row["name"],
                "kind": row["kind"],
                "lon": round(row["lon"], 6),
                "lat": round(row["lat"], 6),
                "district": row["district"],
                "gained": round(row["gained"]),
                "total": round(row["total"]),
                "ties": row["ties"],
            }
            for row in _records(found.sites)
        ],
    }


@operation(
    "/api/supply/<layer>",
    ReportParams,
    SupplyAnswer,
    summary="Places that people can reach",
    tag="planning",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
)
def places_in_reach(app: AppState, asked: ReportParams) -> Answer:
    """Places per 100 people of the group within reach (E2SFCA, Luo and Qi 2009), for the city and
    each district; facilities whose capacity is not known are named in `unknown`.
    """
    found = supply_of(app, report_query_of(app.catalogue, asked))
    rows = found.districts
    if asked.district is not None:
        if asked.district not in rows.index:
            raise NotFoundError(
                N_("There is no district {given}."), parameter="district", given=asked.district
            )
        rows = rows[rows.index == asked.district]
    return {
        "layer": found.layer,
        "group": found.group,
        "pace_m_s": found.pace_m_s,
        "model": found.model,
        "places": round(found.places),
        "mean_per_100": round(found.mean_per_100, 2),
        "short_people": round(found.short_people),
        "none_people": round(found.none_people),
        "stranded_places": round(found.stranded_places),
        "unlocated_places": round(found.unlocated_places),
        "unknown": list(found.unknown),
        "districts": [
            {
                "number": row["number"],
                "name": row["name"],
                "people": round(row["people"]),
                "per_100": None if pd.isna(row["per_100"]) else round(row["per_100"], 2),
                "short_people": round(row["short_people"]),
            }
            for row in _records(rows)
        ],
    }


def _served(found: Coverage) -> dict[str, Any]:
    return {
        "people": found.people,
        "served": found.served,
        "unserved": found.unserved,
        "share": round(found.share, 4),
        "mean_s": None if found.mean_s is None else round(found.mean_s),
        "p90_s": None if found.p90_s is None else round(found.p90_s),
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame, its index (district numbers) as ``number``."""
    return cast(list[dict[str, Any]], frame.reset_index(names="number").to_dict("records"))
