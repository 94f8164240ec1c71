"""Make frames of what was found: walks, areas, sites."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from locator.analysis.nearest import NearestQuery, place_origin
from locator.analysis.nearest_many import nearest_many
from locator.analysis.siting.query import SitingQuery
from locator.analysis.walks import walk_lines
from locator.api.context import AppState
from locator.api.gains import site_gains
from locator.api.network import PACE_M_S, IsochroneParams
from locator.api.siting import found_sites
from locator.base.geo import WGS84, FloatArray
from locator.city.lookup import known_layer, standing_layer
from locator.walking.isochrone import isochrones
from locator.walking.walkable_city import WalkableCity


def nearest_frame(
    ground: WalkableCity, starts: gpd.GeoDataFrame, query: NearestQuery, *, walk: bool
) -> gpd.GeoDataFrame:
    """Return the nearest facilities of each start that has a place, see `OpenCity.nearest`.

    Parameters
    ----------
    ground : WalkableCity
    starts : GeoDataFrame
        As `locator.library.starts.located` returns them.
    query : NearestQuery
    walk : bool
        Give ways in place of points.

    Returns
    -------
    GeoDataFrame
    """
    starts = starts[starts["problem"].isna()]
    lonlat = _lonlat(starts)
    found = nearest_many(ground, lonlat, query)
    facilities = ground.city.facilities.iloc[found["row"].to_numpy()]
    geometry = facilities.geometry.to_list()
    if walk:
        by_origin = facilities.index.groupby(found["origin"].to_numpy())
        geometry = [
            line
            for origin, ids in sorted(by_origin.items())
            for line in walk_lines(ground, lonlat[origin, 0], lonlat[origin, 1], ids)
        ]
    columns: dict[str, Any] = {
        "origin": starts.index.to_numpy()[found["origin"]],
        "rank": found["rank"],
        "id": facilities.index,
        "layer": found["layer"],
        "name": facilities["name"].to_numpy(),
        "address": facilities["address"].to_numpy(),
        **{name: found[name] for name in ("walk_m", "walk_s", "open_state", "next_change")},
    }
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=WGS84)


def isochrone_frame(
    ground: WalkableCity, starts: gpd.GeoDataFrame | None, asked: IsochroneParams
) -> gpd.GeoDataFrame:
    """Return the areas around each start, or around a layer, see `OpenCity.isochrone`.

    Parameters
    ----------
    ground : WalkableCity
    starts : GeoDataFrame or None
        As `locator.library.starts.located` returns them; None for the facilities of the layer.
    asked : IsochroneParams
        Where it starts is of no account.

    Returns
    -------
    GeoDataFrame
    """
    city, layer = ground.city, asked.layer
    usual = PACE_M_S if layer is None else known_layer(city.catalogue, layer).pace_m_s
    if starts is None:
        assert layer is not None  # the question was checked
        standing_layer(city.catalogue, layer)
        origins = [(layer, ground.snapped(ground.usable_rows[layer]))]
    else:
        places = zip(starts.index, _lonlat(starts).tolist(), strict=True)
        origins = [(index, place_origin(ground, *place)) for index, place in places]
    areas = [
        (index, area)
        for index, origin in origins
        for area in isochrones(
            ground.model, origin, minutes=asked.minutes, pace_m_s=asked.pace or usual
        )
    ]
    return gpd.GeoDataFrame(
        {
            "origin": [index for index, _ in areas],
            "minutes": [area.minutes for _, area in areas],
            "pace_m_s": [area.pace_m_s for _, area in areas],
            "area_km2": [area.area.area / 1e6 for _, area in areas],
        },
        geometry=[shapely.transform(area.area, city.projection.to_lonlat) for _, area in areas],
        crs=WGS84,
    )


def sites_frame(state: AppState, query: SitingQuery) -> gpd.GeoDataFrame:
    """Return the sites for a question, see `OpenCity.sites`.

    Parameters
    ----------
    state : AppState
    query : SitingQuery

    Returns
    -------
    GeoDataFrame
    """
    found = found_sites(state, query)
    within = site_gains(state, found)
    columns = ["name", "kind", "district", "district_name", "gained", "total", "ties"]
    sites = found.sites.set_index("rank")
    frame = sites[columns + (["price"] if query.objective == "budget" else [])].copy()
    for place, column in enumerate(("low", "high"), start=1 + columns.index("gained")):
        frame.insert(place, column, None if within is None else within.sites[column].to_numpy())
    points = gpd.points_from_xy(sites["lon"], sites["lat"])
    made = gpd.GeoDataFrame(frame, geometry=points, crs=WGS84)
    made.attrs |= {"proven": found.proven, "gap": found.gap, "bound": found.bound}
    return made


def _lonlat(starts: gpd.GeoDataFrame) -> FloatArray:
    return np.column_stack([starts.geometry.x, starts.geometry.y]).reshape(-1, 2).astype(np.float64)
