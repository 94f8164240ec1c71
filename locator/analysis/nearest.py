"""Rank the facilities that a person reaches first from one place, on foot.

Over 350 lines, because the question, the answer and the one way between them are read together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.analysis.clock import Clock
from locator.base.echo import shortened
from locator.base.errors import (
    N_,
    InvalidParameterError,
    OutsideCityError,
)
from locator.base.geo import FloatArray, IntArray, in_city
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.lookup import NO_KIND, known_layer
from locator.city.model import City
from locator.walking import ModelName, SnappedPoints
from locator.walking.walkable_city import WalkableCity

SAME_DIGITS = 6
"""Walks that are alike to so many digits stay in the order of the facilities, however counted."""

WIDEN = 3
"""So many times as many are looked at when the nearest ones are not all what was asked for."""


@dataclass(frozen=True)
class NearestQuery:
    """What a person asks.

    Attributes
    ----------
    layers : tuple of str
        Ids of one or more layers.
    lon, lat : float
        Where the walk starts, WGS84.
    k : int
        Facilities wanted **of each layer**: who asks for a nursery and an AED wants both.
    pace_m_s : float or None
        Walking speed; None means each layer's own.
    open_now : bool
        Only facilities that are known to be open at `at`. Unknown hours are not "open".
    status : str
        ``"open"``: facilities that a person can use (`locator.city.usability`); ``"all"``: every
        located
        one, also planned, closed and private ones.
    at : datetime or None
        When; without a time zone it is the city's clock; None means now.
    which : FacilityFilter
        Which facilities count (`WalkableCity.choosing`).
    """

    layers: tuple[str, ...]
    lon: float
    lat: float
    k: int = 5
    pace_m_s: float | None = None
    open_now: bool = False
    status: Literal["open", "all"] = "open"
    at: datetime | None = None
    which: FacilityFilter = EVERYTHING


@dataclass(frozen=True)
class Reached:
    """One facility of an answer.

    Attributes
    ----------
    id : str
    row : int
        Of ``city.facilities``.
    layer : str
    walk_m, walk_s, pace_m_s : float
    open_state : str
        ``open``, ``closed`` or ``unknown``.
    next_change : datetime or None
    via : tuple of str
        Names of the streets followed.
    """

    id: str
    row: int
    layer: str
    walk_m: float
    walk_s: float
    pace_m_s: float
    open_state: str
    next_change: datetime | None
    via: tuple[str, ...]


_NUMBERS = frozenset(("walk_m", "walk_s", "pace_m_s"))


@dataclass(frozen=True)
class NearestResult:
    """What was found.

    Attributes
    ----------
    query : NearestQuery
    model : str
        The walking model that made the answer.
    at : datetime
        The moment that opening states are about, in the city's time zone.
    origin : SnappedPoints
        Where the walks start.
    found : tuple of Reached
        At most `k` facilities of each layer, sorted by ``walk_s``.
    """

    query: NearestQuery
    model: ModelName
    at: datetime
    origin: SnappedPoints
    found: tuple[Reached, ...]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """What was found as a frame. Index: facility id. Columns as `Reached`, without ``row``."""
        names = [field.name for field in fields(Reached) if field.name not in ("id", "row")]
        columns = {name: [getattr(one, name) for one in self.found] for name in names}
        frame = {
            name: np.array(values, dtype=np.float64) if name in _NUMBERS else _objects(values)
            for name, values in columns.items()
        }
        ids = pd.Index([one.id for one in self.found], name="id", dtype=object)
        return pd.DataFrame(frame, index=ids)


def nearest(walkable_city: WalkableCity, query: NearestQuery) -> NearestResult:
    """Return the nearest facilities of each layer by walking time.

    Of a centre with several sites only the nearest (open) site is given. Facilities that nobody
    can walk to are left out.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : NearestQuery

    Returns
    -------
    NearestResult

    Raises
    ------
    NotFoundError
        For a layer that the city does not have.
    InvalidParameterError
        For `k` or a pace that makes no sense.
    OutsideCityError
        For a start outside the city.
    """
    rows = asked_rows(walkable_city, query)
    origin = place_origin(walkable_city, query.lon, query.lat)
    clock = Clock(walkable_city.city, local_moment(walkable_city.city, query.at))
    found = _search(walkable_city, origin, rows, query, clock)
    reached = _reached(walkable_city, origin, found, clock)
    return NearestResult(query, walkable_city.model.name, clock.at, origin, reached)


def asked_rows(walkable_city: WalkableCity, query: NearestQuery) -> dict[str, IntArray]:
    """Return which facilities of each layer are looked among, whatever their hours.

    Parameters
    ----------
    walkable_city : WalkableCity
    query : NearestQuery
        Checked; where the walk starts is of no account.

    Returns
    -------
    dict of str to (m,) int array
        Rows of ``walkable_city.city.facilities``, ascending, by layer.
    """
    _check(walkable_city.city, query)
    walkable_city = walkable_city.choosing(query.which)
    layers = tuple(dict.fromkeys(query.layers))
    if query.status == "open":
        return {layer: walkable_city.usable_rows[layer] for layer in layers}
    fits, located = walkable_city.fit.known, walkable_city.located_rows
    return {layer: located[layer][fits[located[layer]]] for layer in layers}


def place_origin(walkable_city: WalkableCity, lon: float, lat: float) -> SnappedPoints:
    """Return the start of a walk, ready for the model; it must be inside the city.

    Parameters
    ----------
    walkable_city : WalkableCity
    lon, lat : float
        Degrees, WGS84.

    Returns
    -------
    SnappedPoints
        One point.

    Raises
    ------
    OutsideCityError
        When it is not.
    """
    if not in_city(walkable_city.city.boundary, lon, lat):
        raise OutsideCityError(
            N_("This place is outside the city. Choose a place inside its boundary."),
            parameter="lat",
        )
    return walkable_city.model.snap(walkable_city.city.projection.to_metric([(lon, lat)]))


def _check(city: City, query: NearestQuery) -> None:
    if not query.layers:
        raise InvalidParameterError(N_("Choose at least one layer."), parameter="layer")
    for layer in query.layers:
        known_layer(city.catalogue, layer)
    if query.which.kinds:
        _check_kinds(city, query)
    if query.k < 1:
        raise InvalidParameterError(
            N_("At least one result has to be asked for, not {k}."), parameter="k", k=query.k
        )
    if query.pace_m_s is not None and not 0 < query.pace_m_s < np.inf:
        raise InvalidParameterError(
            N_("The pace must be more than 0 metres a second, not {pace}."),
            parameter="pace",
            pace=query.pace_m_s,
        )


def _check_kinds(city: City, query: NearestQuery) -> None:
    mine = city.facilities["layer"].isin(query.layers)
    known = city.facilities.loc[mine, "kind"].dropna().unique()
    for kind in query.which.kinds:
        if kind not in known:
            raise InvalidParameterError(
                NO_KIND,
                parameter="kind",
                given=shortened(kind),
                known=", ".join(sorted(known)) or "–",
            )


def local_moment(city: City, at: datetime | None) -> datetime:
    """Return `at` in the city's time zone; now for None; naive moments are local ones.

    Parameters
    ----------
    city : City
    at : datetime or None

    Returns
    -------
    datetime
        Aware. A naive moment that clocks skip or repeat is moved to one that exists.
    """
    zone = ZoneInfo(city.catalogue.timezone)
    if at is None:
        return datetime.now(zone)
    moment = at.replace(tzinfo=zone) if at.tzinfo is None else at
    # By way of UTC: a time that the clocks skip in spring becomes the one an hour later.
    return moment.astimezone(UTC).astimezone(zone)


@dataclass(frozen=True)
class _Found:
    """One facility that is part of the answer."""

    row: int
    layer: str
    walk_m: float
    pace_m_s: float

    @property
    def walk_s(self) -> float:
        return self.walk_m / self.pace_m_s


def _search(
    walkable_city: WalkableCity,
    origin: SnappedPoints,
    rows: dict[str, IntArray],
    query: NearestQuery,
    clock: Clock,
) -> list[_Found]:
    """Return the answer, sorted."""
    snapped = {layer: walkable_city.snapped(of_layer) for layer, of_layer in rows.items()}
    layers = list(rows)
    if len(layers) > 1:
        # The widest search first: a model may answer the narrower ones from it.
        layers.sort(key=lambda name: (-_straight_m(origin, snapped[name], query.k), name))
    found: list[_Found] = []
    for layer in layers:
        pace_m_s = query.pace_m_s or walkable_city.city.catalogue.layers[layer].pace_m_s
        taken = _search_layer(walkable_city, origin, rows[layer], snapped[layer], query, clock)
        found += [_Found(row, layer, length_m, pace_m_s) for row, length_m in taken]
    return sorted(found, key=lambda one: (round(one.walk_s, SAME_DIGITS), one.row))


def _search_layer(
    walkable_city: WalkableCity,
    origin: SnappedPoints,
    rows: IntArray,
    targets: SnappedPoints,
    query: NearestQuery,
    clock: Clock,
) -> list[tuple[int, float]]:
    """Return the first k rows of one layer that satisfy `query`, with their metres."""
    model = walkable_city.model
    # Doors are looked at one after the other, the nearest first: that is dearer than a known walk.
    seen = len(rows) if query.open_now and model.knows_all(targets) else query.k
    among_all = query.open_now
    while True:
        walk_m = model.k_nearest_m(origin, targets, k=seen)
        taken = _take(walkable_city, rows, walk_m, query, clock)
        if len(taken) == query.k or np.isfinite(walk_m).all():
            return taken
        if among_all:
            # What is known of all was not enough: from now on only those that are open are sought,
            # as far as they lie and not as far as many others do.
            is_open = np.flatnonzero(clock.are_open(rows))
            rows, targets, among_all = rows[is_open], targets.take(is_open), False
        elif seen >= len(rows):
            return taken
        else:
            seen *= WIDEN


def _straight_m(origin: SnappedPoints, targets: SnappedPoints, k: int) -> float:
    """Return the straight line to the k-th target; ``inf`` where there are fewer."""
    straight_m = np.hypot(*(targets.xy - origin.xy[0]).T)
    return float(np.partition(straight_m, k - 1)[k - 1]) if len(straight_m) >= k else np.inf


def _take(
    walkable_city: WalkableCity,
    rows: IntArray,
    walk_m: FloatArray,
    query: NearestQuery,
    clock: Clock,
) -> list[tuple[int, float]]:
    """Return the first k rows that satisfy `query`, one for each centre, with their metres."""
    taken: list[tuple[int, float]] = []
    centres: set[int] = set()
    reached = np.flatnonzero(walk_m < np.inf)
    order = reached[np.argsort(np.round(walk_m[reached], SAME_DIGITS), kind="stable")]
    for row, length_m in zip(rows[order].tolist(), walk_m[order].tolist(), strict=True):
        if len(taken) == query.k:
            break
        centre = int(walkable_city.centre[row])
        if centre in centres or (query.open_now and clock.state(row).state != "open"):
            continue
        centres.add(centre)
        taken.append((row, length_m))
    return taken


def _reached(
    walkable_city: WalkableCity, origin: SnappedPoints, found: list[_Found], clock: Clock
) -> tuple[Reached, ...]:
    """Return the answer with what is said of each facility."""
    rows = np.array([one.row for one in found], dtype=np.int64)
    via = walkable_city.model.via(origin, walkable_city.snapped(rows))
    ids = walkable_city.city.ids[rows].tolist()
    states = [clock.state(one.row) for one in found]
    return tuple(
        Reached(
            id=id_,
            row=one.row,
            layer=one.layer,
            walk_m=one.walk_m,
            walk_s=one.walk_s,
            pace_m_s=one.pace_m_s,
            open_state=state.state,
            next_change=state.next_change,
            via=streets,
        )
        for id_, one, state, streets in zip(ids, found, states, via, strict=True)
    )


def _objects(values: Sequence[object]) -> npt.NDArray[np.object_]:
    """Return a column that keeps its values as they are (tuples, datetimes, None)."""
    column = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        column[i] = value
    return column
