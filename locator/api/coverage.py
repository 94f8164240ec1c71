"""Answer machines who is served: coverage of a layer, of all layers, and the tables to download.

Over 350 lines, because the answer, the table and the map of one question share what is found.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd

from locator.analysis.access.as_of import AsOf, as_of
from locator.analysis.access.coverage import (
    Coverage,
    CoverageQuery,
    counted_by,
    coverage_by_unit,
)
from locator.analysis.access.coverage_parts import Part, coverage_parts
from locator.analysis.access.ranges import Ranges, gap_ranges, ranges, unit_ranges
from locator.analysis.access.words import leaves_out
from locator.analysis.transit.coverage import TransitCoverage
from locator.api import csv
from locator.api.context import AppState
from locator.api.filtering import filter_answer, filter_columns
from locator.api.geojson import SHARE_DIGITS, area_json, decimal, whole
from locator.api.operations import CACHE_S, CSV, GEOJSON, operation
from locator.api.queries import CoverageListDayParams, ReachByParams, ReachParams, filter_of
from locator.api.schemas import Area
from locator.api.schemas_coverage import (
    AsOfDay,
    CoverageAnswer,
    CoverageLine,
    CoverageListAnswer,
    CoverageTotals,
    DistrictCoverage,
    GapProperties,
    GapsAnswer,
    LeftOut,
    RangesAnswer,
    UnitCoverage,
)
from locator.api.transit_coverage import transit_coverage_of, transit_reach, transit_rows
from locator.base.errors import NotComputableError
from locator.base.i18n import error_text, gettext, text
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.lookup import known_layer
from locator.city.register import PeopleFrom
from locator.city.units import unit_names
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity


def query_of(asked: ReachParams, layer: str) -> CoverageQuery:
    """Return what is asked of a layer that is known.

    Parameters
    ----------
    asked : ReachParams
    layer : str
        Id.

    Returns
    -------
    CoverageQuery
    """
    return CoverageQuery(
        layer,
        asked.minutes,
        asked.group,
        asked.pace,
        asked.people,
        asked.at,
        which=filter_of(asked),
    )


def coverage_of(app: AppState, asked: ReachParams) -> Coverage:
    """Return the coverage that is asked for, computed once for the same question.

    Parameters
    ----------
    app : AppState
    asked : ReachParams

    Returns
    -------
    Coverage
    """
    layer = known_layer(app.catalogue, asked.layer)
    return app.coverage(query_of(asked, layer.id), profile=asked.profile)


def transit_of(app: AppState, asked: ReachByParams, found: Coverage) -> TransitCoverage:
    """Return who is within the standard on foot or by tram or bus, computed once for a question.

    Parameters
    ----------
    app : AppState
    asked : ReachByParams
    found : Coverage
        Its answer on foot.

    Returns
    -------
    TransitCoverage

    Raises
    ------
    NoTimetableError, OutsideTimetableError
        As for `locator.analysis.transit.coverage.transit_coverage`.
    """
    return transit_coverage_of(app, asked, query_of(asked, found.layer), found)


def as_of_day(app: AppState, asked: ReachParams) -> AsOf | None:
    """Return between which values a coverage lay on the day asked for; None without a day.

    Parameters
    ----------
    app : AppState
    asked : ReachParams

    Returns
    -------
    AsOf or None
    """
    if asked.at is None:
        return None
    ground = counted_by(app.walkable_city_for(asked.profile), asked.people)
    return as_of(ground, coverage_of(app, asked), asked.at)


def ranges_of(app: AppState, found: Coverage, *, profile: Profile = "foot") -> Ranges:
    """Return between which values a coverage lies, computed once for the same question.

    Parameters
    ----------
    app : AppState
    found : Coverage
        Of today's facilities.
    profile : str
        Whose ways are walked.

    Returns
    -------
    Ranges
    """
    return ranges(app.walkable_city_for(profile), found)


def parts_of(
    app: AppState,
    layer: str,
    group: str,
    minutes: float,
    pace_m_s: float,
    people: PeopleFrom = "census",
    *,
    profile: Profile = "foot",
    which: FacilityFilter = EVERYTHING,
) -> tuple[Part, ...]:
    """Return what the parts of a layer serve, computed once for the same question.

    Parameters
    ----------
    app : AppState
    layer, group : str
        Ids.
    minutes : float
        Standard.
    pace_m_s : float
        Walking speed, metres a second.
    people : str
        Whose count of the people holds.
    profile : str
        Whose ways are walked.
    which : FacilityFilter
        Which facilities count.

    Returns
    -------
    tuple of Part
    """
    declared = app.catalogue.layers[layer]
    return app.memo.get(
        ("parts", layer, group, minutes, pace_m_s, people, profile, which),
        lambda: coverage_parts(
            counted_by(app.walkable_city_for(profile), people).choosing(which),
            declared,
            group=group,
            minutes=minutes,
            pace_m_s=pace_m_s,
        ),
    )


@operation(
    "/api/coverage",
    CoverageListDayParams,
    CoverageListAnswer,
    summary="Coverage of every layer at a glance",
    tag="coverage",
    cache_s=CACHE_S,
    bounds="expensive",
)
def coverage_list(app: AppState, asked: CoverageListDayParams) -> CoverageListAnswer:
    """Every layer with its own age group and pace. Layers that move are left out, with the reason:
    a vehicle is never counted as if it stood still. With `at`, all that may have stood on that day
    counts; `as_of` has the least, too.
    """
    lines: list[CoverageLine] = []
    left_out: list[LeftOut] = []
    for layer in app.catalogue.layers.values():
        try:
            query = CoverageQuery(layer.id, asked.minutes, at=asked.at, which=filter_of(asked))
            found = app.coverage(query, profile=asked.profile)
        except NotComputableError as reason:
            why = error_text(reason)
            left_out.append({"layer": layer.id, "name": text(layer.names), "reason": why})
        else:
            totals = _totals(app, found, profile=asked.profile, today=asked.at is None)
            then = None
            if asked.at is not None:
                then = _as_of(as_of(app.walkable_city_for(asked.profile), found, asked.at))
            line = {"layer": layer.id, "name": text(layer.names), "as_of": then}
            lines.append(cast(CoverageLine, line | totals))
    return {
        "model": app.walkable_city.model.name,
        "profile": asked.profile,
        "layers": lines,
        "left_out": left_out,
    }


@operation(
    "/api/coverage/<layer>",
    ReachByParams,
    CoverageAnswer,
    summary="Coverage of one layer",
    tag="coverage",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
)
def coverage_of_layer(app: AppState, asked: ReachByParams) -> CoverageAnswer:
    """People of the age group inside and outside the standard, for the city and each district; the
    curve of people against minutes; the ten largest gaps; what has to be known with the numbers.
    With `at`, all that may have stood on that day counts; `as_of` has the least, too. With
    `by=transit`, `transit` has who is within the standard on foot or by tram or bus.
    """
    found = coverage_of(app, asked)
    return {
        "layer": found.layer,
        **_totals(app, found, profile=asked.profile, today=asked.at is None),
        "as_of": _as_of(as_of_day(app, asked)),
        "transit": transit_reach(found, transit_of(app, asked, found))
        if asked.by == "transit"
        else None,
        "model": found.model,
        "profile": asked.profile,
        "counted": int(found.counted),
        "caveats": [gettext(caveat.template).format(**caveat.values) for caveat in found.caveats],
        "districts": district_answers(found, district_ranges(app, asked, found)),
        "units": unit_answers(
            app.walkable_city_for(asked.profile), found, ranges_of_units(app, asked, found)
        ),
        "curve": [
            {
                "minutes": round(row["minutes"], 1),
                "people": round(row["people"]),
                "share": decimal(row["share"], SHARE_DIGITS),
            }
            for row in found.curve.to_dict("records")
        ],
        "gaps": [{**gap, "geometry": area} for gap, area in _gaps(app, asked, found)],
    }


@operation(
    "/api/coverage/<layer>.csv",
    ReachByParams,
    str,
    summary="Coverage by district as a table",
    tag="coverage",
    media_type=CSV,
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="coverage-{layer}.csv",
)
def coverage_csv(app: AppState, asked: ReachByParams) -> str:
    """UTF-8, one row for each district; every row says which question it answers. With
    `by=transit`, columns that start with `transit_` say who is within the standard on foot or by
    tram or bus.
    """
    found = coverage_of(app, asked)
    question = _question(app, asked, found)
    rows = district_answers(found, district_ranges(app, asked, found))
    beside: list[dict[str, object]] = [{} for _ in rows]
    if asked.by == "transit":
        beside = transit_rows(found, transit_of(app, asked, found))[:-1]
    columns = (*question, *DistrictCoverage.__annotations__, *(beside[0] if beside else ()))
    return csv.table(
        columns, ({**question, **row, **more} for row, more in zip(rows, beside, strict=True))
    )


@operation(
    "/api/coverage/<layer>.geojson",
    ReachParams,
    GapsAnswer,
    summary="The ten largest gaps as GeoJSON",
    tag="coverage",
    media_type=GEOJSON,
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="gaps-{layer}.geojson",
)
def coverage_gaps(app: AppState, asked: ReachParams) -> GapsAnswer:
    """The unserved areas with their people, for a GIS; the file says what it was made from."""
    found = coverage_of(app, asked)
    unit = app.catalogue.unit_code
    return {
        "type": "FeatureCollection",
        "layer": found.layer,
        "minutes": found.minutes,
        "group": found.group,
        "pace_m_s": found.pace_m_s,
        "model": found.model,
        "profile": asked.profile,
        "unit": None if unit is None else {"scheme": unit.scheme, "code": unit.code},
        "data_date": app.catalogue.data_date,
        "at": None if asked.at is None else asked.at.isoformat(),
        "filter": filter_answer(app.city, found.chosen),
        "attribution": app.catalogue.attribution["en"],
        "features": [
            {"type": "Feature", "geometry": area, "properties": gap}
            for gap, area in _gaps(app, asked, found)
        ],
    }


def district_ranges(app: AppState, asked: ReachParams, found: Coverage) -> pd.DataFrame:
    """Return between which values the share of each district lies.

    Parameters
    ----------
    app : AppState
    asked : ReachParams
    found : Coverage
        What was asked for.

    Returns
    -------
    DataFrame
        Index: number. Columns ``low``, ``high``, ``rank``, ``rank_low``, ``rank_high``; as of a
        day nobody ranks.
    """
    then = as_of_day(app, asked)
    if then is not None:
        return then.districts.assign(rank=None, rank_low=None, rank_high=None)
    return ranges_of(app, found, profile=asked.profile).districts


def ranges_of_units(app: AppState, asked: ReachParams, found: Coverage) -> pd.DataFrame | None:
    """Return between which values the share of each unit lies, once; None as of a day.

    Parameters
    ----------
    app : AppState
    asked : ReachParams
    found : Coverage
        What was asked for.

    Returns
    -------
    DataFrame or None
        As `locator.analysis.access.ranges.unit_ranges` has it.
    """
    if asked.at is not None or app.city.units.empty:
        return None
    return unit_ranges(app.walkable_city_for(asked.profile), found)


def unit_answers(
    walkable_city: WalkableCity, found: Coverage, within: pd.DataFrame | None
) -> list[UnitCoverage]:
    """Return the neighbourhood units of a coverage as they are answered.

    Parameters
    ----------
    walkable_city : WalkableCity
        That it was counted in.
    found : Coverage
    within : DataFrame or None
        Between which values the shares lie, where that is known.

    Returns
    -------
    list of UnitCoverage
        By code; none where the city has no units.
    """
    frame = coverage_by_unit(walkable_city, found)
    frame = frame.assign(low=np.nan, high=np.nan) if within is None else frame.join(within)
    units: Any = frame.to_dict("index")
    return [
        {
            "code": str(code),
            "name": str(row["name"]),
            "district": int(row["district"]),
            "people": round(row["people"]),
            "served": round(row["served"]),
            "unserved": round(row["unserved"]),
            "share": decimal(row["share"], SHARE_DIGITS),
            "low": decimal(row["low"], SHARE_DIGITS),
            "high": decimal(row["high"], SHARE_DIGITS),
            "mean_s": whole(row["mean_s"]),
            "p90_s": whole(row["p90_s"]),
            "beyond": decimal(row["beyond"], SHARE_DIGITS),
        }
        for code, row in units.items()
    ]


@operation(
    "/api/coverage/<layer>/units.csv",
    ReachParams,
    str,
    summary="Coverage by neighbourhood unit as a table",
    tag="coverage",
    media_type=CSV,
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="coverage-{layer}-units.csv",
)
def coverage_units_csv(app: AppState, asked: ReachParams) -> str:
    """UTF-8, one row for each neighbourhood unit; every row says which question it answers."""
    found = coverage_of(app, asked)
    question = _question(app, asked, found)
    within = ranges_of_units(app, asked, found)
    rows = unit_answers(app.walkable_city_for(asked.profile), found, within)
    return csv.table(
        (*question, *UnitCoverage.__annotations__), ({**question, **row} for row in rows)
    )


def _question(app: AppState, asked: ReachParams, found: Coverage) -> dict[str, object]:
    """Return the columns that say which question a table answers."""
    return {
        "layer": found.layer,
        "group": found.group,
        "minutes": f"{found.minutes:g}",
        "pace_m_s": f"{found.pace_m_s:g}",
        "people_from": found.people_from,
        "model": found.model,
        "profile": asked.profile,
        "data_date": app.catalogue.data_date,
        **({} if asked.at is None else {"at": asked.at.isoformat()}),
        **filter_columns(app.city, found.chosen),
    }


def _as_of(then: AsOf | None) -> AsOfDay | None:
    if then is None:
        return None
    return {
        "at": then.at.isoformat(),
        "low": round(then.low, SHARE_DIGITS),
        "high": round(then.high, SHARE_DIGITS),
        "served_low": then.served_low,
        "served_high": then.served_high,
        "counted_low": then.counted_low,
        "counted_high": then.counted_high,
    }


def _totals(
    app: AppState, found: Coverage, *, profile: Profile = "foot", today: bool = True
) -> CoverageTotals:
    row = found.completeness
    return {
        "minutes": found.minutes,
        "group": found.group,
        "pace_m_s": found.pace_m_s,
        "people_from": found.people_from,
        "people": round(found.people),
        "served": round(found.served),
        "unserved": round(found.unserved),
        "share": decimal(found.share, SHARE_DIGITS),
        "filter": filter_answer(app.city, found.chosen),
        "ranges": _ranges(ranges_of(app, found, profile=profile)) if today else None,
        "walk_s": {
            "mean": whole(found.mean_s),
            "median": whole(found.median_s),
            "p90": whole(found.p90_s),
        },
        "completeness": {
            "expected": None if pd.isna(row["expected"]) else int(row["expected"]),
            "listed": int(row["listed"]),
            "located": int(row["located"]),
        },
        "leaves_out": (leaves_out(row) or None) if today else None,
        "parts": [
            {
                "kind": part.kind,
                "counted": part.counted,
                "served": part.served,
                "share": round(part.share, SHARE_DIGITS),
            }
            for part in parts_of(
                app,
                found.layer,
                found.group,
                found.minutes,
                found.pace_m_s,
                found.people_from,
                profile=profile,
                which=found.which,
            )
            if today
        ],
    }


def _ranges(found: Ranges) -> RangesAnswer:
    return {
        "low": round(found.low, SHARE_DIGITS),
        "high": round(found.high, SHARE_DIGITS),
        "lowest": round(found.lowest, SHARE_DIGITS),
        "highest": round(found.highest, SHARE_DIGITS),
        "runs": found.runs,
        "seed": found.seed,
        "causes": [
            {"cause": cause, "moves": round(moves, SHARE_DIGITS)}
            for cause, moves in found.causes.items()
        ],
        "not_measured": list(found.not_measured),
    }


def district_answers(found: Coverage, within: pd.DataFrame) -> list[DistrictCoverage]:
    """Return the coverage of each district as it is published.

    Parameters
    ----------
    found : Coverage
    within : DataFrame
        As `district_ranges` gives it.

    Returns
    -------
    list of DistrictCoverage
        In the order of `found`.
    """
    districts: Any = found.districts.join(within).to_dict("index")
    return [
        {
            "number": int(number),
            "name": str(row["name"]),
            "people": round(row["people"]),
            "served": round(row["served"]),
            "unserved": round(row["unserved"]),
            "share": decimal(row["share"], SHARE_DIGITS),
            "mean_s": whole(row["mean_s"]),
            "p90_s": whole(row["p90_s"]),
            "beyond": decimal(row["beyond"], SHARE_DIGITS),
            "low": decimal(row["low"], SHARE_DIGITS),
            "high": decimal(row["high"], SHARE_DIGITS),
            "rank": _rank(row["rank"]),
            "rank_low": _rank(row["rank_low"]),
            "rank_high": _rank(row["rank_high"]),
        }
        for number, row in districts.items()
    ]


def _rank(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _gaps(app: AppState, asked: ReachParams, found: Coverage) -> list[tuple[GapProperties, Area]]:
    within = pd.DataFrame(np.nan, found.gaps.index, ["low", "high"])
    if asked.at is None:
        within = gap_ranges(app.walkable_city_for(asked.profile), found, found.gaps)
    inside = found.gaps.geometry.representative_point()
    units = unit_names(np.column_stack([inside.x, inside.y]).reshape(-1, 2), app.city.units)
    rows: Any = found.gaps.join(within).itertuples()
    return [
        (
            {
                "people": round(row.people),
                "low": whole(row.low),
                "high": whole(row.high),
                "district": int(row.district),
                "district_name": str(row.district_name),
                "unit": unit,
                "place": None if pd.isna(row.place) else str(row.place),
                "walk_s": whole(row.walk_s),
            },
            cast(Area, area_json(row.geometry)),  # a gap is never empty
        )
        for row, unit in zip(rows, units, strict=True)
    ]
