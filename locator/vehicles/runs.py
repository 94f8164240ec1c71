"""Lay out what a vehicle does on one service day: its calls at stops, in order.

Where the feed names blocks, a tour is the block that holds the named line's first departure.
Where it does not (the city folder's own timetable), a tour is put together by a written rule:

1. it starts with the departure of the line and direction nearest in time to the one declared
   (the day's first where none is), which no other vehicle has taken;
2. at the end it takes the earliest departure of the same line, not yet taken, that leaves at
   least `TURN_S` after the arrival from within `TERMINUS_M` of where the vehicle stands;
3. until there is none. A pause over `PAUSE_MAX_S` is spent at the base.

During a shorter pause the vehicle stands at the stop it will leave from, `LOOP_S` after it has
arrived at the other platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from locator.base.geo import FloatArray, IntArray
from locator.vehicles import Vehicle
from locator.vehicles.calendar import service_day_zero
from locator.vehicles.timetable import Timetable

TURN_S = 180.0
TERMINUS_M = 600.0
PAUSE_MAX_S = 3600.0
LOOP_S = 60.0

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Run:
    """The calls of one vehicle on one service day, n in all, by time.

    Attributes
    ----------
    timetable : Timetable
    day : date
    stop : (n,) int array
        Index of the stop in `timetable`.
    arrive_t, depart_t : (n,) float array
        POSIX seconds.
    trip : (n,) int array
        Index of the trip in `timetable`.
    pause_after : (n,) bool array
        True where the vehicle is off service until the next call, and after the last.
    """

    timetable: Timetable
    day: date
    stop: IntArray
    arrive_t: FloatArray
    depart_t: FloatArray
    trip: IntArray
    pause_after: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of calls."""
        return len(self.stop)


def runs_of_day(
    vehicles: Iterable[Vehicle], timetables: Sequence[Timetable], day: date
) -> dict[str, Run]:
    """Return the run of each vehicle that has one on service day `day`, by vehicle id.

    Of several timetables the first that runs that day and has the vehicle's line counts.
    """
    running = [(table, table.active(day)) for table in timetables]
    taken: set[tuple[int, int]] = set()
    runs: dict[str, Run] = {}
    # An assumption takes no trip from a vehicle that the city has named.
    for vehicle in sorted(vehicles, key=lambda one: one.assignment == "assumed"):
        for number, (table, active) in enumerate(running):
            trips = _trips_of_line(table, active, vehicle.line)
            if not len(trips):
                continue
            free = np.array([(number, int(trip)) not in taken for trip in trips], dtype=bool)
            tour = find_tour(
                table,
                trips[free],
                active=active,
                headsign=vehicle.headsign,
                first_departure_min=vehicle.first_departure_min,
            )
            if tour:
                taken.update((number, trip) for trip in tour)
                runs[vehicle.id] = lay_out(table, tour, day)
            break
    return runs


def _trips_of_line(table: Timetable, active: IntArray, line: str | None) -> IntArray:
    if line is None or not len(active):
        return np.empty(0, dtype=np.int64)
    of_line = np.array([name == line for name in table.lines], dtype=bool)
    trips: IntArray = active[of_line[table.trip_path[active]]]
    return trips


def find_tour(
    table: Timetable,
    trips: IntArray,
    *,
    active: IntArray,
    headsign: str | None,
    first_departure_min: int | None,
) -> list[int]:
    """Return the trips of a tour in order: the block of its first trip, or assembled.

    Parameters
    ----------
    table : Timetable
    trips : (t,) int array
        Free trips of the line on that day, by start.
    active : int array
        All trips of that day (a block may change lines).
    headsign : str or None
        Direction of the first trip; any where None or not served that day.
    first_departure_min : int or None
        Minutes after the service day's zero; None for the first of the day.
    """
    if not len(trips):
        return []
    towards = np.array([table.headsigns[path] == headsign for path in table.trip_path[trips]])
    candidates = trips[towards] if towards.any() else trips
    start_s = table.trip_start_s[candidates]
    nearest = 0
    if first_departure_min is not None:
        nearest = int(np.argmin(np.abs(start_s - first_departure_min * 60.0)))
    first = int(candidates[nearest])
    return block_of(table, first, active) or _assemble(table, trips, first)


def block_of(table: Timetable, trip: int, active: IntArray) -> list[int]:
    """Return the trips of `trip`'s block among `active`, in order; empty without a block."""
    block = table.trip_block[trip]
    if block < 0:
        return []
    return [int(other) for other in active[table.trip_block[active] == block]]


def _assemble(table: Timetable, trips: IntArray, first: int) -> list[int]:
    tour = [first]
    starts = table.trip_start_s[trips]
    from_stop = table.path_stop[table.path_first[table.trip_path[trips]]]
    while True:
        last = tour[-1]
        path = table.trip_path[last]
        stands = table.stop_lonlat[table.path_stop[table.path_first[path + 1] - 1]]
        ready = starts >= table.trip_end_s[last] + TURN_S
        near = _metres(table.stop_lonlat[from_stop], stands) <= TERMINUS_M
        following = trips[ready & near]
        if not len(following):
            return tour
        tour.append(int(following[0]))


