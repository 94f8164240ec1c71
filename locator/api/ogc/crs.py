"""Name coordinate systems as OGC does, and turn places into them, each axis where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer

from locator.api.context import AppState
from locator.base.geo import WGS84, Box, FloatArray
from locator.base.geojson import DEGREE_DIGITS

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
"""Longitude, latitude in WGS84: what everything is stored in and answered in by default."""

EPSG_URI = "http://www.opengis.net/def/crs/EPSG/0/{code}"
WEB_MERCATOR = "EPSG:3857"
METRE_DIGITS = 2
EDGE_POINTS = 21
"""Points along each side of a box in another system: its sides are no straight lines in ours."""


def systems(app: AppState) -> dict[str, str]:
    """Return the coordinate systems that are served: what pyproj calls them, by their URI.

    Parameters
    ----------
    app : AppState

    Returns
    -------
    dict of str to str
        The stored one first.
    """
    named = [WGS84, WEB_MERCATOR, app.catalogue.crs_metric, app.catalogue.crs_export]
    uris = {EPSG_URI.format(code=name.partition(":")[2]): name for name in named}
    return {CRS84: "OGC:CRS84", **uris}


def in_system(places: Any, system: str) -> Any:
    """Return lon, lat geometries in another system, rounded to what is known.

    Parameters
    ----------
    places : (n,) array of shapely geometries or None
    system : str
        One of the values of `systems`.

    Returns
    -------
    array of shapely geometries or None
        Coordinates in the order of the system's own axes: of EPSG:4326 latitude first.
    """
    digits = DEGREE_DIGITS if CRS.from_user_input(system).is_geographic else METRE_DIGITS
    turn, flips = _turned(system)

    def moved(xy: FloatArray) -> FloatArray:
        x, y = turn.transform(xy[:, 0], xy[:, 1])
        pair = [y, x] if flips else [x, y]
        return np.round(np.column_stack(pair), digits)

    made = np.array(places, dtype=object)
    there = ~shapely.is_missing(made)
    made[there] = shapely.transform(made[there], moved)
    return made


def box_in_degrees(box: Sequence[float], system: str) -> tuple[Box, ...]:
    """Return the lon, lat boxes of a box in another system.

    Parameters
    ----------
    box : sequence of 4 float
        Lower corner, upper corner, each in the order of the system's own axes.
    system : str

    Returns
    -------
    tuple of Box
        One; two where it crosses the date line.
    """
    turn, flips = _turned(system)
    first, second, third, fourth = box
    west, south, east, north = (second, first, fourth, third) if flips else tuple(box)
    if CRS.from_user_input(system).is_geographic:
        if west > east:
            return (west, south, 180.0, north), (-180.0, south, east, north)
        return ((west, south, east, north),)
    bounds = turn.transform_bounds(
        west, south, east, north, densify_pts=EDGE_POINTS, direction="INVERSE"
    )
    return (tuple(float(side) for side in bounds),)  # type: ignore[return-value]


@cache
def _turned(system: str) -> tuple[Transformer, bool]:
    """From lon, lat to x, y; and whether the system itself has y first."""
    known = CRS.from_user_input(system)
    flips = known.axis_info[0].direction.lower() in ("north", "south")
    return Transformer.from_crs(WGS84, known, always_xy=True), flips
