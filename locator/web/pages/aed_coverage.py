"""Say by the hour who has an AED in time: the table, the chart, the ranked list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from werkzeug.datastructures import MultiDict

from locator.analysis.aed.hourly import HourlyCoverage
from locator.api.context import AppState
from locator.api.hourly import HourlyParams, hourly_of
from locator.api.queries import described, frozen, parse
from locator.base.errors import N_
from locator.reports.curve import Tick
from locator.vehicles.calendar import DAY_TYPES, DayType
from locator.web.i18n import day as day_words
from locator.web.i18n import gettext, number, percent
from locator.web.words.cards import Card, card, hours_said
from locator.web.words.listing import FilterOption
from locator.web.words.model_words import model_line
from locator.web.words.texts import group_name, pace_text

DAYS: dict[str, str] = {
    "working": N_("Working day"),
    "saturday": N_("Saturday"),
    "sunday": N_("Sunday"),
}
MINUTES = ("3", "5")
TOP = 15
"""So many AEDs of the ranked list are shown; the download has them all."""

WIDTH, HEIGHT, LEFT, RIGHT, TOP_EDGE, BOTTOM = 420.0, 220.0, 62.0, 8.0, 12.0, 38.0


@frozen
class TimeParams(HourlyParams):
    """The limit, and the days that the map is about."""

    day: Literal["week", "working", "saturday", "sunday"] = described(
        "Days that the map is about.", default="week"
    )

    @property
    def day_type(self) -> DayType | None:
        """The day type of the map, None for the whole week."""
        return None if self.day == "week" else self.day


def params_of(args: MultiDict[str, str]) -> TimeParams:
    """Return the question of a query string."""
    return parse(TimeParams, args)


def found_for(app: AppState, params: TimeParams) -> HourlyCoverage:
    """Return the coverage in time, counted once a day for each limit."""
    return hourly_of(app, float(params.minutes))


@dataclass(frozen=True)
class Bar:
    """One hour of a chart: places in the drawing's own units, y downwards."""

    x: float
    width: float
    fixed_y: float
    fixed_height: float
    added_y: float
    added_height: float


