"""Hold a timetable as arrays: paths along stops, trips, services.

A *path* is a line, a headsign, an order of stops and the seconds of arrival and departure at
each, counted from the first departure; a *trip* is a path started at a time by a service. Every
trip of a large feed shares its path with many others, which keeps a whole city small.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from locator.base.geo import FloatArray, IntArray
from locator.vehicles.calendar import Service

BoolArray = npt.NDArray[np.bool_]

UNKNOWN, ACCESSIBLE, INACCESSIBLE = 0, 1, 2
"""What a feed says of wheelchairs, of a stop or a trip: the numbers of GTFS."""


@dataclass(frozen=True)
class Timetable:
    """Trips of one or several feeds.

    Attributes
    ----------
    source : str
        Where it comes from, for people.
    timezone : str
        Of the service day.
    services : tuple of Service
    stop_ids, stop_names : tuple of str
        n stops; ids are namespaced by feed.
    stop_lonlat : (n, 2) float array
        WGS84.
    lines, headsigns : tuple of str
        Of each of the p paths.
    path_first : (p + 1,) int array
        Where each path begins in the three arrays below.
    path_stop : (m,) int array
        Index of the stop.
    path_arrive_s, path_depart_s : (m,) float array
        Seconds after the trip's first departure.
    trip_ids : tuple of str
        Of each of the t trips, namespaced by feed.
    trip_path, trip_service : (t,) int array
        Index of path and service.
    trip_start_s : (t,) float array
        First departure, seconds after noon minus twelve hours of the service day.
    trip_block : (t,) int array
        Trips of one block are run by one vehicle; -1 where the feed does not say.
    modes : tuple of str
        Of each path: ``"tram"``, ``"bus"``, ``"rail"``, ``"metro"``, ``"ferry"`` or ``"other"``;
        empty where a file of an earlier version does not tell.
    path_board, path_alight : (m,) bool array
        Whether one may get on, and off.
    stop_wheelchair : (n,) int array
    trip_wheelchair : (t,) int array
        `UNKNOWN`, `ACCESSIBLE` or `INACCESSIBLE`.
    """

    source: str
    timezone: str
    services: tuple[Service, ...]
    stop_ids: tuple[str, ...]
    stop_names: tuple[str, ...]
    stop_lonlat: FloatArray
    lines: tuple[str, ...]
    headsigns: tuple[str, ...]
    path_first: IntArray
    path_stop: IntArray
    path_arrive_s: FloatArray
    path_depart_s: FloatArray
    trip_ids: tuple[str, ...]
    trip_path: IntArray
    trip_service: IntArray
    trip_start_s: FloatArray
    trip_block: IntArray
    modes: tuple[str, ...]
    path_board: BoolArray
    path_alight: BoolArray
    stop_wheelchair: IntArray
    trip_wheelchair: IntArray

    @property
    def tells_rides(self) -> bool:
        """Whether it says where one may get on and off; files of earlier versions do not."""
        return all(self.modes)

    @cached_property
    def valid_from(self) -> date | None:
        """First day on which anything may run."""
        days = [min([s.start, *s.added]) for s in self.services]
        return min(days, default=None)

    @cached_property
    def valid_to(self) -> date | None:
        """Last day on which anything may run."""
        days = [max([s.end, *s.added]) for s in self.services]
        return max(days, default=None)

    @cached_property
    def trip_index(self) -> dict[str, int]:
        """Trip id to its index."""
        return {trip_id: index for index, trip_id in enumerate(self.trip_ids)}

    @cached_property
    def trip_end_s(self) -> FloatArray:
        """(t,) arrival at the last stop, seconds after the service day's zero."""
        last = self.path_first[1:] - 1
        end: FloatArray = self.trip_start_s + self.path_arrive_s[last][self.trip_path]
        return end

    def path(self, path: int) -> slice:
        """Return where `path` lies in the path arrays."""
        return slice(int(self.path_first[path]), int(self.path_first[path + 1]))

    def active(self, day: date) -> IntArray:
        """Return the trips that run on service day `day`, by start time."""
        runs = np.array([service.runs_on(day) for service in self.services], dtype=bool)
        if not runs.any():
            return np.empty(0, dtype=np.int64)
        trips = np.flatnonzero(runs[self.trip_service])
        return trips[np.argsort(self.trip_start_s[trips], kind="stable")]

    def runs_on(self, day: date) -> bool:
        """Tell whether any service runs on `day`."""
        return any(service.runs_on(day) for service in self.services)

    def working_day_trips(self, line: str, headsign: str | None = None) -> IntArray:
        """Return the trips of a line, in one direction if said, that some working day has."""
        works = np.array([min(service.weekdays, default=6) < 5 for service in self.services])
        asked = [
            named == line and headsign in (None, towards)
            for named, towards in zip(self.lines, self.headsigns, strict=True)
        ]
        found: IntArray = np.flatnonzero(np.array(asked)[self.trip_path] & works[self.trip_service])
        return found


