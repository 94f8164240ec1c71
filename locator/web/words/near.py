"""Say in words what lies near a place that has no address of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from locator.api.context import AppState
from locator.web.i18n import gettext, metres

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

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


def near_facility(app: AppState, facility_id: str) -> str:
    """Return the same of a facility that stands: looked up for all of them at once."""

    def made() -> dict[str, str]:
        ids, geometry = app.city.facilities.index, app.city.columns["geometry"]
        placed = np.flatnonzero(~pd.isna(geometry))
        if app.city.houses.empty or not len(placed):
            return {}
        lonlat = [(where.x, where.y) for where in geometry[placed]]
        asked = tree_of(app, "houses").query(app.city.projection.to_metric(lonlat))
        away_m, row = map(np.asarray, asked)
        near = away_m <= ADDRESS_M
        houses = app.city.houses.iloc[row[near]]
        return dict(zip(ids[placed[near]], houses["street"] + " " + houses["number"], strict=True))

    address = app.memo.get("addresses near facilities", made).get(facility_id)
    return "" if address is None else gettext("near {address}", address=address)


def address_beside(app: AppState, lon: float, lat: float) -> str:
    """Return the nearest address on file, with how far it is where it is not this very place."""
    row = _nearest_row(app, "houses", lon, lat, within_m=math.inf)
    if row is None:
        return ""
    address = _address(app, row)
    there = [app.city.house_columns[name][row] for name in ("lon", "lat")]
    pair = app.city.projection.to_metric(np.array([(lon, lat), there]))
    away_m = math.dist(*pair)
    if away_m <= SAME_M:
        return address
    return gettext("{address}, {distance} from here", address=address, distance=metres(away_m))


def _address(app: AppState, row: int) -> str:
    street, number = (app.city.house_columns[name][row] for name in ("street", "number"))
    return f"{street} {number}"


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
    if getattr(app.city, table).empty:
        return None
    away_m, row = tree_of(app, table).query(app.city.projection.to_metric([(lon, lat)])[0])
    return int(row) if away_m <= within_m else None


def tree_of(app: AppState, table: str) -> cKDTree:
    """Return the points of ``city.<table>``, metric and ready to be searched."""
    from scipy.spatial import cKDTree

    def made() -> cKDTree:
        points = getattr(app.city, table)[["lon", "lat"]].to_numpy()
        return cKDTree(app.city.projection.to_metric(points))

    tree: cKDTree = app.memo.get(("near", table), made)
    return tree
