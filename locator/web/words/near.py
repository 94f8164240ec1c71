"""Say in words what lies near a place that has no address of its own."""

from __future__ import annotations

import math

import numpy as np

from locator.api.context import AppState
from locator.web.i18n import gettext, metres

ADDRESS_M = 120.0
"""A place is said to be near an address that is no further away."""

SAME_M = 20.0
"""What is so near is this address, as far as anyone can tell."""

STOP_M = 250.0
"""A vehicle is said to be near a stop that is no further away."""


def near_address(app: AppState, lon: float, lat: float) -> str:
    """Return in words near which address on file a place is; empty where none is near."""
    row = _nearest_row(app, "houses", lon, lat, within_m=ADDRESS_M)
    if row is None:
        return ""
    return gettext("near {address}", address=_address(app, row))


def address_beside(app: AppState, lon: float, lat: float) -> str:
    """Return the nearest address on file, with how far it is where it is not this very place."""
    row = _nearest_row(app, "houses", lon, lat, within_m=math.inf)
    if row is None:
        return ""
    address, houses = _address(app, row), app.city.houses
    there = houses[["lon", "lat"]].iloc[row].to_numpy(np.float64)
    pair = app.city.projection.to_metric(np.array([(lon, lat), there]))
    away_m = math.dist(*pair)
    if away_m <= SAME_M:
        return address
    return gettext("{address}, {distance} from here", address=address, distance=metres(away_m))


def _address(app: AppState, row: int) -> str:
    street, number = app.memo.get(
        "addresses in words",
        lambda: tuple(app.city.houses[name].to_numpy(object) for name in ("street", "number")),
    )
    return f"{street[row]} {number[row]}"


def near_stop(app: AppState, lon: float, lat: float) -> str:
    """Return in words near which stop a place is, else near which address; perhaps nothing."""
    row = _nearest_row(app, "stops", lon, lat, within_m=STOP_M)
    if row is None:
        return near_address(app, lon, lat)
    return gettext("near the stop {stop}", stop=app.city.stops["name"].iloc[row])


def _nearest_row(
    app: AppState, table: str, lon: float, lat: float, *, within_m: float
) -> int | None:
    """Return the row of ``city.<table>`` nearest to a place, None beyond `within_m`."""
    from scipy.spatial import cKDTree

    points = getattr(app.city, table)
    if points.empty:
        return None

    def made() -> cKDTree:
        return cKDTree(app.city.projection.to_metric(points[["lon", "lat"]].to_numpy()))

    tree = app.memo.get(("near", table), made)
    away_m, row = tree.query(app.city.projection.to_metric([(lon, lat)])[0])
    return int(row) if away_m <= within_m else None
