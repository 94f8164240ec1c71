"""Answer machines what there is: the service itself, layers, facilities, districts.

How to add an operation stands in `locator.api.operations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from locator.api.context import AppState
from locator.api.geojson import properties_of
from locator.api.json import encoded
from locator.api.operations import GEOJSON, Answer, operation
from locator.api.queries import LayerParams, NoParams
from locator.api.schemas import Health
from locator.api.schemas_places import DistrictsAnswer, LayerAnswer, LayersAnswer
from locator.api.street_info import streets_fault
from locator.base.geojson import collection, feature, geometry_json
from locator.base.i18n import current_language, text
from locator.city.catalogue import Layer
from locator.city.helplines import Helpline
from locator.city.lookup import known_layer

DATA_CACHE_S = 300


@operation("/healthz", NoParams, Health, summary="Is it running?", tag="service")
def healthz(app: AppState, _asked: NoParams) -> Answer:
    """Answers 200 when the city is loaded; says with which data and walking model.

    `model_fault` says why walks are estimated although the city folder holds streets.
    """
    fault = streets_fault(app.walkable_city)
    return {
        "status": "ok",
        "city": app.catalogue.id,
        "data_date": app.catalogue.data_date,
        "model": app.walkable_city.model.name,
        "model_fault": fault and fault.message,
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
    cache_s=DATA_CACHE_S,
)
def layers(app: AppState, _asked: NoParams) -> Answer:
    """Every layer: what the catalogue declares, how many there are in truth (`expected`), on the
    list and on the map.
    """
    counted: Any = app.walkable_city.completeness.to_dict("index")
    return {
        "layers": [
            _layer_summary(layer, counted[layer.id]) for layer in app.catalogue.layers.values()
        ]
    }


COUNTS = (
    "listed",
    "located",
    "located_exact",
    "located_street",
    "located_area",
    "not_located",
    "open",
    "sites",
    "sites_located",
)


def _layer_summary(layer: Layer, row: Mapping[str, Any]) -> dict[str, Any]:
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
        **{name: int(row[name]) for name in COUNTS},
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
    cache_s=DATA_CACHE_S,
)
def layer_features(app: AppState, asked: LayerParams) -> Answer:
    """All facilities of the layer; those that nobody could locate have a null geometry."""
    layer = known_layer(app.catalogue, asked.layer)
    return app.memo.get(
        ("layer", layer.id, current_language()), lambda: encoded(_layer_collection(app, layer.id))
    )


def _layer_collection(app: AppState, layer_id: str) -> dict[str, Any]:
    chosen = app.city.facilities[app.city.facilities["layer"] == layer_id]
    properties = facility_properties(app)
    return collection(
        (
            feature(properties[str(id_)], geometry, id_=str(id_))
            for id_, geometry in chosen.geometry.items()
        ),
        layer=layer_id,
        data_date=app.catalogue.data_date,
        attribution=dict(app.catalogue.attribution),
        helplines=[_helpline(one) for one in app.city.helplines if layer_id in one.layers],
    )


def _helpline(one: Helpline) -> dict[str, Any]:
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


def facility_geometries(app: AppState) -> dict[str, dict[str, Any] | None]:
    """Return the GeoJSON geometry of every facility by id; None where none is known."""
    places = app.city.facilities.geometry.items()
    return app.memo.get(
        "geometries", lambda: {str(id_): geometry_json(place) for id_, place in places}
    )


@operation(
    "/api/districts",
    NoParams,
    DistrictsAnswer,
    summary="Districts as GeoJSON",
    tag="data",
    media_type=GEOJSON,
    cache_s=DATA_CACHE_S,
)
def districts(app: AppState, _asked: NoParams) -> Answer:
    """Boundaries of the districts, with their names and registered residents."""

    return app.memo.get("districts", lambda: encoded(_district_collection(app)))


def _district_collection(app: AppState) -> dict[str, Any]:
    rows: Any = app.city.districts.itertuples()
    return collection(
        feature(
            {
                "number": int(row.Index),
                "roman": str(row.roman),
                "name": str(row.name),
                "residents": None if pd.isna(row.residents) else int(row.residents),
            },
            row.geometry,
            id_=int(row.Index),
        )
        for row in rows
    )
