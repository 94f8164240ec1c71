"""Walk to, from and between the stops of a city; what is walked is remembered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.vehicles.raptor import Footpaths
from locator.vehicles.transit import TransitNetwork
from locator.walking import SnappedPoints, WalkingModel
from locator.walking.network.model import NetworkModel
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity

CHANGE_WALK_M = 400.0
"""The longest walk from one stop to another at a change."""

KNOWN = 10
"""Stops that a vertex knows. Of trams, nineteen in twenty places of Kraków have fewer within a
quarter of an hour, so that nothing has to be searched there; with six it were four in five."""


@dataclass(frozen=True, eq=False)
class StopWalks:
    """The stops of all timetables in a city, snapped, and the walks between near ones.

    Attributes
    ----------
    stops : SnappedPoints
        s of them.
    from_stop, first
        As in `Footpaths`.
    walk_m : (f,) float array
    """

    stops: SnappedPoints
    from_stop: IntArray
    first: IntArray
    walk_m: FloatArray

    def footpaths(self, pace_m_s: float) -> Footpaths:
        """Return the walks at a pace."""
        return Footpaths(self.from_stop, self.first, self.walk_m / pace_m_s)


def stop_walks(walkable_city: WalkableCity, network: TransitNetwork) -> StopWalks:
    """Return the stops of `network` in a city and the walks between those near each other.

    Parameters
    ----------
    walkable_city : WalkableCity
    network : TransitNetwork

    Returns
    -------
    StopWalks
        Found once for a city and a network.
    """
    return walkable_city.memory.get(
        _question(walkable_city, network), lambda: _stop_walks(walkable_city, network)
    )


def index_stops(walkable_city: WalkableCity, network: TransitNetwork) -> None:
    """Index the nearest stops, so that who starts somewhere waits for no search.

    Parameters
    ----------
    walkable_city : WalkableCity
        Nothing is indexed where walks are estimated.
    network : TransitNetwork
    """
    _index(walkable_city.model, stop_walks(walkable_city, network).stops, make=True)


def _index(model: WalkingModel, stops: SnappedPoints, *, make: bool) -> None:
    if isinstance(model, NetworkModel):
        model.index_nearest(stops, k=KNOWN, make=make)


def has_stop_walks(walkable_city: WalkableCity, network: TransitNetwork) -> bool:
    """Tell whether `stop_walks` has found them already.

    Parameters
    ----------
    walkable_city : WalkableCity
    network : TransitNetwork

    Returns
    -------
    bool
    """
    return _question(walkable_city, network) in walkable_city.memory


def _question(walkable_city: WalkableCity, network: TransitNetwork) -> tuple[int, str, int]:
    return walkable_city.number, "stop_walks", network.number


def _stop_walks(walkable_city: WalkableCity, network: TransitNetwork) -> StopWalks:
    model = walkable_city.model
    stops = model.snap(walkable_city.city.projection.to_metric(network.stop_lonlat))
    _index(model, stops, make=False)
    walks = reach(model, stops, stops, limit_m=CHANGE_WALK_M)
    count = len(stops)
    to_stop = np.repeat(np.arange(count), np.diff(walks.indptr))
    away = walks.indices != to_stop  # every stop leads to itself, also where no street is near
    from_stop = np.concatenate([np.arange(count), walks.indices[away].astype(np.int64)])
    to_stop = np.concatenate([np.arange(count), to_stop[away]])
    walk_m = np.concatenate([np.zeros(count), walks.data[away]])
    order = np.argsort(to_stop, kind="stable")
    first = np.searchsorted(to_stop[order], np.arange(count + 1))
    return StopWalks(stops, from_stop[order], first.astype(np.int64), walk_m[order])


def stops_near(
    walkable_city: WalkableCity, network: TransitNetwork, row: int, limit_m: float
) -> tuple[IntArray, FloatArray]:
    """Return the stops within a walk of a facility, and the metres to each, the nearest first."""
    return walkable_city.memory.get(
        (walkable_city.number, "stops_near", network.number, row, limit_m),
        lambda: _stops_near(walkable_city, network, row, limit_m),
    )


def _stops_near(
    walkable_city: WalkableCity, network: TransitNetwork, row: int, limit_m: float
) -> tuple[IntArray, FloatArray]:
    stops = stop_walks(walkable_city, network).stops
    facility = walkable_city.snapped(np.array([row]))
    walk_m = walkable_city.model.walk_m(facility, stops, limit_m=limit_m)
    near = np.flatnonzero(np.isfinite(walk_m))
    near = near[np.argsort(walk_m[near], kind="stable")]
    return near, walk_m[near]
