"""Answer machines how far one gets on foot, along which streets, and how the models differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

import shapely
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from locator.analysis.access.model_comparison import ModelComparison
from locator.analysis.nearest import place_origin
from locator.api.context import AppState
from locator.api.geojson import area_json
from locator.api.nearest import origin_of
from locator.api.operations import CACHE_S, GEOJSON, operation
from locator.api.queries import (
    LayerId,
    Minutes,
    NoParams,
    Pace,
    StartParams,
    WaysParams,
    described,
    frozen,
    one_origin,
)
from locator.api.schemas import Area, Model, closed
from locator.api.street_info import comparisons, is_night, profile_of, street_source
from locator.city.lookup import known_layer, standing_layer
from locator.walking import SnappedPoints, WalkingModel
from locator.walking.isochrone import Isochrone, isochrones
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity

PACE_M_S = 1.3
"""An adult's pace, where none is asked for."""

Times = Annotated[
    tuple[Minutes, ...],
    Field(max_length=6),
    AfterValidator(lambda times: tuple(dict.fromkeys(times))),
]


@frozen
class IsochroneParams(WaysParams, StartParams):
    """Where a walk starts, or which layer's facilities, and how long it may take."""

    layer: LayerId | None = described("All open facilities of this layer as origins.", default=None)
    minutes: Times = described("Walking minutes; repeat it for several areas.", default=(15.0,))
    pace: Pace | None = described("Walking speed in m/s (1.3), or the layer's.", default=None)

    @staticmethod
    def check(given: Mapping[str, Any]) -> None:
        """Raise unless exactly one way to say where is given; a layer is one."""
        start = [given.get(name) for name in ("q", "lon", "lat")]
        if given.get("layer") is None or any(part is not None for part in start):
            one_origin(*start)


@closed
class IsochroneProperties(TypedDict):
    """How long, how fast, how far."""

    minutes: float
    pace_m_s: float
    limit_m: int
    area_km2: float
    model: Model
    profile: Profile
    at_night: bool


@closed
class IsochroneFeature(TypedDict):
    """The area within one walking time; null where nothing is reached."""

    type: Literal["Feature"]
    geometry: Area | None
    properties: IsochroneProperties


@closed
class IsochroneAnswer(TypedDict):
    """The areas, in the order asked for."""

    type: Literal["FeatureCollection"]
    model: Model
    attribution: str | None
    features: list[IsochroneFeature]


@operation(
    "/api/isochrone",
    IsochroneParams,
    IsochroneAnswer,
    summary="How far one gets on foot",
    media_type=GEOJSON,
    errors=(404, 422),
    bounds="expensive",
    example={"minutes": [10]},
)
def isochrone(app: AppState, asked: IsochroneParams) -> IsochroneAnswer:
    """The area within `minutes` on foot of a place (`q`, or `lat` and `lon`) or of a whole `layer`,
    as valid polygons with holes. Without a street network it is as rough as the estimate.
    """
    walkable_city = app.walkable_city_for(asked.profile, at_night=asked.night == "yes")
    model = walkable_city.model
    origins, pace_m_s = _origins(app, asked, walkable_city)
    found = isochrones(
        model, origins, minutes=asked.minutes or (15.0,), pace_m_s=asked.pace or pace_m_s
    )
    source = street_source(app)
    return {
        "type": "FeatureCollection",
        "model": model.name,
        "attribution": source.attribution if source else None,
        "features": [_area_feature(app, model, item) for item in found],
    }


def _origins(
    app: AppState, asked: IsochroneParams, walkable_city: WalkableCity
) -> tuple[SnappedPoints, float]:
    """Return where the walks start, and the pace that is usual there."""
    if asked.q is None and asked.lat is None and asked.layer is not None:
        layer = standing_layer(app.catalogue, asked.layer)
        return walkable_city.snapped(walkable_city.usable_rows[layer.id]), layer.pace_m_s
    pace_m_s = PACE_M_S if asked.layer is None else known_layer(app.catalogue, asked.layer).pace_m_s
    place = origin_of(app, asked)
    return place_origin(walkable_city, place.lon, place.lat), pace_m_s


def _area_feature(app: AppState, model: WalkingModel, item: Isochrone) -> IsochroneFeature:
    return {
        "type": "Feature",
        "geometry": area_json(shapely.transform(item.area, app.city.projection.to_lonlat)),
        "properties": {
            "minutes": item.minutes,
            "pace_m_s": round(item.pace_m_s, 3),
            "limit_m": round(item.limit_m),
            "area_km2": round(item.area.area / 1e6, 4),
            "model": model.name,
            "profile": profile_of(model),
            "at_night": is_night(model),
        },
    }


# The streets, and how the models differ ---------------------------------------------------------


@closed
class AddedStreets(TypedDict):
    """Ways that came from elsewhere than the source of the streets."""

    source: str
    ways: int
    length_km: float


@closed
class MissingStreet(TypedDict):
    """A street that is known to be missing."""

    name: str
    source: str
    source_date: str


@closed
class StreetsAnswer(TypedDict):
    """Where the streets come from and what is known of them; null without a street network."""

    model: Model
    source: str | None
    source_date: str | None
    attribution: str | None
    length_km: float | None
    no_wheelchair_km: float | None
    no_pram_km: float | None
    closed_at_night_km: float | None
    not_known: list[str] | None
    added: list[AddedStreets] | None
    missing: list[MissingStreet] | None


@operation(
    "/api/streets",
    NoParams,
    StreetsAnswer,
    summary="The street network that walks follow",
    tag="data",
    cache_s=CACHE_S,
)
def streets(app: AppState, _asked: NoParams) -> StreetsAnswer:
    """Source, date and attribution of the street network, and how much of it is barred to whom."""
    source = street_source(app)
    facts = {
        name: getattr(source, name, None)
        for name in StreetsAnswer.__annotations__
        if name != "model"
    }
    return cast(StreetsAnswer, {"model": app.walkable_city.model.name} | facts)


@closed
class ComparisonLine(TypedDict):
    """One layer: the street network beside the estimate."""

    layer: str
    group: str
    minutes: float
    pace_m_s: float
    points: int
    people: int
    changed_points: float
    changed_people: float
    ratio: dict[str, float]
    served_estimate: int
    served_network: int
    lost: int
    gained: int
    unreachable_points: int
    off_network_points: int


@closed
class ComparisonAnswer(TypedDict):
    """Every layer that both models can answer; none without a street network."""

    layers: list[ComparisonLine]


@operation(
    "/api/comparison",
    NoParams,
    ComparisonAnswer,
    summary="The street network beside the estimate",
    tag="data",
    cache_s=CACHE_S,
    bounds="expensive",
)
def comparison(app: AppState, _asked: NoParams) -> ComparisonAnswer:
    """For each layer: the share of demand points and people whose nearest facility is another one,
    quantiles of network / estimate, and people whom only one of the models serves.
    """
    return {"layers": [_comparison_line(found) for found in comparisons(app)]}


def _comparison_line(found: ModelComparison) -> ComparisonLine:
    return {
        "layer": found.layer,
        "group": found.group,
        "minutes": found.minutes,
        "pace_m_s": found.pace_m_s,
        "points": found.points,
        "people": round(found.people),
        "changed_points": round(found.changed_points, 4),
        "changed_people": round(found.changed_people, 4),
        "ratio": {name: round(value, 3) for name, value in found.ratio.items()},
        "served_estimate": round(found.served_estimate),
        "served_network": round(found.served_network),
        "lost": round(found.lost),
        "gained": round(found.gained),
        "unreachable_points": found.unreachable_points,
        "off_network_points": found.off_network_points,
    }