@dataclass(frozen=True)
class PathRow:
    """One path on its way into a timetable: stops by index, seconds from the first departure.

    Without `board` and `alight` one may get on and off everywhere.
    """

    line: str
    headsign: str
    stops: tuple[int, ...]
    arrive_s: tuple[float, ...]
    depart_s: tuple[float, ...]
    mode: str = "other"
    board: tuple[bool, ...] | None = None
    alight: tuple[bool, ...] | None = None


@dataclass(frozen=True)
class TripRow:
    """One trip on its way into a timetable; `path` and `service` are positions in their lists."""

    id: str
    path: int
    service: int
    start_s: float
    block: int = -1
    wheelchair: int = UNKNOWN


def build_timetable(
    *,
    source: str,
    timezone: str,
    services: Iterable[Service],
    stop_ids: Iterable[str],
    stop_names: Iterable[str],
    stop_lonlat: FloatArray,
    paths: Iterable[PathRow],
    trips: Iterable[TripRow],
    stop_wheelchair: IntArray | None = None,
) -> Timetable:
    """Return the timetable of these rows."""
    stop_ids = tuple(stop_ids)
    paths, trips = list(paths), list(trips)
    lengths = [len(path.stops) for path in paths]
    return Timetable(
        source=source,
        timezone=timezone,
        services=tuple(services),
        stop_ids=stop_ids,
        stop_names=tuple(stop_names),
        stop_lonlat=np.asarray(stop_lonlat, dtype=np.float64).reshape(-1, 2),
        lines=tuple(path.line for path in paths),
        headsigns=tuple(path.headsign for path in paths),
        path_first=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        path_stop=np.array([s for path in paths for s in path.stops], dtype=np.int64),
        path_arrive_s=np.array([s for path in paths for s in path.arrive_s], dtype=np.float64),
        path_depart_s=np.array([s for path in paths for s in path.depart_s], dtype=np.float64),
        trip_ids=tuple(trip.id for trip in trips),
        trip_path=np.array([trip.path for trip in trips], dtype=np.int64),
        trip_service=np.array([trip.service for trip in trips], dtype=np.int64),
        trip_start_s=np.array([trip.start_s for trip in trips], dtype=np.float64),
        trip_block=np.array([trip.block for trip in trips], dtype=np.int64),
        modes=tuple(path.mode for path in paths),
        path_board=_allowed(path.board or [True] * len(path.stops) for path in paths),
        path_alight=_allowed(path.alight or [True] * len(path.stops) for path in paths),
        stop_wheelchair=np.zeros(len(stop_ids), dtype=np.int64)
        if stop_wheelchair is None
        else stop_wheelchair,
        trip_wheelchair=np.array([trip.wheelchair for trip in trips], dtype=np.int64),
    )


def _allowed(paths: Iterable[Iterable[bool]]) -> BoolArray:
    return np.array([allowed for path in paths for allowed in path], dtype=np.bool_)
