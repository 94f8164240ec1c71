"""Read where walks start, one place or ten thousand: addresses, points, frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from locator.base.errors import N_, InvalidParameterError, LocatorError, OutsideCityError
from locator.base.geo import WGS84, in_city
from locator.base.i18n import error_text
from locator.city.model import City
from locator.geocoding.place import Place
from locator.geocoding.resolving import resolve

Start: TypeAlias = str | tuple[float, float] | shapely.Point
"""An address or a place in words, or a point: longitude before latitude."""

Starts: TypeAlias = (
    Start | Sequence[Start] | gpd.GeoDataFrame | gpd.GeoSeries | pd.Series | npt.NDArray[np.float64]
)
"""One start or several; of a frame or series the index is kept."""

Errors: TypeAlias = Literal["raise", "coerce"]

SOME_WRONG = N_(
    "{count} of {total} starts cannot be used; the first is {index}: {problem} locate() says "
    'what is wrong with each, and errors="coerce" leaves them out.'
)
NO_START = N_(
    "{given} is no start: give an address, (longitude, latitude), a point, a list of them, or a "
    "GeoDataFrame of points."
)
NO_CRS = N_("The frame does not say its coordinate system: set it with set_crs.")
NO_POINTS = N_("The frame has to hold points, not {kind}: take their representative_point().")
SWAPPED = N_(
    "({lon}, {lat}) is outside the city; ({lat}, {lon}) is inside: longitude comes before latitude."
)
OUTSIDE = N_("({lon}, {lat}) is outside the city.")
EMPTY = N_("An empty start was given.")
NO_ERRORS = N_('errors has to be "raise" or "coerce".')


def located(city: City, starts: Starts, *, errors: Errors = "raise") -> gpd.GeoDataFrame:
    """Return where walks start.

    Parameters
    ----------
    city : City
    starts : Starts
    errors : str
        ``"raise"``: one that cannot be used is an error; ``"coerce"``: it has no geometry.

    Returns
    -------
    GeoDataFrame
        On the caller's index, or 0 to n. Columns ``label``, ``precision`` (``exact``, ``street``
        or ``area``), ``problem`` (None, or what is wrong in words); points, WGS84.

    Raises
    ------
    LocatorError
        Of a single start what is wrong with it; of several how many are wrong, and the first.
    """
    if errors not in ("raise", "coerce"):
        raise InvalidParameterError(NO_ERRORS, parameter="errors")
    index, given, is_one = _listed(starts)
    known: dict[Any, Place | LocatorError] = {}
    found = [_found(city, one, known) for one in given]
    wrong = [number for number, one in enumerate(found) if isinstance(one, LocatorError)]
    if wrong and errors == "raise":
        first = found[wrong[0]]
        assert isinstance(first, LocatorError)
        if is_one:
            raise first
        raise InvalidParameterError(
            SOME_WRONG,
            parameter="origins",
            count=len(wrong),
            total=len(found),
            index=index[wrong[0]],
            problem=error_text(first),
        )
    places = [one if isinstance(one, Place) else None for one in found]
    problems = [error_text(one) if isinstance(one, LocatorError) else None for one in found]
    return gpd.GeoDataFrame(
        {
            "label": pd.Series([one.label if one else None for one in places], index, object),
            "precision": pd.Series(
                [one.precision if one else None for one in places], index, object
            ),
            "problem": pd.Series(problems, index, object),
        },
        geometry=[shapely.Point(one.lon, one.lat) if one else None for one in places],
        index=index,
        crs=WGS84,
    )


def _listed(starts: Any) -> tuple[pd.Index, list[Any], bool]:
    """Return the index, the starts one by one, and whether a single one was meant."""
    if isinstance(starts, (gpd.GeoDataFrame, gpd.GeoSeries)):
        return starts.index, _points(starts.geometry), False
    if isinstance(starts, pd.Series):
        return starts.index, starts.tolist(), False
    if isinstance(starts, np.ndarray):
        starts = starts.tolist()
    if isinstance(starts, (str, shapely.Geometry)) or _is_pair(starts):
        return pd.RangeIndex(1), [starts], True
    if isinstance(starts, Iterable) and not isinstance(starts, (bytes, dict, pd.DataFrame)):
        listed = list(starts)
        return pd.RangeIndex(len(listed)), listed, False
    return pd.RangeIndex(1), [starts], True


def _points(geometry: gpd.GeoSeries) -> list[Any]:
    if geometry.crs is None:
        raise InvalidParameterError(NO_CRS, parameter="origins")
    other = set(geometry.dropna().geom_type) - {"Point"}
    if other:
        raise InvalidParameterError(NO_POINTS, parameter="origins", kind=", ".join(sorted(other)))
    return list(geometry.to_crs(WGS84))


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, Sequence)
        and len(value) == 2
        and all(isinstance(part, (int, float, np.number)) for part in value)
    )


def _found(city: City, start: Any, known: dict[Any, Place | LocatorError]) -> Place | LocatorError:
    """Return the place of a start, or what is wrong with it; the same words are read once."""
    if not isinstance(start, str):
        return _point(city, start)
    if start not in known:
        try:
            known[start] = resolve(city.gazetteer, start)[0]
        except LocatorError as error:
            known[start] = error
    return known[start]


def _point(city: City, start: Any) -> Place | LocatorError:
    if start is None or start is pd.NA or (isinstance(start, float) and np.isnan(start)):
        return InvalidParameterError(EMPTY, parameter="origins")
    if isinstance(start, shapely.Point) and not start.is_empty:
        start = (start.x, start.y)
    if not _is_pair(start):
        given = type(start).__name__
        return InvalidParameterError(NO_START, parameter="origins", given=given)
    lon, lat = map(float, start)
    said = {"lon": f"{lon:.5f}", "lat": f"{lat:.5f}"}
    if not in_city(city.boundary, lon, lat):
        swapped = in_city(city.boundary, lat, lon)
        return OutsideCityError(SWAPPED if swapped else OUTSIDE, parameter="origins", **said)
    return Place(f"{lat:.5f}, {lon:.5f}", "coordinate", lon, lat, "exact", 100.0)
