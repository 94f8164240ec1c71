"""List the places where a facility could stand: real addresses and stops, one per square."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from locator.city.model import City

SPACING_M = 100.0
"""Two candidates in one square of this side would serve the same people; one is kept."""


def candidates(
    city: City, *, spacing_m: float = SPACING_M, forbidden: Any | None = None
) -> pd.DataFrame:
    """Return the places of `city` where a new facility could stand.

    An address is preferred to a stop, because it is a place to build at; a stop names places
    where no address point is on file.

    Parameters
    ----------
    city : City
    spacing_m : float
        Side of the squares of which each keeps one candidate.
    forbidden : shapely geometry, optional
        WGS84; no candidate lies in it.

    Returns
    -------
    DataFrame
        Columns ``name``, ``kind`` (``address`` or ``stop``), ``lon``, ``lat``, ``x``, ``y``,
        ``district`` (number); one row per candidate.
    """
    frame = pd.concat([_addresses(city), _stops(city)], ignore_index=True)
    points = np.asarray(shapely.points(frame[["lon", "lat"]].to_numpy()))
    district = np.full(len(frame), -1)
    outlines = city.districts.geometry.to_numpy()
    position, which = shapely.STRtree(points).query(outlines, predicate="contains")
    district[which] = city.districts.index.to_numpy()[position]
    frame["district"] = district
    keep = district >= 0
    if forbidden is not None:
        shapely.prepare(forbidden)
        keep &= ~shapely.intersects(forbidden, points)
    frame = frame[keep].reset_index(drop=True)
    frame[["x", "y"]] = city.projection.to_metric(frame[["lon", "lat"]].to_numpy())
    square = np.floor(frame[["x", "y"]].to_numpy() / spacing_m).astype(np.int64)
    first = ~pd.DataFrame(square).duplicated().to_numpy()
    return frame[first].reset_index(drop=True)


def _addresses(city: City) -> pd.DataFrame:
    addresses = city.addresses
    return pd.DataFrame(
        {
            "name": addresses["street"] + " " + addresses["number"].astype(str),
            "kind": "address",
            "lon": addresses["lon"],
            "lat": addresses["lat"],
        }
    )


def _stops(city: City) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": city.stops["name"],
            "kind": "stop",
            "lon": city.stops["lon"],
            "lat": city.stops["lat"],
        }
    )
