"""Answer machines what there is: the service itself, layers, facilities, districts.

How to add an operation stands in `locator.api.operations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pandas as pd

from locator.api.context import AppState
from locator.api.geojson import area_json, point_json, properties_of
from locator.api.operations import CACHE_S, GEOJSON, operation
from locator.api.queries import LayerParams, NoParams
from locator.api.schemas import Area, Health, Point
from locator.api.schemas_places import (
    DistrictsAnswer,
    HelplineShape,
    LayerAnswer,
    LayersAnswer,
    LayerSummary,
    UnitsAnswer,
)
from locator.api.street_info import streets_fault
from locator.base.i18n import current_language, text
from locator.city.catalogue import Layer
from locator.city.helplines import Helpline
from locator.city.lookup import known_layer


@operation("/healthz", NoParams, Health, summary="Is it running?", tag="service")
def healthz(app: AppState, _asked: NoParams) -> Health:
    """Answers 200 when the city is loaded; says with which data and walking model.

    `model_fault` says why walks are estimated although the city folder holds streets.
    """
    fault = streets_fault(app.walkable_city)
    return {
        "status": "ok",
        "city": app.catalogue.id,
        "data_date": app.catalogue.data_date,
        "model": app.walkable_city.model.name,
        "model_fault": None if fault is None else fault.message,
        "facilities": len(app.city.facilities),
        "started": app.started.isoformat(),
    }


# Layers -------------------------------------------------------------------------------------


@operation(
    "/api/layers",
    NoParams,
    LayersAnswer,
    summary="All layers",
    tag="data",
    cache_s=CACHE_S,
)
def layers(app: AppState, _asked: NoParams) -> LayersAnswer:
    """Every layer: what the catalogue declares, how many there are in truth (`expected`), on the
    list and on the map.
    """
    counted: Any = app.walkable_city.completeness.to_dict("index")
    return {
        "layers": [
            _layer_summary(layer, counted[layer.id]) for layer in app.catalogue.layers.values()
        ]
    }


def _layer_summary(layer: Layer, row: Mapping[str, Any]) -> LayerSummary:
    return {
        "id": layer.id,
        "name": text(layer.names),
        "names": dict(layer.names),
        "description": text(layer.descriptions),
        "icon": layer.icon,
        "shape": layer.shape,
        "colour": layer.colour,
        "group": layer.group,
        "standard_min": layer.standard_min,
        "pace_m_s": layer.pace_m_s,
        "moves": layer.moves,
        "expected": layer.expected,
        "expected_source": layer.expected_source,
        "expected_date": layer.expected_date,
        "official_list": layer.official_list,
        "listed": int(row["listed"]),
        "located": int(row["located"]),
        "located_exact": int(row["located_exact"]),
        "located_street": int(row["located_street"]),
        "located_area": int(row["located_area"]),
        "not_located": int(row["not_located"]),
        "open": int(row["open"]),
        "sites": int(row["sites"]),
        "sites_located": int(row["sites_located"]),
        "newest": None if pd.isna(row["newest"]) else str(row["newest"]),
        "oldest": None if pd.isna(row["oldest"]) else str(row["oldest"]),
    }


@operation(
    "/api/layers/<layer>",
    LayerParams,
    LayerAnswer,
    summary="One layer as GeoJSON",
    tag="data",
    media_type=GEOJSON,
    errors=(404,),
    cache_s=CACHE_S,
    remembered=True,
)
def layer_features(app: AppState, asked: LayerParams) -> LayerAnswer:
    """All facilities of the layer; those that nobody could locate have a null geometry."""
    layer = known_layer(app.catalogue, asked.layer)
    chosen = app.city.facilities.index[app.city.facilities["layer"] == layer.id]
    properties, points = facility_properties(app), facility_points(app)
    return {
        "type": "FeatureCollection",
        "layer": layer.id,
        "data_date": app.catalogue.data_date,
        "attribution": dict(app.catalogue.attribution),
        "helplines": [helpline_json(one) for one in app.city.helplines if layer.id in one.layers],
        "features": [
            {"type": "Feature", "id": id_, "geometry": points[id_], "properties": properties[id_]}
            for id_ in map(str, chosen)
        ],
    }


def helpline_json(one: Helpline) -> HelplineShape:
    """Return a helpline in the language of the request."""
    return {
        "number": one.number,
        "name": text(one.names),
        "purpose": text(one.purposes),
        "opening_hours": one.opening_hours,
        "source": one.source,
        "source_date": one.source_date,
        "licence": one.licence,
    }


def facility_properties(app: AppState) -> dict[str, dict[str, Any]]:
    """Return the properties of every facility by id, made once for each language."""
    return app.memo.get(
        ("properties", current_language()),
        lambda: properties_of(app.city.facilities, app.city.kinds),
    )


def facility_points(app: AppState) -> dict[str, Point | None]:
    """Return where every facility is, by id; None where nobody knows."""
    return app.memo.get(
        "points",
        lambda: {
            str(id_): None if p is None else point_json(p.x, p.y)
            for id_, p in app.city.facilities.geometry.items()
        },
    )


@operation(
    "/api/districts",
    NoParams,
    DistrictsAnswer,
    summary="Districts as GeoJSON",
    tag="data",
    media_type=GEOJSON,
    cache_s=CACHE_S,
    remembered=True,
)
def districts(app: AppState, _asked: NoParams) -> DistrictsAnswer:
    """Boundaries of the districts, with their names and registered residents."""
    rows: Any = app.city.districts.itertuples()
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": int(row.Index),
                "geometry": cast(Area, area_json(row.geometry)),  # the folder's check wants one
                "properties": {
                    "number": int(row.Index),
                    "roman": str(row.roman),
                    "name": str(row.name),
                    "residents": None if pd.isna(row.residents) else int(row.residents),
                },
            }
            for row in rows
        ],
    }


@operation(
    "/api/units",
    NoParams,
    UnitsAnswer,
    summary="Neighbourhood units as GeoJSON",
    tag="data",
    media_type=GEOJSON,
    cache_s=CACHE_S,
    remembered=True,
)
def units(app: AppState, _asked: NoParams) -> UnitsAnswer:
    """Boundaries of the neighbourhood units, which lie below the districts, with their codes."""
    rows: Any = app.city.units.itertuples()
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": str(row.Index),
                "geometry": cast(Area, area_json(row.geometry)),
                "properties": {
                    "code": str(row.Index),
                    "name": str(row.name),
                    "district": app.city.unit_districts[str(row.Index)],
                },
            }
            for row in rows
        ],
    }
