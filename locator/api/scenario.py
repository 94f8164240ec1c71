"""Answer machines what a change to a layer would do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from locator.analysis.access.coverage import Coverage, CoverageQuery, counted_by
from locator.analysis.district_report import ReportQuery
from locator.analysis.scenario.change import Scenario
from locator.analysis.scenario.compare import ScenarioComparison, compare
from locator.analysis.scenario.findings import ScenarioFindings, scenario_findings
from locator.analysis.scenario.supply import SupplyChange, supply_change
from locator.analysis.scenario.words import changes_said
from locator.api import csv
from locator.api.context import AppState
from locator.api.filtering import filter_answer
from locator.api.gains import change_gains, gain_answer
from locator.api.geojson import SHARE_DIGITS, area_json, decimal, point_json, whole
from locator.api.operations import CACHE_S, CSV, GEOJSON, operation
from locator.api.planning_queries import ScenarioParams, scenario_of
from locator.api.schemas_planning import (
    AddedSite,
    AreaChange,
    ChangedArea,
    DistrictChange,
    PlacesChange,
    ScenarioAnswer,
    ScenarioAreasAnswer,
    Served,
    UnitChange,
)
from locator.api.supply import supply_of
from locator.base.errors import NotComputableError
from locator.base.i18n import gettext


def comparison_of(app: AppState, change: Scenario) -> ScenarioComparison:
    """Return what `change` does, computed once for the same question.

    Parameters
    ----------
    app : AppState
    change : Scenario

    Returns
    -------
    ScenarioComparison
    """
    asked = CoverageQuery(
        change.layer, group=change.group, people=change.people, which=change.which
    )
    before = app.coverage(asked, profile=change.profile)
    ground = app.walkable_city_for(change.profile)
    found = app.memo.get(("scenario", change), lambda: compare(ground, change, before=before))
    return replace(found, scenario=change)  # what it is called makes no other question of it


def findings_of(app: AppState, found: ScenarioComparison) -> ScenarioFindings:
    """Return what the report of a scenario says, computed once for the same question.

    Parameters
    ----------
    app : AppState
    found : ScenarioComparison

    Returns
    -------
    ScenarioFindings
    """
    findings = app.memo.get(
        ("scenario-findings", found.scenario),
        lambda: scenario_findings(
            counted_by(app.walkable_city_for(found.scenario.profile), found.scenario.people),
            found,
            supply_change_of(app, found),
        ),
    )
    return replace(findings, compared=found, gains=change_gains(app, found))


def supply_change_of(app: AppState, found: ScenarioComparison) -> SupplyChange | None:
    """Return places within reach before and after; None where no capacity is known.

    Parameters
    ----------
    app : AppState
    found : ScenarioComparison

    Returns
    -------
    SupplyChange or None
    """
    today, change = found.before, found.scenario
    asked = ReportQuery(
        layer=today.layer,
        group=today.group,
        pace_m_s=today.pace_m_s,
        which=change.which,
        profile=change.profile,
        people=change.people,
    )
    ground = counted_by(app.walkable_city_for(change.profile), change.people)
    try:
        return supply_change(ground, found, before=supply_of(app, asked))
    except NotComputableError:
        return None


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
def scenario(app: AppState, asked: ScenarioParams) -> ScenarioAnswer:
    """Open these, close those, add sites, move the standard: who is served before and after.
    `gained_is_minimum`: some that would open are not on the map (`not_located`).
    """
    return scenario_answer(app, comparison_of(app, scenario_of(asked)))


def scenario_answer(app: AppState, found: ScenarioComparison) -> ScenarioAnswer:
    """Return a comparison as it is answered.

    Parameters
    ----------
    app : AppState
    found : ScenarioComparison

    Returns
    -------
    ScenarioAnswer
    """
    gaps: Any = found.gaps.itertuples()
    return {
        "name": found.scenario.name,
        "note": found.scenario.note,
        "changes": [one.words for one in changes_said(app.city, found)],
        "layer": found.after.layer,
        "group": found.after.group,
        "minutes": found.after.minutes,
        "pace_m_s": found.after.pace_m_s,
        "model": found.after.model,
        "before": served(found.before),
        "after": served(found.after),
        "gained": found.people_gained,
        "gained_is_minimum": bool(found.not_located),
        "lost": found.people_lost,
        "ranges": gain_answer(change_gains(app, found)),
        "opened": list(found.opened),
        "closed": list(found.closed),
        "not_located": list(found.not_located),
        "not_chosen": list(found.not_chosen),
        "people_from": found.scenario.people,
        "profile": found.scenario.profile,
        "filter": filter_answer(app.city, found.before.chosen),
        "places_per_100": places_change(supply_change_of(app, found)),
        "districts": _districts(app, found),
        "units": _units(app, found),
        "gaps": [
            {
                "place": None if pd.isna(gap.place) else str(gap.place),
                "district": int(gap.district),
                "district_name": str(gap.district_name),
                "people": round(gap.people),
                "people_after": int(gap.people_after),
            }
            for gap in gaps
        ],
        "caveats": [gettext(one.template).format(**one.values) for one in found.after.caveats],
    }


@operation(
    "/api/scenario/<layer>.csv",
    ScenarioParams,
    str,
    summary="What a change does in each district, as a table",
    tag="planning",
    media_type=CSV,
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="scenario-{layer}.csv",
)
def scenario_csv(app: AppState, asked: ScenarioParams) -> str:
    """UTF-8, one row for each district: people served before and after, and the difference."""
    return scenario_table(app, comparison_of(app, scenario_of(asked)))


def scenario_table(app: AppState, found: ScenarioComparison) -> str:
    """Return the districts of a comparison as CSV.

    Parameters
    ----------
    app : AppState
    found : ScenarioComparison

    Returns
    -------
    str
    """
    return csv.table(("number", *AreaChange.__annotations__), _districts(app, found))


@operation(
    "/api/scenario/<layer>/units.csv",
    ScenarioParams,
    str,
    summary="What a change does in each neighbourhood unit, as a table",
    tag="planning",
    media_type=CSV,
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="scenario-{layer}-units.csv",
)
def scenario_units_csv(app: AppState, asked: ScenarioParams) -> str:
    """UTF-8, one row for each neighbourhood unit in which something changes."""
    found = comparison_of(app, scenario_of(asked))
    return csv.table(("code", "district", *AreaChange.__annotations__), _units(app, found))


@operation(
    "/api/scenario/<layer>.geojson",
    ScenarioParams,
    ScenarioAreasAnswer,
    summary="Where a change shows, as GeoJSON",
    tag="planning",
    media_type=GEOJSON,
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="scenario-{layer}.geojson",
)
def scenario_areas(app: AppState, asked: ScenarioParams) -> ScenarioAreasAnswer:
    """The areas in which people are gained or lost, and the sites added, for a GIS."""
    return scenario_map(comparison_of(app, scenario_of(asked)))


def scenario_map(found: ScenarioComparison) -> ScenarioAreasAnswer:
    """Return the areas and sites of a comparison as GeoJSON.

    Parameters
    ----------
    found : ScenarioComparison

    Returns
    -------
    ScenarioAreasAnswer
        WGS84.
    """
    rows: Any = found.areas.itertuples()
    areas: list[ChangedArea] = [
        {
            "type": "Feature",
            "geometry": area_json(area.geometry),
            "properties": {"kind": area.change, "people": round(area.people)},
        }
        for area in rows
    ]
    sites: list[AddedSite] = [
        {
            "type": "Feature",
            "geometry": point_json(site.lon, site.lat),
            "properties": {
                "kind": "site",
                "name": site.name,
                "places": site.places,
                "opens": site.opens or None,
            },
        }
        for site in found.scenario.add
    ]
    return {"type": "FeatureCollection", "features": [*areas, *sites]}


def _districts(app: AppState, found: ScenarioComparison) -> list[DistrictChange]:
    gains = change_gains(app, found)
    rows = _ranged(found.districts, None if gains is None else gains.districts)
    return [{"number": int(number), **_area(row)} for number, row in rows.items()]


def _units(app: AppState, found: ScenarioComparison) -> list[UnitChange]:
    """Return the neighbourhood units in which something changes."""
    gains = change_gains(app, found)
    changed = found.units[(found.units[["gained", "lost"]] > 0).any(axis=1)]
    rows = _ranged(changed, None if gains is None else gains.units)
    return [
        {"code": str(code), "district": int(row["district"]), **_area(row)}
        for code, row in rows.items()
    ]


def _ranged(areas: pd.DataFrame, ends: pd.DataFrame | None) -> Any:
    unknown = pd.DataFrame(np.nan, areas.index, ["low", "high"])
    return areas.join(unknown if ends is None else ends).to_dict("index")


def _area(row: Any) -> AreaChange:
    return {
        "name": str(row["name"]),
        "people": round(row["people"]),
        "served_before": round(row["served_before"]),
        "served_after": round(row["served_after"]),
        "gained": int(row["gained"]),
        "lost": int(row["lost"]),
        "difference": round(row["difference"]),
        "difference_low": whole(row["low"]),
        "difference_high": whole(row["high"]),
        "share_before": decimal(row["share_before"], SHARE_DIGITS),
        "share_after": decimal(row["share_after"], SHARE_DIGITS),
    }


def places_change(found: SupplyChange | None) -> PlacesChange | None:
    """Return places within reach before and after as they are answered.

    Parameters
    ----------
    found : SupplyChange or None

    Returns
    -------
    PlacesChange or None
    """
    if found is None:
        return None
    return {
        "before": round(found.before.mean_per_100, 2),
        "after": round(found.after.mean_per_100, 2),
        "short_people_before": round(found.before.short_people),
        "short_people_after": round(found.after.short_people),
        "sites_without_places": found.sites_without_places,
    }


def served(found: Coverage) -> Served:
    """Return a coverage in short, as it is answered.

    Parameters
    ----------
    found : Coverage

    Returns
    -------
    Served
    """
    return {
        "minutes": found.minutes,
        "pace_m_s": found.pace_m_s,
        "people": found.people,
        "served": found.served,
        "unserved": found.unserved,
        "share": round(found.share, SHARE_DIGITS),
        "mean_s": whole(found.mean_s),
        "p90_s": whole(found.p90_s),
    }
