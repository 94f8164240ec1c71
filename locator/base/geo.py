"""Convert coordinates between degrees (lon, lat) and the city's metres (x, y)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

WGS84 = "EPSG:4326"

Box = tuple[float, float, float, float]
"""West, south, east, north."""

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEW = 3

EDGE_TOLERANCE_DEG = 0.0003
"""About 25 m: the boundary is generalised, a point on it must not fall outside."""


def in_city(boundary: Any, lon: float, lat: float) -> bool:
    """Tell whether a WGS84 point lies within a city's boundary, or within 25 m of its edge.

    Parameters
    ----------
    boundary : shapely geometry
        Area of the city, WGS84.
    lon, lat : float
        Degrees; what lies beyond the poles or the date line is in no city.

    Returns
    -------
    bool
    """
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        return False
    if shapely.contains_xy(boundary, lon, lat):
        return True
    return bool(shapely.dwithin(boundary, shapely.Point(lon, lat), EDGE_TOLERANCE_DEG))


@lru_cache(maxsize=8)
def transformer(given: str, wanted: str) -> Transformer:
    """Return what turns x, y of one CRS into those of another; made once, which takes 20 ms.

    Parameters
    ----------
    given, wanted : str
        EPSG codes; degrees are lon, lat.

    Returns
    -------
    Transformer
        May be used by several threads at once.

    Raises
    ------
    pyproj.exceptions.CRSError
        There is no such CRS.
    """
    return Transformer.from_crs(given, wanted, always_xy=True)


@dataclass(frozen=True)
class Projection:
    """The metric coordinate system of a city.

    Attributes
    ----------
    crs : str
        An EPSG code whose unit is the metre, e.g. ``"EPSG:2178"``.
    """

    crs: str

    @cached_property
    def _forward(self) -> Transformer:
        return transformer(WGS84, self.crs)

    @cached_property
    def _inverse(self) -> Transformer:
        return transformer(self.crs, WGS84)

    def to_metric(self, lonlat: npt.ArrayLike) -> FloatArray:
        """Return (n, 2) easting, northing in metres for (n, 2) lon, lat in degrees."""
        return _transformed(self._forward, lonlat)

    def to_lonlat(self, xy: npt.ArrayLike) -> FloatArray:
        """Return (n, 2) lon, lat in degrees for (n, 2) easting, northing in metres."""
        return _transformed(self._inverse, xy)


def _transformed(transformer: Transformer, points: npt.ArrayLike) -> FloatArray:
    """Return (n, 2) points in the other system: a few one by one, which is sooner than as arrays.

    Either way gives the same numbers, to the last bit.
    """
    given = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    made = np.empty(given.shape)
    if len(given) <= FEW:
        for row, (x, y) in enumerate(given.tolist()):
            made[row] = transformer.transform(x, y)
    else:
        made[:, 0], made[:, 1] = transformer.transform(given[:, 0], given[:, 1])
    return made


def is_metric(crs: str) -> bool:
    """Tell whether `crs` is a projected system whose axes are in metres.

    Parameters
    ----------
    crs : str
        What pyproj takes for a system, such as ``"EPSG:2178"``.

    Returns
    -------
    bool
        False also for what is no system at all.
    """
    try:
        parsed = CRS.from_user_input(crs)
    except Exception:  # pyproj raises its own family; any of them means "not usable"
        return False
    return parsed.is_projected and all(axis.unit_name == "metre" for axis in parsed.axis_info)


def widened(area: Any, margin_m: float, crs: str) -> Any:
    """Return an area with all that lies at most so far from it.

    Parameters
    ----------
    area : shapely geometry
        WGS84.
    margin_m : float
        Metres; with 0 the area is returned as it is.
    crs : str
        A system in metres that suits the place.

    Returns
    -------
    shapely geometry
        WGS84.
    """
    if not margin_m:
        return area
    projection = Projection(crs)
    metric = shapely.transform(area, projection.to_metric)
    return shapely.transform(metric.buffer(margin_m), projection.to_lonlat)


def inner_box(lonlat: FloatArray) -> Box:
    """Return the box of (n, 2) points but for the outermost twentieth of them on each side.

    Some stray points on another continent say nothing about where the others are.

    Parameters
    ----------
    lonlat : array of float, shape (n, 2)
        Degrees; at least one point.

    Returns
    -------
    tuple of float
        West, south, east, north.
    """
    west, south = np.quantile(lonlat, 0.05, axis=0)
    east, north = np.quantile(lonlat, 0.95, axis=0)
    return float(west), float(south), float(east), float(north)


def box_in_words(box: Box) -> str:
    """Return a box of degrees in words for a message.

    Parameters
    ----------
    box : tuple of float
        West, south, east, north; WGS84.

    Returns
    -------
    str
        To a thousandth of a degree, some 100 m.
    """
    west, south, east, north = (f"{value:.3f}" for value in box)
    return f"{west}..{east} E, {south}..{north} N"