def _metres(lonlat: FloatArray, point: FloatArray) -> FloatArray:
    """Straight metres from each of (n, 2) lon, lat to one point; right to 1 % within a city."""
    east = (lonlat[..., 0] - point[..., 0]) * np.cos(np.radians(point[..., 1]))
    north = lonlat[..., 1] - point[..., 1]
    metres: FloatArray = np.hypot(east, north) * _METRES_PER_DEGREE
    return metres


def lay_out(table: Timetable, tour: Sequence[int], day: date) -> Run:
    """Return the calls of the trips of `tour` (in order) on service day `day`."""
    zero_t = service_day_zero(day, timezone=table.timezone).timestamp()
    stops, arrive, depart, trips = [], [], [], []
    for trip in tour:
        path = table.path(int(table.trip_path[trip]))
        start_t = zero_t + table.trip_start_s[trip]
        stops.append(table.path_stop[path])
        arrive.append(start_t + table.path_arrive_s[path])
        depart.append(start_t + table.path_depart_s[path])
        trips.append(np.full(path.stop - path.start, trip, dtype=np.int64))
    arrive_t = np.concatenate(arrive)
    depart_t = np.concatenate(depart)
    trip_of = np.concatenate(trips)
    begins = np.flatnonzero(np.diff(trip_of)) + 1
    pause_after = np.zeros(len(trip_of), dtype=bool)
    pause_after[-1] = True
    idle_s = arrive_t[begins] - depart_t[begins - 1]
    pause_after[begins - 1] = idle_s > PAUSE_MAX_S
    waits = begins[idle_s <= PAUSE_MAX_S]
    arrive_t[waits] = np.minimum(arrive_t[waits], depart_t[waits - 1] + LOOP_S)
    return Run(table, day, np.concatenate(stops), arrive_t, depart_t, trip_of, pause_after)


def shifted(run: Run, *, trip: int, delay_s: float) -> Run:
    """Return `run` as it will be when `trip` runs `delay_s` late.

    Delay is carried on into the following trips, less what their pauses make good; a vehicle
    never leaves a terminus early. What was before `trip` stays as it was.
    """
    arrive_t, depart_t = run.arrive_t.copy(), run.depart_t.copy()
    begins = np.concatenate([[0], np.flatnonzero(np.diff(run.trip)) + 1, [len(run)]])
    delay = 0.0
    seen = False
    for first, end in zip(begins[:-1], begins[1:], strict=True):
        if run.trip[first] == trip:
            delay, seen = delay_s, True
        elif seen:
            slack = max(run.depart_t[first] - run.depart_t[first - 1] - LOOP_S, 0.0)
            delay = max(delay - slack, 0.0)
        if seen:
            # The pause before a trip begins when the vehicle gets there, late or not.
            came = arrive_t[first - 1] + LOOP_S if first and run.trip[first] != trip else None
            arrive_t[first:end] += delay
            depart_t[first:end] += delay
            if came is not None and not run.pause_after[first - 1]:
                arrive_t[first] = min(came, depart_t[first])
    return Run(run.timetable, run.day, run.stop, arrive_t, depart_t, run.trip, run.pause_after)


def call_at(run: Run, t: float) -> int:
    """Return the last call begun by POSIX time `t`, or -1 where the run does not serve at `t`.

    With the returned call ``i`` the vehicle stands at it until ``depart_t[i]`` and then is on
    its way to ``i + 1``.
    """
    call = int(np.searchsorted(run.arrive_t, t, side="right")) - 1
    if call < 0 or (t > run.depart_t[call] and run.pause_after[call]):
        return -1
    return call


def point_at(run: Run, t: float) -> tuple[float, float] | None:
    """Return lon, lat at POSIX time `t`: straight and even between two stops; None off service."""
    call = call_at(run, t)
    if call < 0:
        return None
    here = run.timetable.stop_lonlat[run.stop[call]]
    if t <= run.depart_t[call]:
        return float(here[0]), float(here[1])
    there = run.timetable.stop_lonlat[run.stop[call + 1]]
    gone = (t - run.depart_t[call]) / (run.arrive_t[call + 1] - run.depart_t[call])
    lon, lat = here + gone * (there - here)
    return float(lon), float(lat)


def service_spans(runs: Mapping[str, Run]) -> FloatArray:
    """Return (n, 2) POSIX start and end of every span in which some vehicle is in service.

    Parameters
    ----------
    runs : mapping of str to Run
        One for each vehicle.

    Returns
    -------
    array of float, shape (n, 2)
        POSIX seconds; spans of several vehicles may overlap.
    """
    spans = []
    for run in runs.values():
        ends = np.flatnonzero(run.pause_after)
        starts = np.concatenate([[0], ends[:-1] + 1])
        spans.append(np.column_stack([run.arrive_t[starts], run.depart_t[ends]]))
    return np.concatenate(spans) if spans else np.empty((0, 2))
