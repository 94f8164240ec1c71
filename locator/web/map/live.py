"""Compose the map of the emergency page: AEDs that stand, vehicles that move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from locator.base.geojson import Collection
from locator.web.map import views
from locator.web.map.elements import FeatureLayer, OriginMarker
from locator.web.map.symbols import Symbol

if TYPE_CHECKING:
    from locator.web.map.figure import Map

REFRESH_S = 10.0


def aed_map(
    ground: views.Ground,
    *,
    symbols: Sequence[Symbol],
    moving_symbols: Sequence[Symbol],
    origin: tuple[float, float, str],
    features: Collection,
    vehicles_url: str,
    ask_url: str,
    refresh: bool,
) -> Map:
    """Return the map of the AEDs round a place; vehicles move while it is looked at.

    Parameters
    ----------
    ground : views.Ground
    symbols, moving_symbols : sequence of Symbol
        Of the layers that stand, and of those that move.
    origin : (lon, lat, label)
    features : Collection
        Where to walk to for the AEDs listed.
    vehicles_url : str
        GeoJSON of where the vehicles are.
    ask_url : str
        Where a click asks again.
    refresh : bool
        Fetch the vehicles again every `REFRESH_S` seconds (not for a moment in the past).
    """
    map_ = views.base_map(ground, centre=origin[:2], zoom=15, nearest_url=ask_url)
    FeatureLayer(
        vehicles_url,
        symbols=moving_symbols,
        facility_url=ground.facility_url,
        legend=True,
        refresh_s=REFRESH_S if refresh else None,
        listed=True,
        cluster_above=None,
    ).add_to(map_)
    FeatureLayer(
        features,
        symbols=[*symbols, *moving_symbols],
        facility_url=ground.facility_url,
        legend=True,
        fit=True,
        listed=True,
        cluster_above=None,
    ).add_to(map_)
    lon, lat, label = origin
    OriginMarker(lon=lon, lat=lat, label=label).add_to(map_)
    return map_