@dataclass(frozen=True)
class Chart:
    """A day in 24 bars: fixed AEDs below, what vehicles add above."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    bars: tuple[Bar, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class HourRow:
    """One hour of a table."""

    hour: str
    open_aeds: float
    fixed: float
    fixed_most: float
    vehicles: float
    both: float
    share: float


@dataclass(frozen=True)
class Day:
    """One type of day."""

    id: str
    name: str
    date: str
    chart: Chart
    rows: tuple[HourRow, ...]
    summary: str


@dataclass(frozen=True)
class Move:
    """One AED of the ranked list."""

    rank: int
    card: Card
    added: float
    together: float
    hours: str


@dataclass(frozen=True)
class HourlyReport:
    """Everything that ``aed_coverage.html`` shows."""

    found: HourlyCoverage
    group: str
    minutes_value: str
    day_value: str
    minutes_options: tuple[FilterOption, ...]
    day_options: tuple[FilterOption, ...]
    days: tuple[Day, ...]
    moves: tuple[Move, ...]
    unknown_moves: tuple[Move, ...]
    mean_night: float
    most_noon: float
    most_night: float
    mean_noon: float
    mean_vehicles: float
    covered_half: float
    covered_any: float
    model_line: str
    pace: str


def report_of(app: AppState, params: TimeParams) -> HourlyReport:
    """Return the page."""
    found = found_for(app, params)
    hours = found.hours
    most = float(hours["both"].max())
    share = found.vehicle_share()
    people = app.city.demand.people[found.group]
    return HourlyReport(
        found=found,
        group=group_name(app.catalogue, found.group),
        minutes_value=params.minutes,
        day_value=params.day,
        minutes_options=tuple(
            FilterOption(m, gettext("{minutes} min", minutes=m), m == params.minutes)
            for m in MINUTES
        ),
        day_options=(
            FilterOption("week", gettext("The whole week"), params.day == "week"),
            *(FilterOption(kind, gettext(name), kind == params.day) for kind, name in DAYS.items()),
        ),
        days=tuple(_day(found, kind, most) for kind in DAY_TYPES),
        moves=_moves(app, found, "hours"),
        unknown_moves=_moves(app, found, "unknown"),
        mean_night=_mean(hours, "fixed", range(0, 5)),
        most_noon=_mean(hours, "fixed_most", range(10, 15)),
        most_night=_mean(hours, "fixed_most", range(0, 5)),
        mean_noon=_mean(hours, "fixed", range(10, 15)),
        mean_vehicles=_mean(hours, "vehicles", range(10, 15)),
        covered_half=float(people[share >= 0.25].sum()),
        covered_any=float(people[share > 0].sum()),
        model_line=model_line(app.walkable_city),
        pace=pace_text(found.query.pace_m_s),
    )


def _mean(hours: pd.DataFrame, column: str, when: range) -> float:
    return float(_of_day(hours, "working")[column].iloc[list(when)].mean())


def _of_day(hours: pd.DataFrame, kind: DayType) -> pd.DataFrame:
    return hours[hours.index.get_level_values("day") == kind]


def _day(found: HourlyCoverage, kind: DayType, most: float) -> Day:
    table = _of_day(found.hours, kind)
    rows = tuple(
        HourRow(
            hour=f"{hour}:00–{hour + 1}:00",
            open_aeds=float(row["open_aeds"]),
            fixed=float(row["fixed"]),
            fixed_most=float(row["fixed_most"]),
            vehicles=float(row["vehicles"]),
            both=float(row["both"]),
            share=float(row["both"]) / found.people if found.people else 0.0,
        )
        for hour, (_, row) in enumerate(table.iterrows())
    )
    best, worst = max(rows, key=lambda row: row.both), min(rows, key=lambda row: row.both)
    summary = gettext(
        "Most at {best}: {most} people ({share}); fewest at {worst}: {least}.",
        best=best.hour,
        most=number(best.both),
        share=percent(best.share, 1),
        worst=worst.hour,
        least=number(worst.both),
    )
    chart = draw_day(table, most=most)
    return Day(kind, gettext(DAYS[kind]), day_words(found.days[kind]), chart, rows, summary)


def draw_day(table: pd.DataFrame, *, most: float) -> Chart:
    """Return 24 bars of `table` (columns ``fixed``, ``both``), as high as `most` at the top."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    step = (right - LEFT) / 24
    top_value = nice_top(most)

    def height(value: float) -> float:
        return round((bottom - TOP_EDGE) * value / top_value, 1)

    bars = []
    for hour, (fixed, both) in enumerate(table[["fixed", "both"]].to_numpy()):
        low, all_ = height(fixed), height(both)
        bars.append(
            Bar(
                x=round(LEFT + hour * step + 1, 1),
                width=round(step - 2, 1),
                fixed_y=round(bottom - low, 1),
                fixed_height=low,
                added_y=round(bottom - all_, 1),
                added_height=round(all_ - low, 1),
            )
        )
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=right,
        top=TOP_EDGE,
        bottom=bottom,
        bars=tuple(bars),
        y_ticks=tuple(Tick(round(bottom - height(v), 1), v) for v in np.linspace(0, top_value, 5)),
        x_ticks=tuple(Tick(round(LEFT + h * step, 1), h) for h in range(0, 25, 6)),
    )


def nice_top(most: float) -> float:
    """Return a round number at or above `most`, four parts of which are round too."""
    if most <= 0:
        return 4.0
    unit = 10.0 ** np.floor(np.log10(most))
    return float(
        next(unit * f for f in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if unit * f >= most)
    )


def _moves(app: AppState, found: HourlyCoverage, basis: str) -> tuple[Move, ...]:
    table = found.moves[found.moves["basis"] == basis].head(TOP)
    cards = [card(app.city, str(index)) for index in table.index]
    return tuple(
        Move(
            rank=rank,
            card=shown,
            added=float(added),
            together=float(together),
            hours=hours_said(shown.facts),
        )
        for rank, (shown, added, together) in enumerate(
            zip(cards, table["added"], table["together"], strict=True), start=1
        )
    )
