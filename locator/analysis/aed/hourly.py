"""Count who has an AED in time, hour by hour: those that stand, those that ride, both.

A demand point is covered at an instant when a person who starts there at that instant can fetch
an AED and be back within the limit. Everything is an interval of such instants:

- a fixed AED at a walk of *w* seconds, open from *o* to *c*: from *o - w* to *c - w* (it has to be
  open when one gets there), if *2 w* is within the limit;
- a vehicle that the city has named and that stands at a stop at *w* seconds from *a* to *d*: from
  *a + w - limit* (one waits, then walks back) to *d - w* (one just catches it).

Intervals of a point are joined and cut at the hours, so every figure is exact and is the mean
over the hour, never the area that a vehicle passes once. A vehicle that is only assumed to carry
an AED is not counted at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from scipy import sparse

from locator.analysis.aed.intervals import (
    DAY_S,
    HOUR_S,
    HOURS,
    Intervals,
    clipped,
    hourly_seconds,
)
from locator.analysis.aed.option import FIXED_LAYER, PACE_M_S
from locator.analysis.aed.relocation import hours_basis, rank_moves
from locator.analysis.aed.stop_reach import StopReach, in_service, pairs, runs_round
from locator.base.errors import N_, NotComputableError
from locator.base.geo import FloatArray, IntArray
from locator.city.model import City
from locator.city.opening import opening_in
from locator.city.usability import is_doorless, text_or_none
from locator.vehicles.calendar import DAY_TYPES, DayType, ordinary_days
from locator.vehicles.positions import Fleet
from locator.walking import ModelName
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity

DAYS_A_WEEK: Mapping[DayType, int] = {"working": 5, "saturday": 1, "sunday": 1}


@dataclass(frozen=True)
class HourlyCoverageQuery:
    """What a planner asks.

    Attributes
    ----------
    minutes : float
        Limit for fetching an AED and coming back.
    group : str or None
        Age group; None means the layer's own.
    pace_m_s : float
    around : date or None
        The ordinary days nearest to this date are taken; None means today.
    """

    minutes: float = 5.0
    group: str | None = None
    pace_m_s: float = PACE_M_S
    around: date | None = None


@dataclass(frozen=True)
class HourlyCoverage:
    """Who has an AED in time.

    Attributes
    ----------
    query : TimeCoverageQuery
    group, model : str
    people : float
        In the whole city.
    days : mapping of day type to date
        The ordinary day that stands for its type.
    hours : DataFrame
        Index ``(day_type, hour)``, 72 rows. Columns ``fixed``, ``vehicles``, ``both``: people
        covered, mean over the hour; ``fixed_most``: those whom fixed ones would cover if all of
        unknown hours were open; ``open_aeds``: fixed AEDs open, mean over the hour.
    covered_s : mapping of day type to (n, 3) float array
        Seconds of the day for which each demand point is covered by fixed ones, vehicles, both.
    in_service_s : mapping of day type to (n,) float array
        Seconds of the hours of service for which vehicles cover each demand point.
    service_s : mapping of day type to float
        Seconds of the day in which some vehicle is in service.
    moves : DataFrame
        What would change if an AED were moved outdoors and open always; see
        `locator.analysis.aed.relocation`.
    aeds, aeds_unknown, vehicles, unconfirmed : int
        Usable fixed AEDs, those of unknown hours (never counted as open); vehicles that are
        counted, and those that are not, being assumed.
    """

    query: HourlyCoverageQuery
    group: str
    model: ModelName
    people: float
    days: Mapping[DayType, date]
    hours: pd.DataFrame
    covered_s: Mapping[DayType, FloatArray] = field(repr=False)
    in_service_s: Mapping[DayType, FloatArray] = field(repr=False)
    service_s: Mapping[DayType, float]
    moves: pd.DataFrame = field(repr=False)
    aeds: int
    aeds_unknown: int
    vehicles: int
    unconfirmed: int

    def vehicle_share(self, day_type: DayType | None = None) -> FloatArray:
        """Return (n,) share of the hours of service for which vehicles cover each point.

        Of one day type, or of the whole week for None; 0 where nothing runs.
        """
        kinds = [day_type] if day_type else list(self.covered_s)
        covered = sum(self.in_service_s[kind] * DAYS_A_WEEK[kind] for kind in kinds)
        service = sum(self.service_s[kind] * DAYS_A_WEEK[kind] for kind in kinds)
        share: FloatArray = np.asarray(covered) / service if service else np.asarray(covered) * 0.0
        return share


def hourly_coverage(
    walkable_city: WalkableCity, fleet: Fleet, query: HourlyCoverageQuery
) -> HourlyCoverage:
    """Return, for each hour of three types of day, who has an AED in time.

    Parameters
    ----------
    walkable_city : WalkableCity
    fleet : Fleet
        The vehicles of the same city.
    query : HourlyCoverageQuery

    Returns
    -------
    HourlyCoverage

    Raises
    ------
    NotComputableError
        The city has no AEDs that stand, so that there is nothing to compare with.
    """
    city = walkable_city.city
    if FIXED_LAYER not in city.catalogue.layers:
        raise NotComputableError(N_("This city has no layer of AEDs."))
    group = query.group or city.catalogue.layers[FIXED_LAYER].group
    people = city.demand.people[group]
    limit_s = query.minutes * 60.0
    rows = walkable_city.usable_rows[FIXED_LAYER]
    reach_m = limit_s * query.pace_m_s / 2
    fixed_reach = reach(
        walkable_city.model, walkable_city.demand, walkable_city.snapped(rows), limit_m=reach_m
    )
    days = ordinary_days(
        [service for table in fleet.timetables for service in table.services],
        country=city.catalogue.country,
        timezone=city.catalogue.timezone,
        around=query.around or datetime.now(ZoneInfo(city.catalogue.timezone)).date(),
    )
    stops = StopReach.of(walkable_city, fleet, days, reach_m)
    unknown = np.array([hours_basis(city.facilities.iloc[row]) == "unknown" for row in rows], bool)
    maybe = np.diff(fixed_reach[:, unknown].tocsr().indptr) > 0
    hours, covered, in_service_s, service_s = [], {}, {}, {}
    for kind in DAY_TYPES:
        midnight_t = datetime.combine(
            days[kind], time(0), tzinfo=ZoneInfo(city.catalogue.timezone)
        ).timestamp()
        doors = _door_times(city, rows, days[kind], midnight_t, margin_s=limit_s)
        fixed = _fixed_intervals(fixed_reach, doors, query.pace_m_s)
        runs = runs_round(fleet, days[kind])
        riding = stops.intervals(runs, midnight_t, limit_s=limit_s, pace_m_s=query.pace_m_s)
        parts = (fixed, riding, fixed.and_(riding))
        by_hour = [hourly_seconds(part, points=len(people)) for part in parts]
        covered[kind] = np.column_stack([part.sum(axis=1) for part in by_hour])
        service = in_service(runs, midnight_t)
        service_s[kind] = float((service.end_s - service.begin_s).sum())
        within = hourly_seconds(clipped(riding, service), points=len(people))
        in_service_s[kind] = within.sum(axis=1)
        hours.append(
            pd.DataFrame(
                {
                    **{
                        name: people @ part / HOUR_S
                        for name, part in zip(("fixed", "vehicles", "both"), by_hour, strict=True)
                    },
                    "fixed_most": people
                    @ np.where(maybe[:, np.newaxis], HOUR_S, by_hour[0])
                    / HOUR_S,
                    "open_aeds": hourly_seconds(doors, points=len(rows)).sum(axis=0) / HOUR_S,
                },
                index=pd.MultiIndex.from_product([[kind], range(HOURS)], names=["day", "hour"]),
            )
        )
    return HourlyCoverage(
        query=query,
        group=group,
        model=walkable_city.model.name,
        people=float(people.sum()),
        days=days,
        hours=pd.concat(hours),
        covered_s=covered,
        in_service_s=in_service_s,
        service_s=service_s,
        moves=rank_moves(city, rows, fixed_reach, people, covered_share=_week_share(covered)),
        aeds=len(rows),
        aeds_unknown=int(unknown.sum()),
        vehicles=len(fleet.confirmed),
        unconfirmed=len(fleet.vehicles) - len(fleet.confirmed),
    )


def _week_share(covered_s: Mapping[DayType, FloatArray]) -> FloatArray:
    """Return (n,) share of the week for which fixed AEDs cover each demand point."""
    n = len(next(iter(covered_s.values())))
    seconds = np.zeros(n)
    for kind, by_part in covered_s.items():
        seconds += by_part[:, 0] * DAYS_A_WEEK[kind]
    return seconds / (sum(DAYS_A_WEEK.values()) * DAY_S)


# Fixed AEDs ---------------------------------------------------------------------------------


def _door_times(
    city: City, rows: IntArray, day: date, midnight_t: float, *, margin_s: float
) -> Intervals:
    """Return when each of `rows` is open from midnight to midnight and `margin_s` more."""
    until_s = DAY_S + margin_s
    known: dict[str, list[tuple[float, float]]] = {}
    point, begin, end = [], [], []
    for number, row in enumerate(rows):
        aed = city.facilities.iloc[row]
        hours = text_or_none(aed["opening_hours"])
        if hours is not None:
            if hours not in known:
                known[hours] = _open_spans(city, hours, midnight_t, until_s)
            spans = known[hours]
        else:
            spans = [(0.0, until_s)] if is_doorless(aed) else []
        for first, last in spans:
            point.append(number)
            begin.append(first)
            end.append(last)
    return Intervals(np.array(point, dtype=np.int64), np.array(begin), np.array(end))


def _open_spans(
    city: City, hours: str, midnight_t: float, until_s: float
) -> list[tuple[float, float]]:
    spans = []
    now_s = 0.0
    zone = ZoneInfo(city.catalogue.timezone)
    while now_s < until_s:
        state = opening_in(city, hours, datetime.fromtimestamp(midnight_t + now_s, zone))
        change = state.next_change
        next_s = until_s if change is None else min(change.timestamp() - midnight_t, until_s)
        if state.state == "open":
            spans.append((now_s, next_s))
        if next_s <= now_s:
            break
        now_s = next_s
    return spans


def _fixed_intervals(walks: sparse.csc_array, doors: Intervals, pace_m_s: float) -> Intervals:
    """Return the covered instants by each pair of an open span and a point in reach of it."""
    pair, entry = pairs(walks, doors.point)
    walk_s = walks.data[entry] / pace_m_s
    return Intervals(
        walks.indices[entry].astype(np.int64),
        doors.begin_s[pair] - walk_s,
        doors.end_s[pair] - walk_s,
    )
