"""Answer machines how many places people can reach."""

from __future__ import annotations

from typing import Any

import numpy as np

from locator.analysis.access.counted import filter_count
from locator.analysis.access.coverage import counted_by
from locator.analysis.access.supply import Supply, supply
from locator.analysis.access.supply_ranges import SupplyRanges, supply_ranges
from locator.analysis.district_report import ReportQuery
from locator.api.context import AppState
from locator.api.filtering import filter_answer
from locator.api.geojson import decimal
from locator.api.operations import CACHE_S, operation
from locator.api.planning_queries import ReportParams, report_query_of
from locator.api.schemas_supply import SupplyAnswer, SupplyEnds, SupplyRangesAnswer, UnitSupply
from locator.base.errors import N_, NotFoundError
from locator.city.lookup import standing_layer


def supply_of(app: AppState, asked: ReportQuery) -> Supply:
    """Return the places within reach, computed once for the same question."""
    standing_layer(app.catalogue, asked.layer)
    walked = app.walkable_city_for(asked.profile)
    ground = counted_by(walked, asked.people).choosing(asked.which)
    question = (asked.layer, asked.group, asked.pace_m_s, asked.which, asked.profile, asked.people)
    return app.memo.get(
        ("supply", *question),
        lambda: supply(ground, asked.layer, group=asked.group, pace_m_s=asked.pace_m_s),
    )


def _unit(app: AppState, found: Supply, within: SupplyRanges, code: str) -> UnitSupply:
    """Return the places that the people of a neighbourhood unit reach."""
    inside = app.city.unit_rows == app.city.units.index.get_loc(code)
    people = np.where(inside, found.people, 0.0)
    total = float(people.sum())
    return {
        "code": code,
        "name": str(app.city.units.at[code, "name"]),
        "people": round(total),
        "per_100": decimal(float(people @ found.per_100) / total, 2) if total else None,
        "short_people": round(float(people[found.short].sum())),
        **_ends(within.units.loc[code]),
    }


def _ends(row: Any) -> SupplyEnds:
    return {
        "per_100_low": decimal(row["per_100_low"], 2),
        "per_100_high": decimal(row["per_100_high"], 2),
        "short_low": round(row["short_low"]),
        "short_high": round(row["short_high"]),
    }


def _ranges(within: SupplyRanges) -> SupplyRangesAnswer:
    return {
        "mean_per_100_low": round(within.mean_per_100[0], 2),
        "mean_per_100_high": round(within.mean_per_100[1], 2),
        "short_low": round(within.short_people[0]),
        "short_high": round(within.short_people[1]),
        "none_low": round(within.none_people[0]),
        "none_high": round(within.none_people[1]),
        "not_measured": list(within.not_measured),
        "runs": within.runs,
        "seed": within.seed,
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
def places_in_reach(app: AppState, asked: ReportParams) -> SupplyAnswer:
    """Places per 100 people of the group within reach (E2SFCA, Luo and Qi 2009), for the city and
    each district; facilities whose capacity is not known are named in `unknown`.
    """
    query = report_query_of(asked)
    found = supply_of(app, query)
    ground = app.walkable_city.choosing(query.which)
    within = supply_ranges(app.walkable_city_for(query.profile).choosing(query.which), found)
    rows = found.districts
    if asked.district is not None:
        if asked.district not in rows.index:
            raise NotFoundError(
                N_("There is no district {given}."), parameter="district", given=asked.district
            )
        rows = rows[rows.index == asked.district]
    elif asked.unit is not None:
        rows = rows[rows.index == app.city.unit_districts[asked.unit]]
    districts: Any = rows.join(within.districts).to_dict("index")
    return {
        "layer": found.layer,
        "group": found.group,
        "pace_m_s": found.pace_m_s,
        "model": found.model,
        "people_from": asked.people,
        "profile": asked.profile,
        "filter": filter_answer(app.city, filter_count(ground, found.layer)),
        "places": round(found.places),
        "mean_per_100": round(found.mean_per_100, 2),
        "short_people": round(found.short_people),
        "none_people": round(found.none_people),
        "stranded_places": round(found.stranded_places),
        "unlocated_places": round(found.unlocated_places),
        "unknown": list(found.unknown),
        "ranges": _ranges(within),
        "unit": None if asked.unit is None else _unit(app, found, within, asked.unit),
        "districts": [
            {
                "number": int(number),
                "name": str(row["name"]),
                "people": round(row["people"]),
                "per_100": decimal(row["per_100"], 2),
                "short_people": round(row["short_people"]),
                **_ends(row),
            }
            for number, row in districts.items()
        ],
    }
