"""Answer machines who has an AED in time, by the hour, and which to move outdoors."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from locator.analysis.aed.hourly import HourlyCoverage, HourlyCoverageQuery, hourly_coverage
from locator.api import csv
from locator.api.context import AppState
from locator.api.operations import CACHE_S, CSV, operation
from locator.api.queries import described, frozen
from locator.api.schemas import Model, closed
from locator.vehicles.calendar import DayType


@frozen
class HourlyParams:
    """How long it may take."""

    minutes: Literal["3", "5"] = described("Minutes there and back.", default="5")


@closed
class HourCoverage(TypedDict):
    """One hour of a type of day: AEDs that are open, and people covered, means over the hour, by
    fixed ones, by vehicles, by both; `fixed_most` if all of unknown hours were open.
    """

    day: DayType
    hour: int
    open_aeds: float
    fixed: float
    vehicles: float
    both: float
    fixed_most: float


@closed
class OutdoorMove(TypedDict):
    """An AED that could hang outdoors, open always: people that it would add by itself (`alone`),
    after those above it (`added`), and with them (`together`); of unknown hours if `basis` says.
    """

    id: str
    name: str
    basis: str
    alone: float
    added: float
    together: float


@closed
class HourlyAnswer(TypedDict):
    """Who has an AED in time. AEDs of unknown hours are never counted as open, vehicles only where
    the city has named them. `days` has the date that stands for each type of day.
    """

    minutes: float
    group: str
    pace_m_s: float
    model: Model
    people: int
    aeds: int
    aeds_unknown: int
    vehicles: int
    unconfirmed: int
    days: dict[DayType, str]
    hours: list[HourCoverage]
    moves: list[OutdoorMove]


def hourly_of(app: AppState, minutes: float) -> HourlyCoverage:
    """Return who has an AED in time, counted once a day for each limit.

    Parameters
    ----------
    app : AppState
    minutes : float
        Limit for fetching an AED and coming back.

    Returns
    -------
    HourlyCoverage
    """
    query = HourlyCoverageQuery(minutes=minutes, around=app.now().date())
    fleet = app.live_fleet.fleet
    return app.memo.get(query, lambda: hourly_coverage(app.walkable_city, fleet, query))


@operation(
    "/api/aed/coverage",
    HourlyParams,
    HourlyAnswer,
    summary="Who has an AED in time, by the hour",
    tag="aed",
    errors=(422,),
    cache_s=CACHE_S,
    bounds="expensive",
)
def aed_coverage(app: AppState, asked: HourlyParams) -> HourlyAnswer:
    """People who can have an AED within the minutes, for each hour of three types of day, and the
    AEDs whose move outdoors would add most, in the order in which to move them.
    """
    found = hourly_of(app, float(asked.minutes))
    return {
        "minutes": found.query.minutes,
        "group": found.group,
        "pace_m_s": found.query.pace_m_s,
        "model": found.model,
        "people": round(found.people),
        "aeds": found.aeds,
        "aeds_unknown": found.aeds_unknown,
        "vehicles": found.vehicles,
        "unconfirmed": found.unconfirmed,
        "days": {kind: day.isoformat() for kind, day in found.days.items()},
        "hours": _hours(found),
        "moves": _moves(app, found),
    }


@operation(
    "/api/aed/coverage/hours.csv",
    HourlyParams,
    str,
    summary="Who has an AED in time, by the hour, as a table",
    tag="aed",
    media_type=CSV,
    errors=(422,),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="aeds-by-hour.csv",
)
def aed_hours_csv(app: AppState, asked: HourlyParams) -> str:
    """UTF-8, one row for each hour of three types of day."""
    rows = _hours(hourly_of(app, float(asked.minutes)))
    return csv.table(tuple(HourCoverage.__annotations__), rows)


@operation(
    "/api/aed/coverage/moves.csv",
    HourlyParams,
    str,
    summary="AEDs worth moving outdoors, as a table",
    tag="aed",
    media_type=CSV,
    errors=(422,),
    cache_s=CACHE_S,
    bounds="expensive",
    filename="aeds-to-move.csv",
)
def aed_moves_csv(app: AppState, asked: HourlyParams) -> str:
    """UTF-8, one row for each AED, in the order in which to move them."""
    rows = _moves(app, hourly_of(app, float(asked.minutes)))
    return csv.table(tuple(OutdoorMove.__annotations__), rows)


def _hours(found: HourlyCoverage) -> list[HourCoverage]:
    rows: Any = found.hours.round(1).to_dict("index")
    return [
        {
            "day": day,
            "hour": hour,
            "open_aeds": row["open_aeds"],
            "fixed": row["fixed"],
            "vehicles": row["vehicles"],
            "both": row["both"],
            "fixed_most": row["fixed_most"],
        }
        for (day, hour), row in rows.items()
    ]


def _moves(app: AppState, found: HourlyCoverage) -> list[OutdoorMove]:
    names = app.city.facilities["name"]
    rows: Any = found.moves.round(1).to_dict("index")
    return [
        {
            "id": str(id_),
            "name": str(names[id_]),
            "basis": row["basis"],
            "alone": float(row["alone"]),
            "added": float(row["added"]),
            "together": float(row["together"]),
        }
        for id_, row in rows.items()
    ]
