"""Walk from a place to single facilities, and draw how."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, pairwise

import numpy as np
from shapely.geometry import LineString

from locator.analysis.nearest import place_origin
from locator.base.echo import cut
from locator.base.errors import N_, NotComputableError, NotFoundError
from locator.base.geo import FloatArray
from locator.walking import SnappedPoints, Walk
from locator.walking.walkable_city import WalkableCity


def walk_to(walkable_city: WalkableCity, lon: float, lat: float, facility_id: str) -> Walk:
    """Return the walk from a place to a facility, metric CRS.

    Raises
    ------
    NotFoundError, NotComputableError, OutsideCityError
        For a facility that does not exist or is not located, or a start outside the city.
    """
    row = _located(walkable_city, facility_id)
    return walkable_city.model.walk(
        place_origin(walkable_city, lon, lat), walkable_city.snapped(np.array([row]))
    )


def walk_lines(
    walkable_city: WalkableCity,
    lon: float,
    lat: float,
    facility_ids: Iterable[str],
    *,
    origin: SnappedPoints | None = None,
) -> list[LineString]:
    """Return the lines walked from a place to some facilities, WGS84; errors as for `walk_to`.

    Parameters
    ----------
    walkable_city, lon, lat, facility_ids, origin
        As for `walk_points`.

    Returns
    -------
    list of shapely LineString
        In the order of `facility_ids`; straight where walks are estimated.
    """
    return list(map(LineString, walk_points(walkable_city, lon, lat, facility_ids, origin=origin)))


def walk_points(
    walkable_city: WalkableCity,
    lon: float,
    lat: float,
    facility_ids: Iterable[str],
    *,
    origin: SnappedPoints | None = None,
) -> list[FloatArray]:
    """Return the points of the walks from a place to some facilities; errors as for `walk_to`.

    Parameters
    ----------
    walkable_city : WalkableCity
    lon, lat : float
        Where the walks start; degrees, WGS84.
    facility_ids : iterable of str
    origin : SnappedPoints, optional
        That place as `place_origin` returns it, where it is known.

    Returns
    -------
    list of (n, 2) float array
        Lon, lat in walking order, for each of `facility_ids`; none where nobody can walk there.
    """
    rows = [_located(walkable_city, facility_id) for facility_id in facility_ids]
    if origin is None:
        origin = place_origin(walkable_city, lon, lat)
    walks = walkable_city.model.walks(origin, walkable_city.snapped(np.array(rows, dtype=np.int64)))
    # All at once: a way into other coordinates costs more than the points that go it.
    lonlat = walkable_city.city.projection.to_lonlat(
        np.concatenate([np.empty((0, 2)), *(walk.xy for walk in walks)])
    )
    bounds = accumulate((len(walk.xy) for walk in walks), initial=0)
    return [lonlat[begin:end] for begin, end in pairwise(bounds)]


def _located(walkable_city: WalkableCity, facility_id: str) -> int:
    """Return the row of a facility that a walk can lead to; errors as for `walk_to`."""
    facilities = walkable_city.city.facilities
    if facility_id not in facilities.index:
        raise NotFoundError(N_("There is no facility {id}."), id=cut(facility_id))
    row = int(facilities.index.get_loc(facility_id))
    if row not in walkable_city.located:
        raise NotComputableError(
            N_("It is not known where {name} is, so there is no walk to it."),
            name=facilities["name"].iloc[row],
        )
    return row


def walk_line(walkable_city: WalkableCity, lon: float, lat: float, facility_id: str) -> LineString:
    """Return the line walked from a place to a facility, WGS84; errors as for `walk_to`."""
    return walk_lines(walkable_city, lon, lat, [facility_id])[0]
