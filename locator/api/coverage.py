"""Answer machines who is served: coverage of a layer, of all layers, and the tables to download."""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd

from locator.analysis.access.coverage import Coverage, CoverageQuery
from locator.analysis.access.coverage_parts import Part, coverage_parts
from locator.analysis.access.words import at_least
from locator.api.context import AppState
from locator.api.geojson import decimal, whole
from locator.api.json import encoded
from locator.api.operations import CSV, GEOJSON, Answer, operation
from locator.api.queries import CoverageListParams, CoverageParams
from locator.api.schemas_coverage import CoverageAnswer, CoverageListAnswer, GapsAnswer
from locator.base.errors import NotComputableError
from locator.base.geojson import collection, feature, geometry_json
from locator.base.i18n import error_text, gettext, text
from locator.city.lookup import known_group, known_layer

CACHE_S = 300
SHARE_DIGITS = 4


def coverage_of(app: AppState, asked: CoverageParams) -> Coverage:
    """Return the coverage that is asked for, computed once for the same question."""
    layer = known_layer(app.catalogue, asked.layer)
    if asked.group is not None:
        known_group(app.catalogue, asked.group)
    return app.coverage(CoverageQuery(layer.id, asked.minutes, asked.group, asked.pace))


def parts_of(
    app: AppState, layer: str, group: str, minutes: float, pace_m_s: float
) -> tuple[Part, ...]:
    """Return what the parts of a layer serve, computed once for the same question."""
    declared = app.catalogue.layers[layer]
    return app.memo.get(
        ("parts", layer, group, minutes, pace_m_s),
        lambda: coverage_parts(
            app.walkable_city, declared, group=group, minutes=minutes, pace_m_s=pace_m_s
        ),
    )


@operation(
    "/api/coverage",
    CoverageListParams,
    CoverageListAnswer,
    summary="Coverage of every layer at a glance",
    tag="coverage",
    cache_s=CACHE_S,
    bounds="expensive",
)
def coverage_list(app: AppState, asked: CoverageListParams) -> Answer:
    """Every layer with its own age group and pace. Layers that move are left out, with the reason:
    a vehicle is never counted as if it stood still.
    """
    lines: list[dict[str, Any]] = []
    left_out: list[dict[str, Any]] = []
    for layer in app.catalogue.layers.values():
        try:
            found = app.coverage(CoverageQuery(layer.id, asked.minutes))
        except NotComputableError as reason:
            name = {"layer": layer.id, "name": text(layer.names)}
            left_out.append(name | {"reason": error_text(reason)})
        else:
            lines.append({"layer": layer.id, "name": text(layer.names)} | _totals(app, found))
    return {"model": app.walkable_city.model.name, "layers": lines, "left_out": left_out}


@operation(
    "/api/coverage/<layer>",
    CoverageParams,
    CoverageAnswer,
    summary="Coverage of one layer",
    tag="coverage",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
)
def coverage_of_layer(app: AppState, asked: CoverageParams) -> Answer:
    """People of the age group inside and outside the standard, for the city and each district; the
    curve of people against minutes; the ten largest gaps; what has to be known with the numbers.
    """
    found = coverage_of(app, asked)
    return {
        "layer": found.layer,
        **_totals(app, found),
        "model": found.model,
        "counted": int(found.counted),
        "caveats": [gettext(caveat.template).format(**caveat.values) for caveat in found.caveats],
        "districts": _districts(found),
        "curve": [
            {
                "minutes": decimal(row["minutes"], 1),
                "people": whole(row["people"]),
                "share": decimal(row["share"], SHARE_DIGITS),
            }
            for row in found.curve.to_dict("records")
        ],
        "gaps": [
            _gap(row) | {"geometry": geometry_json(row.geometry)} for row in found.gaps.itertuples()
        ],
    }


@operation(
    "/api/coverage/<layer>.csv",
    CoverageParams,
    str,
    summary="Coverage by district as a table",
    tag="coverage",
    media_type=CSV,
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="coverage-{layer}.csv",
)
def coverage_csv(app: AppState, asked: CoverageParams) -> Answer:
    """UTF-8, one row for each district; every row says which question it answers."""
    found = coverage_of(app, asked)
    question = {
        "layer": found.layer,
        "group": found.group,
        "minutes": f"{found.minutes:g}",
        "pace_m_s": f"{found.pace_m_s:g}",
        "model": found.model,
        "data_date": app.catalogue.data_date,
    }
    rows = [question | row for row in _districts(found)]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else list(question))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@operation(
    "/api/coverage/<layer>.geojson",
    CoverageParams,
    GapsAnswer,
    summary="The ten largest gaps as GeoJSON",
    tag="coverage",
    media_type=GEOJSON,
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="gaps-{layer}.geojson",
)
def coverage_gaps(app: AppState, asked: CoverageParams) -> Answer:
    """The unserved areas with their people, for a GIS; the file says what it was made from."""
    return gaps_geojson(app, coverage_of(app, asked))


def gaps_geojson(app: AppState, found: Coverage) -> bytes:
    """Return the gaps as a GeoJSON file, the same one from the API, a page and the command line."""
    unit = app.catalogue.unit_code
    made = collection(
        (feature(_gap(row), row.geometry) for row in found.gaps.itertuples()),
        layer=found.layer,
        minutes=found.minutes,
        group=found.group,
        pace_m_s=found.pace_m_s,
        model=found.model,
        unit=None if unit is None else {"scheme": unit.scheme, "code": unit.code},
        data_date=app.catalogue.data_date,
        attribution=app.catalogue.attribution["en"],
    )
    return encoded(made)


def _totals(app: AppState, found: Coverage) -> dict[str, Any]:
    row = found.completeness
    return {
        "minutes": found.minutes,
        "group": found.group,
        "pace_m_s": found.pace_m_s,
        "people": whole(found.people),
        "served": whole(found.served),
        "unserved": whole(found.unserved),
        "share": decimal(found.share, SHARE_DIGITS),
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
        "at_least": at_least(row) or None,
        "parts": [
            {
                "kind": part.kind,
                "counted": part.counted,
                "served": part.served,
                "share": decimal(part.share, SHARE_DIGITS),
            }
            for part in parts_of(app, found.layer, found.group, found.minutes, found.pace_m_s)
        ],
    }


def _districts(found: Coverage) -> list[dict[str, Any]]:
    districts: Any = found.districts.to_dict("index")
    return [
        {
            "number": int(number),
            "name": str(row["name"]),
            "people": whole(row["people"]),
            "served": whole(row["served"]),
            "unserved": whole(row["unserved"]),
            "share": decimal(row["share"], SHARE_DIGITS),
            "mean_s": whole(row["mean_s"]),
            "p90_s": whole(row["p90_s"]),
            "beyond": decimal(row["beyond"], SHARE_DIGITS),
        }
        for number, row in districts.items()
    ]


def _gap(row: Any) -> dict[str, Any]:
    return {
        "people": whole(row.people),
        "district": int(row.district),
        "district_name": str(row.district_name),
        "place": None if pd.isna(row.place) else str(row.place),
        "walk_s": whole(row.walk_s),
    }
