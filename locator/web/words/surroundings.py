"""Say what lies round a facility: the stops one gets off at, and others of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from locator.analysis.nearest import NearestQuery, nearest, place_origin
from locator.api.context import AppState
from locator.base.errors import LocatorError
from locator.walking.walkable_city import WalkableCity
from locator.web.words.cards import Card, card, opening_of
from locator.web.words.near import tree_of

STOPS = 3
STOP_WALK_M = 800.0
"""A stop from which the walk is longer is no stop of this place."""

LOOKED_AT = 24
"""Posts of stops nearest in a straight line, among which those nearest on foot are looked for."""

OTHERS = 3


@dataclass(frozen=True)
class NearStop:
    """A stop with the walk from it."""

    name: str
    walk_m: float


@dataclass(frozen=True)
class Neighbour:
    """Another facility of the layer with the walk to it."""

    facility: Card
    walk_s: float
    walk_m: float


def stops_near(app: AppState, lon: float, lat: float) -> tuple[NearStop, ...]:
    """Return the stops nearest on foot; none outside the city or where no stop is near.

    Remembered: they lie where they lie, whenever somebody asks.
    """
    question = app.walkable_city.number, "stops near", lon, lat
    return app.memo.get(question, lambda: _stops_near(app, lon, lat))


def _stops_near(app: AppState, lon: float, lat: float) -> tuple[NearStop, ...]:
    ground = app.walkable_city
    if app.city.stops.empty:
        return ()
    try:
        origin = place_origin(ground, lon, lat)
    except LocatorError:
        return ()
    tree = tree_of(app, "stops")
    here = app.city.projection.to_metric([(lon, lat)])[0]
    found = tree.query(here, k=LOOKED_AT, distance_upper_bound=STOP_WALK_M)
    straight_m, rows = map(np.asarray, found)
    rows = rows[np.isfinite(straight_m)]
    if not len(rows):
        return ()
    walk_m = ground.model.walk_m(origin, ground.model.snap(tree.data[rows]), limit_m=STOP_WALK_M)
    # A stop has several posts: the nearest one stands for it.
    nearest_m: dict[str, float] = {}
    for metres, name in sorted(zip(walk_m, app.city.stops["name"].iloc[rows], strict=True)):
        if metres <= STOP_WALK_M:
            nearest_m.setdefault(str(name), float(metres))
    return tuple(NearStop(name, metres) for name, metres in nearest_m.items())[:STOPS]


def others_near(
    ground: WalkableCity, facility: Card, lon: float, lat: float, at: datetime
) -> tuple[Neighbour, ...]:
    """Return the next open facilities of the same layer; none outside the city.

    Which they are is remembered, whether their doors are open at this moment is not.
    """
    if facility.layer.moves:
        return ()
    query = NearestQuery((facility.layer.id,), lon, lat, k=OTHERS + 1)
    question = ground.number, "others near", facility.id, query
    city, hours = ground.city, ground.city.columns["opening_hours"]
    return tuple(
        Neighbour(card(city, id_, opening=opening_of(city, hours[row], at)), walk_s, walk_m)
        for id_, row, walk_s, walk_m in ground.memory.get(
            question, lambda: _others_near(ground, facility.id, query)
        )
    )


def _others_near(
    ground: WalkableCity, facility_id: str, query: NearestQuery
) -> tuple[tuple[str, int, float, float], ...]:
    """Return id, row, seconds and metres of each."""
    try:
        found = nearest(ground, query).found
    except LocatorError:
        return ()
    others = ((one.id, one.row, one.walk_s, one.walk_m) for one in found if one.id != facility_id)
    return tuple(others)[:OTHERS]
