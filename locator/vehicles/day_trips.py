"""Arrange the trips of a day for a search: patterns of calls at which no trip overtakes another.

A *pattern* is an order of stops with trips that stay in order along it; at each of its calls the
departures therefore ascend, and the first one that can be caught is found by one binary search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.vehicles.timetable import BoolArray, Timetable

SPAN_S = 1_000_000.0
"""More than any time of a service day: the departures of a call lie between two multiples of it."""

NONE = np.int64(1 << 20)
"""No trip: more than the trips of any pattern."""


@dataclass(frozen=True, eq=False)
class DayTrips:
    """The trips of a timetable on days of the same services: p patterns, q calls, e events.

    The events of a call are its pattern's trips in their order.

    Attributes
    ----------
    table : Timetable
    first_stop : int
        What is added to the number of a stop of `table`.
    stop : (q,) int array
        Where each call is, among the stops of all timetables.
    pattern : (q,) int array
    position : (q,) int array
        Which call of its pattern it is.
    board, alight : (q,) bool array
        Whether one may get on, and off.
    event : (q + 1,) int array
        Where the events of each call begin.
    depart_key : (e,) float array, ascending
        Seconds after the service day's zero, and `SPAN_S` times the call.
    arrive_s : (e,) float array
        Seconds after the service day's zero.
    trip_first : (p + 1,) int array
        Where the trips of each pattern begin.
    trip : (t,) int array
        Index of the trip in `table`.
    """

    table: Timetable
    first_stop: int
    stop: IntArray
    pattern: IntArray
    position: IntArray
    board: BoolArray
    alight: BoolArray
    event: IntArray
    depart_key: FloatArray
    arrive_s: FloatArray
    trip_first: IntArray
    trip: IntArray

    @property
    def size_b(self) -> int:
        """Bytes that its arrays take, without the timetable."""
        columns = (self.stop, self.pattern, self.position, self.board, self.alight, self.event)
        times = (self.depart_key, self.arrive_s, self.trip_first, self.trip)
        made = (self.begins, self.falling)
        return sum(array.nbytes for array in (*columns, *times, *made))

    @cached_property
    def begins(self) -> IntArray:
        """(p,) the first call of each pattern."""
        return np.flatnonzero(self.position == 0)

    @cached_property
    def falling(self) -> IntArray:
        """(q,) what falls from pattern to pattern by more than any trip's number, and to 0.

        Added to trips, it lets one running minimum do for all patterns.
        """
        falling: IntArray = (self.pattern[-1] - self.pattern) * 2 * NONE
        return falling

    @cached_property
    def span_s(self) -> tuple[float, float]:
        """First and last moment of any trip, seconds after the service day's zero."""
        call = np.repeat(np.arange(len(self.stop)), np.diff(self.event))
        return float((self.depart_key - call * SPAN_S).min()), float(self.arrive_s.max())

    @cached_property
    def modes(self) -> frozenset[str]:
        """What runs: trams, buses."""
        paths = np.unique(self.table.trip_path[self.trip])
        return frozenset(self.table.modes[path] for path in paths)

    def depart_s(self, call: int, trip: int) -> float:
        """Return when the `trip`-th trip of a call's pattern leaves it."""
        return float(self.depart_key[self.event[call] + trip] - call * SPAN_S)

    def arrivals_s(self, call: int) -> FloatArray:
        """Return when the trips of a call's pattern get there, ascending."""
        return self.arrive_s[self.event[call] : self.event[call + 1]]


def day_trips(
    table: Timetable, trips: IntArray, *, step_free: bool = False, first_stop: int = 0
) -> DayTrips:
    """Return some trips of `table`, at least one, ready to be searched.

    Parameters
    ----------
    table : Timetable
    trips : (t,) int array
    step_free : bool
        One may get on and off only where the timetable says that a wheelchair can, if it says so
        of any stop.
    first_stop : int
        As in `DayTrips`.
    """
    allowed = np.ones(len(table.stop_ids), dtype=np.bool_)
    if step_free and table.stop_wheelchair.any():
        allowed = table.stop_wheelchair == 1
    patterns = list(_patterns(table, trips))
    lengths = np.array([table.path(path).stop - table.path(path).start for path, _ in patterns])
    counts = np.array([len(ordered) for _, ordered in patterns])
    position = np.concatenate([np.arange(length) for length in lengths])
    place = np.repeat([table.path(path).start for path, _ in patterns], lengths) + position
    stop = table.path_stop[place]
    event = np.concatenate([[0], np.cumsum(np.repeat(counts, lengths))])
    depart_s = [_events(table, ordered, table.path_depart_s) for _, ordered in patterns]
    arrive_s = [_events(table, ordered, table.path_arrive_s) for _, ordered in patterns]
    call = np.repeat(np.arange(len(stop)), np.diff(event))
    return DayTrips(
        table=table,
        first_stop=first_stop,
        stop=stop + first_stop,
        pattern=np.repeat(np.arange(len(patterns)), lengths),
        position=position,
        board=table.path_board[place] & allowed[stop],
        alight=table.path_alight[place] & allowed[stop],
        event=event,
        depart_key=np.concatenate([times.T.ravel() for times in depart_s]) + call * SPAN_S,
        arrive_s=np.concatenate([times.T.ravel() for times in arrive_s]),
        trip_first=np.concatenate([[0], np.cumsum(counts)]),
        trip=np.concatenate([ordered for _, ordered in patterns]),
    )


def _patterns(table: Timetable, trips: IntArray) -> Iterator[tuple[int, IntArray]]:
    """Yield a path that has the stops of each pattern, and the pattern's trips in order."""
    paths_of: dict[tuple[bytes, ...], list[int]] = {}
    for path in np.unique(table.trip_path[trips]).tolist():
        part = table.path(path)
        columns = (table.path_stop, table.path_board, table.path_alight)
        paths_of.setdefault(tuple(column[part].tobytes() for column in columns), []).append(path)
    number = np.zeros(len(table.lines), dtype=np.int64)
    for pattern, paths in enumerate(paths_of.values()):
        number[paths] = pattern
    trips = trips[np.lexsort((table.trip_start_s[trips], number[table.trip_path[trips]]))]
    parts = np.flatnonzero(np.diff(number[table.trip_path[trips]])) + 1
    for paths, together in zip(paths_of.values(), np.split(trips, parts), strict=True):
        times = np.hstack(
            [
                _events(table, together, column)
                for column in (table.path_arrive_s, table.path_depart_s)
            ]
        )
        for rows in _in_order(times):
            yield paths[0], together[rows]


def _events(table: Timetable, trips: IntArray, offset_s: FloatArray) -> FloatArray:
    """Return (t, n) times of trips along paths of n calls."""
    first = table.path_first[table.trip_path[trips]]
    length = int(table.path_first[table.trip_path[trips[0]] + 1] - first[0])
    times: FloatArray = offset_s[first[:, None] + np.arange(length)]
    return times + table.trip_start_s[trips][:, None]


def _in_order(times: FloatArray) -> Iterator[list[int]]:
    """Yield rows of (t, n) `times` among which no value descends from one row to the next."""
    if not (np.diff(times, axis=0) < 0).any():
        yield list(range(len(times)))
        return
    chains: list[list[int]] = []
    for row in np.lexsort((times[:, -1], times[:, 0])).tolist():
        fitting = (chain for chain in chains if (times[chain[-1]] <= times[row]).all())
        chain = next(fitting, None)
        if chain is None:
            chains.append([row])
        else:
            chain.append(row)
    yield from chains
