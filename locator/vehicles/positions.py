"""Answer where each vehicle is at an instant, and where it will call.

The order of bases is fixed: a live position if the rule of `realtime` and the state of its feed
allow it; else where its tour is by the timetable; else its base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from locator.base.geo import FloatArray
from locator.city.model import City
from locator.vehicles import Vehicle, VehiclePosition
from locator.vehicles.calendar import service_days_at
from locator.vehicles.fleet import vehicles_of
from locator.vehicles.matching import match_report, run_of_report
from locator.vehicles.own import timetables_of
from locator.vehicles.passing import DayCalls, day_calls
from locator.vehicles.poller import FeedState
from locator.vehicles.realtime import Region, ReportedPosition, age_s, freshness_of, region_round
from locator.vehicles.runs import Run, call_at, point_at, runs_of_day, shifted
from locator.vehicles.timetable import Timetable

REGION_MARGIN_M = 20_000.0
"""Lines leave the city; a position further out than this is not a vehicle of it."""
_DAYS_HELD = 16


@dataclass(frozen=True)
class _Day:
    """What the vehicles do on a service day."""

    runs: Mapping[str, Run]

    @cached_property
    def calls(self) -> DayCalls:
        """The calls of all runs, by time."""
        return day_calls(self.runs)


@dataclass(frozen=True)
class Fleet:
    """The vehicles of a city and the timetables that they run by.

    Attributes
    ----------
    vehicles : tuple of Vehicle
    timetables : tuple of Timetable
        The first that runs on a day and has the line counts.
    timezone : str
    region : Region
        Live positions outside are rejected.
    """

    vehicles: tuple[Vehicle, ...]
    timetables: tuple[Timetable, ...]
    timezone: str
    region: Region
    _held: dict[date, _Day] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )  # not of another fleet, which runs otherwise

    def runs(self, day: date) -> Mapping[str, Run]:
        """Return the run of each vehicle on service day `day`; worked out once, then held."""
        return self._day(day).runs

    def passing(self, at: datetime, within: timedelta, box: FloatArray) -> frozenset[str]:
        """Return the ids of vehicles that by their own tours call in a box soon.

        Parameters
        ----------
        at : datetime
            Aware.
        within : timedelta
            How long from then.
        box : (2, 2) float array
            Lon, lat of its lower left and its upper right corner.

        Returns
        -------
        frozenset of str
        """
        from_t = at.timestamp()
        until_t = from_t + within.total_seconds()
        days = service_days_at(at, timezone=self.timezone)
        return frozenset[str]().union(
            *(self._day(day).calls.passing(from_t, until_t, *box) for day in days)
        )

    def _day(self, day: date) -> _Day:
        held = self._held.get(day)
        if held is None:
            while len(self._held) >= _DAYS_HELD:
                # From a copy: other threads may be adding a day.
                self._held.pop(list(self._held)[0], None)
            held = self._held[day] = _Day(runs_of_day(self.vehicles, self.timetables, day))
        return held

    def vehicle(self, facility_id: str) -> Vehicle | None:
        """Return the vehicle that a facility rides on; None for one that stands."""
        return next((known for known in self.vehicles if known.id == facility_id), None)

    @property
    def confirmed(self) -> frozenset[str]:
        """Ids of those whose number the city has put in: the only ones that may be counted."""
        return frozenset(one.id for one in self.vehicles if one.assignment == "confirmed")

    def has_service(self, day: date) -> bool:
        """Tell whether any timetable runs on `day`."""
        return any(table.runs_on(day) for table in self.timetables)


def load_fleet(city: City) -> Fleet:
    """Return the vehicles of `city` with its timetables, ready to be asked.

    Parameters
    ----------
    city : City
        Its folder's timetables are read anew.

    Returns
    -------
    Fleet

    Raises
    ------
    GtfsError, TimetableFileError
        A timetable is there and cannot be read.
    """
    timetables = timetables_of(city)
    return Fleet(
        vehicles=vehicles_of(city, timetables),
        timetables=timetables,
        timezone=city.catalogue.timezone,
        region=region_round(city.boundary.bounds, margin_m=REGION_MARGIN_M),
    )


@dataclass(frozen=True)
class Plan:
    """What is known of a vehicle round an instant.

    Attributes
    ----------
    vehicle : Vehicle
    at : datetime
    runs : tuple of Run
        Its calls, of the service days round `at`; shifted by the delay when one is known.
    live : ReportedPosition or None
        A report that may be called live.
    delay_s : float or None
        Known only where the live trip is on file.
    tour_known : bool
        The tour is the one that the vehicle itself reported, not an assumed one.
    """

    vehicle: Vehicle
    at: datetime
    runs: tuple[Run, ...]
    live: ReportedPosition | None = None
    delay_s: float | None = None
    tour_known: bool = False

    @property
    def predictable(self) -> bool:
        """Tell whether its next calls are known: not for a live vehicle on an unknown trip."""
        return bool(self.runs) and (self.live is None or self.delay_s is not None)

    @property
    def is_reported(self) -> bool:
        """Tell whether its calls are those of a report, not those of its own tour."""
        return self.live is not None or self.tour_known


def plans(fleet: Fleet, at: datetime, feeds: Sequence[FeedState] = ()) -> tuple[Plan, ...]:
    """Return the plan of every vehicle of `fleet` at `at` (aware).

    Parameters
    ----------
    fleet : Fleet
    at : datetime
        Aware, in any time zone.
    feeds : sequence of FeedState
        What is known live; a feed that has fallen silent does not count.

    Returns
    -------
    tuple of Plan
        In the fleet's order.
    """
    days = service_days_at(at, timezone=fleet.timezone)
    assumed = [fleet.runs(day) for day in days]
    reports = {state.feed: state.reports for state in feeds}
    alive = {state.feed for state in feeds if state.is_alive(at.timestamp())}
    found = []
    for vehicle in fleet.vehicles:
        runs = tuple(runs[vehicle.id] for runs in assumed if vehicle.id in runs)
        report = match_report(vehicle.fleet_number, reports)
        if report is None:
            found.append(Plan(vehicle, at, runs))
            continue
        fresh = freshness_of(report, at_t=at.timestamp(), region=fleet.region) == "live"
        live = report if fresh and report.feed in alive else None
        found.append(_reported_plan(fleet, vehicle, at, runs, report, live))
    return tuple(found)


def _reported_plan(
    fleet: Fleet,
    vehicle: Vehicle,
    at: datetime,
    assumed: tuple[Run, ...],
    report: ReportedPosition,
    live: ReportedPosition | None,
) -> Plan:
    located = run_of_report(fleet.timetables, report)
    if located is None:
        return Plan(vehicle, at, () if live else assumed, live)
    run, trip, delay_s = located
    if live:
        return Plan(vehicle, at, (shifted(run, trip=trip, delay_s=delay_s),), live, delay_s, True)
    if call_at(run, at.timestamp()) >= 0:
        return Plan(vehicle, at, (run,), tour_known=True)
    return Plan(vehicle, at, assumed)


def position(plan: Plan) -> VehiclePosition:
    """Return where the vehicle of `plan` is at its instant.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    VehiclePosition
        ``basis`` says what it was taken from.
    """
    at_t = plan.at.timestamp()
    if plan.live is not None:
        return _live_position(plan, plan.live, at_t)
    for run in plan.runs:
        point = point_at(run, at_t)
        if point is not None:
            return _timetable_position(plan, run, point, at_t)
    vehicle = plan.vehicle
    return VehiclePosition(
        vehicle=vehicle,
        at=plan.at,
        lon=vehicle.base_lon,
        lat=vehicle.base_lat,
        observed_at=plan.at,
        age_s=0.0,
        basis="base",
        assignment=vehicle.assignment,
    )


def _live_position(plan: Plan, report: ReportedPosition, at_t: float) -> VehiclePosition:
    words = _along(plan.runs[0], at_t, plan.at) if plan.runs else {}
    return VehiclePosition(
        vehicle=plan.vehicle,
        at=plan.at,
        lon=report.lon,
        lat=report.lat,
        observed_at=datetime.fromtimestamp(report.observed_t, plan.at.tzinfo),
        age_s=age_s(report, at_t),
        basis="live",
        assignment="confirmed",
        delay_s=plan.delay_s,
        **words,  # type: ignore[arg-type]
    )


def _timetable_position(
    plan: Plan, run: Run, point: tuple[float, float], at_t: float
) -> VehiclePosition:
    known = plan.tour_known and plan.vehicle.assignment == "confirmed"
    return VehiclePosition(
        vehicle=plan.vehicle,
        at=plan.at,
        lon=point[0],
        lat=point[1],
        observed_at=plan.at,
        age_s=0.0,
        basis="timetable",
        assignment="confirmed" if known else "assumed",
        **_along(run, at_t, plan.at),  # type: ignore[arg-type]
    )


def _along(run: Run, at_t: float, at: datetime) -> dict[str, object]:
    """Line, headsign and next stop of a run at POSIX time `at_t`."""
    table = run.timetable
    call = call_at(run, at_t)
    if call < 0:
        return {}
    following = call if at_t <= run.depart_t[call] else call + 1
    if following == call and following + 1 < len(run) and not run.pause_after[call]:
        following += 1
    path = table.trip_path[run.trip[following]]
    return {
        "line": table.lines[path],
        "headsign": table.headsigns[path],
        "next_stop": table.stop_names[run.stop[following]],
        "next_stop_at": datetime.fromtimestamp(float(run.arrive_t[following]), at.tzinfo),
    }


def positions(
    fleet: Fleet, at: datetime, feeds: Sequence[FeedState] = ()
) -> tuple[VehiclePosition, ...]:
    """Return the position of every vehicle of `fleet` at `at` (aware), in the fleet's order.

    Parameters
    ----------
    fleet : Fleet
    at : datetime
        Aware, in any time zone.
    feeds : sequence of FeedState
        As for `plans`.

    Returns
    -------
    tuple of VehiclePosition
    """
    local = at.astimezone(ZoneInfo(fleet.timezone))
    return tuple(position(plan) for plan in plans(fleet, local, feeds))


@dataclass(frozen=True)
class Calls:
    """Stops that a vehicle will call at, n in all.

    Attributes
    ----------
    lonlat : (n, 2) float array
        WGS84.
    names, lines : tuple of str
    arrive_t, depart_t : (n,) float array
        POSIX seconds.
    """

    lonlat: FloatArray
    names: tuple[str, ...]
    lines: tuple[str, ...]
    arrive_t: FloatArray
    depart_t: FloatArray

    def __len__(self) -> int:
        """Return the number of calls."""
        return len(self.arrive_t)


def upcoming_calls(plan: Plan, *, within: timedelta) -> Calls:
    """Return the calls of `plan`'s vehicle from its instant until `within` later.

    Empty for a live vehicle on an unknown trip: where it goes is then not known.

    Parameters
    ----------
    plan : Plan
    within : timedelta

    Returns
    -------
    Calls
        In the order of arrival within each run.
    """
    from_t = plan.at.timestamp()
    until_t = from_t + within.total_seconds()
    lonlat, names, lines, arrive, depart = [], [], [], [], []
    for run in plan.runs if plan.predictable else ():
        table = run.timetable
        (index,) = ((run.depart_t >= from_t) & (run.arrive_t <= until_t)).nonzero()
        if not len(index):  # of three service days round an instant, two mostly have none
            continue
        lonlat.append(table.stop_lonlat[run.stop[index]])
        names += [table.stop_names[stop] for stop in run.stop[index]]
        lines += [table.lines[path] for path in table.trip_path[run.trip[index]]]
        arrive.append(run.arrive_t[index])
        depart.append(run.depart_t[index])
    if not lonlat:
        return Calls(np.empty((0, 2)), (), (), np.empty(0), np.empty(0))
    return Calls(
        np.concatenate(lonlat),
        tuple(names),
        tuple(lines),
        np.concatenate(arrive),
        np.concatenate(depart),
    )
