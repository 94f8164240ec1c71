"""Tell which trips count at a moment, and what an answer that rides them rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from locator.base.errors import N_, NotComputableError
from locator.vehicles.raptor import Running
from locator.vehicles.timetable import Timetable
from locator.vehicles.transit import TransitNetwork

DAY_S = 86_400.0


class NoTimetableError(NotComputableError):
    """Journeys were asked for in a city without a timetable that tells of rides (HTTP 422)."""

    code = "no_timetable"


class OutsideTimetableError(NotComputableError):
    """Journeys were asked for a day on which the timetable has no trips (HTTP 422)."""

    code = "outside_timetable"


@dataclass(frozen=True)
class TransitBasis:
    """What the journeys rest on.

    Attributes
    ----------
    sources : tuple of str
        The timetables that have trips on that day.
    valid_from, valid_to : date
        The days that all of them are good for.
    modes : frozenset of str
        What runs that day at all: ``{"tram"}`` means that buses are not known.
    step_free : bool or None
        Whether the timetables say which stops and trips a wheelchair can use; None where it was
        not asked.
    """

    sources: tuple[str, ...]
    valid_from: date
    valid_to: date
    modes: frozenset[str]
    step_free: bool | None


def running_at(
    network: TransitNetwork, at: datetime, *, step_free: bool, parameter: str = "at"
) -> tuple[tuple[Running, ...], TransitBasis]:
    """Return the trips that count from a moment on, and what they rest on.

    Parameters
    ----------
    network : TransitNetwork
    at : datetime
        Aware.
    step_free : bool
        Only trips and stops that the timetable says a wheelchair can use, if it says so of any.
    parameter : str
        What an error is about.

    Returns
    -------
    tuple of Running
    TransitBasis

    Raises
    ------
    NoTimetableError
        The city has no timetable that tells where one gets on and off.
    OutsideTimetableError
        It has no trips within a day from then.
    """
    if not network.timetables:
        raise NoTimetableError(N_("This city has no timetable of trams or buses."), parameter="by")
    at_t = at.timestamp()
    known = tuple(one for one in network.running_at(at) if one.within(at_t, at_t + DAY_S))
    if not known:
        raise _outside(network, at, parameter)
    running = network.running_at(at, step_free=True) if step_free else known
    return running, _basis(known, step_free=step_free)


def _outside(network: TransitNetwork, at: datetime, parameter: str) -> OutsideTimetableError:
    days = [(table.valid_from, table.valid_to) for table in network.timetables]
    return OutsideTimetableError(
        N_("The timetable on file ({first} to {last}) has no trips within a day of {moment}."),
        parameter=parameter,
        moment=f"{at:%Y-%m-%d %H:%M}",
        first=min((first for first, _ in days if first), default=None),
        last=max((last for _, last in days if last), default=None),
    )


def _basis(running: Sequence[Running], *, step_free: bool) -> TransitBasis:
    tables = list(dict.fromkeys(one.trips.table.source for one in running))
    used = {id(one.trips.table): one.trips.table for one in running}.values()
    return TransitBasis(
        sources=tuple(tables),
        valid_from=max(table.valid_from for table in used if table.valid_from),
        valid_to=min(table.valid_to for table in used if table.valid_to),
        modes=frozenset[str]().union(*(one.trips.modes for one in running)),
        step_free=any(map(_tells_step_free, used)) if step_free else None,
    )


def _tells_step_free(table: Timetable) -> bool:
    return bool(table.trip_wheelchair.any() and table.stop_wheelchair.any())
