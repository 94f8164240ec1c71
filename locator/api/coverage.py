"""Answer machines who is served: coverage of a layer, of all layers, and the tables to download."""

from __future__ import annotations

from typing import cast

from locator.analysis.access.as_of import as_of
from locator.analysis.access.coverage import CoverageQuery
from locator.api import csv
from locator.api.context import AppState
from locator.api.coverage_answers import (
    as_of_answer,
    district_answers,
    gap_answers,
    question_columns,
    totals_answer,
    unit_answers,
)
from locator.api.coverage_found import (
    as_of_day,
    coverage_of,
    district_ranges,
    ranges_of_units,
    transit_of,
)
from locator.api.filtering import filter_answer
from locator.api.geojson import SHARE_DIGITS, decimal
from locator.api.operations import CACHE_S, CSV, GEOJSON, operation
from locator.api.queries import CoverageListDayParams, ReachByParams, ReachParams, filter_of
from locator.api.schemas_coverage import (
    CoverageAnswer,
    CoverageLine,
    CoverageListAnswer,
    DistrictCoverage,
    GapsAnswer,
    LeftOut,
    UnitCoverage,
)
from locator.api.transit_coverage import transit_reach, transit_rows
from locator.base.errors import NotComputableError
from locator.base.i18n import error_text, gettext, text


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
            totals = totals_answer(app, found, profile=asked.profile, today=asked.at is None)
            then = None
            if asked.at is not None:
                then = as_of_answer(as_of(app.walkable_city_for(asked.profile), found, asked.at))
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
        **totals_answer(app, found, profile=asked.profile, today=asked.at is None),
        "as_of": as_of_answer(as_of_day(app, asked)),
        "transit": transit_reach(transit_of(app, asked, found)) if asked.by == "transit" else None,
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
        "gaps": [{**gap, "geometry": area} for gap, area in gap_answers(app, asked, found)],
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
    question = question_columns(app, asked, found)
    rows = district_answers(found, district_ranges(app, asked, found))
    beside: list[dict[str, object]] = [{} for _ in rows]
    if asked.by == "transit":
        beside = transit_rows(transit_of(app, asked, found))[:-1]
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
            for gap, area in gap_answers(app, asked, found)
        ],
    }


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
    question = question_columns(app, asked, found)
    within = ranges_of_units(app, asked, found)
    rows = unit_answers(app.walkable_city_for(asked.profile), found, within)
    return csv.table(
        (*question, *UnitCoverage.__annotations__), ({**question, **row} for row in rows)
    )
