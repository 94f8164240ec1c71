"""Compose the maps of the pages: addresses of data in, a folium map out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from locator.base.geojson import Collection
from locator.web.map.background import DECIMALS
from locator.web.map.elements import (
    AreaLayer,
    BaseMap,
    FeatureLayer,
    LineLayer,
    OriginMarker,
    Stage,
    TilesOfOthers,
)
from locator.web.map.symbols import Symbol

if TYPE_CHECKING:
    from locator.web.map.figure import Map

MAX_ZOOM = 18


@dataclass(frozen=True)
class Ground:
    """What all maps of one city in one language share.

    Attributes
    ----------
    bounds : tuple of float
        West, south, east, north in WGS84.
    label : str
        Accessible name of the map.
    labels : mapping of str to str
        Translated `locator.web.map.labels.LABELS`.
    attribution : str
        Whose data are drawn.
    base_map_url : str
        Address of the base map's tiles.
    base_map_bounds : tuple of float
        Where there are any.
    facility_url : str
        Address of a facility's page, ``__id__`` in place of the id.
    about_url : str or None
        Page with sources and licences.
    tiles, tiles_attribution : str or None
        Address template of base-map tiles, off where None.
    start : (lon, lat) or None
        Where ways to places of the map begin; None where that is not known.
    font_url : str or None
        Address of the site's typeface, in which names are written.
    """

    bounds: tuple[float, float, float, float]
    label: str
    labels: Mapping[str, str]
    attribution: str
    base_map_url: str
    base_map_bounds: tuple[float, float, float, float]
    facility_url: str
    about_url: str | None = None
    tiles: str | None = None
    tiles_attribution: str | None = None
    start: tuple[float, float] | None = None
    font_url: str | None = None


@dataclass(frozen=True)
class Shading:
    """How the areas of a coverage map are shaded.

    Attributes
    ----------
    title : str
        Heading of the legend.
    value : str
        Property with the value.
    breaks : tuple of float
        Upper borders of all classes but the last.
    class_labels : tuple of str
        One for each class.
    gap_label : str or None
        What the pattern means.
    scale : str
        ``"sequential"`` or ``"diverging"``.
    """

    title: str
    value: str
    breaks: tuple[float, ...]
    class_labels: tuple[str, ...]
    gap_label: str | None = None
    scale: str = "sequential"


def city_map(
    ground: Ground,
    *,
    symbols: Sequence[Symbol],
    features_url: str,
    nearest_url: str,
    hidden: Sequence[str] = (),
) -> Map:
    """Return the map of all layers, with a legend that filters and a click that asks."""
    map_ = base_map(ground, nearest_url=nearest_url, keep_state=True)
    FeatureLayer(
        features_url, symbols=symbols, facility_url=ground.facility_url, hidden=hidden
    ).add_to(map_)
    return map_


def layer_map(ground: Ground, *, symbol: Symbol, features_url: str, nearest_url: str) -> Map:
    """Return the map of one layer."""
    map_ = base_map(ground, nearest_url=nearest_url, keep_state=True)
    FeatureLayer(
        features_url,
        symbols=[symbol],
        facility_url=ground.facility_url,
        crowded=True,
        fit=True,
    ).add_to(map_)
    return map_


def nearest_map(
    ground: Ground,
    *,
    symbols: Sequence[Symbol],
    origin: tuple[float, float, str],
    features: Collection,
    walks: Mapping[str, Any],
    nearest_url: str,
    walk_labels: Mapping[str, str],
) -> Map:
    """Return the map of an answer: the origin, the numbered results and the walks.

    Parameters
    ----------
    origin : (lon, lat, label)
    features : Collection
        The results.
    walks : mapping
        As `locator.web.map.data.walk_steps` tells them.
    nearest_url : str
        Where a click asks again.
    walk_labels : mapping of str to str
        Text of the legend for each kind of walk.
    """
    map_ = base_map(ground, nearest_url=nearest_url)
    LineLayer(walks, decimals=DECIMALS, fit=True, legend=walk_labels).add_to(map_)
    FeatureLayer(
        features,
        symbols=symbols,
        facility_url=ground.facility_url,
        cluster_above=None,
        legend=len(symbols) > 1,
        fit=True,
        listed=True,
    ).add_to(map_)
    lon, lat, label = origin
    OriginMarker(lon=lon, lat=lat, label=label).add_to(map_)
    return map_


def facility_map(
    ground: Ground, *, symbol: Symbol, lon: float, lat: float, features: Collection
) -> Map:
    """Return the map of one facility, near enough to see the stops round it."""
    map_ = base_map(ground, centre=(lon, lat), zoom=15)
    FeatureLayer(
        features,
        symbols=[symbol],
        facility_url=ground.facility_url,
        legend=False,
        cluster_above=None,
    ).add_to(map_)
    return map_


def coverage_map(
    ground: Ground,
    *,
    areas_url: str,
    shading: Shading,
    symbol: Symbol | None = None,
    features_url: str | None = None,
) -> Map:
    """Return the map of a coverage report: shaded districts, gaps, and the facilities."""
    map_ = base_map(ground)
    AreaLayer(
        areas_url,
        title=shading.title,
        value=shading.value,
        breaks=shading.breaks,
        class_labels=shading.class_labels,
        scale=shading.scale,
        gap_label=shading.gap_label,
    ).add_to(map_)
    if symbol and features_url:
        FeatureLayer(
            features_url,
            symbols=[symbol],
            facility_url=ground.facility_url,
            cluster_above=None,
            small=True,
            crowded=True,
        ).add_to(map_)
    return map_


def base_map(
    ground: Ground,
    *,
    centre: tuple[float, float] | None = None,
    zoom: int = 11,
    nearest_url: str | None = None,
    at_once: bool = False,
    keep_state: bool = False,
) -> Map:
    """Return a map with controls, the base map and, where configured, tiles of others."""
    from locator.web.map.figure import (
        Map,  # folium: half of a second that the first answer may save
    )

    west, south, east, north = ground.bounds
    lon, lat = centre or ((west + east) / 2, (south + north) / 2)
    map_ = Map(
        location=(round(lat, 6), round(lon, 6)),
        zoom_start=zoom,
        zoom_control=False,
        maxZoom=MAX_ZOOM,
        # Small steps let the city fill the map; tiles are only sharp at whole ones.
        zoomSnap=1 if ground.tiles else 0.25 if at_once else 0.5,
        doubleClickZoom=not at_once,  # its first click would lead away
        attributionControl=False,
    )
    Stage(
        label=ground.label,
        labels=ground.labels,
        bounds=[round(side, 5) for side in ground.bounds],
        attribution=ground.attribution,
        about_url=ground.about_url,
        nearest_url=nearest_url,
        at_once=at_once,
        keep_state=keep_state,
        fit_city=centre is None,
        start=ground.start,
    ).add_to(map_)
    if ground.tiles:
        TilesOfOthers(
            ground.tiles, attribution=ground.tiles_attribution or "", max_zoom=MAX_ZOOM
        ).add_to(map_)
    BaseMap(
        ground.base_map_url,
        bounds=[round(side, 5) for side in ground.base_map_bounds],
        max_zoom=MAX_ZOOM,
        overlay=bool(ground.tiles),
        font_url=ground.font_url,
    ).add_to(map_)
    return map_
