"""Show by the hour who has an AED in time: the table, the chart, the ranked list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd
from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from locator.analysis.aed.hourly import HourlyCoverage
from locator.api.context import AppState
from locator.api.hourly import HourlyParams, aed_hours_csv, aed_moves_csv, hourly_of
from locator.api.queries import described, frozen
from locator.base.errors import N_
from locator.base.geojson import Collection
from locator.reports.charts import Columns, draw_columns
from locator.reports.document import Drawing
from locator.reports.html import SMALL_UNITS
from locator.vehicles.calendar import DAY_TYPES, DayType
from locator.web.downloads import csv_attachment
from locator.web.i18n import day as day_words
from locator.web.i18n import gettext, number, percent, url
from locator.web.map import pages as mapviews
from locator.web.map import views
from locator.web.map.aed import SHARE_BREAKS, share_areas
from locator.web.map.feeds import unkept
from locator.web.security import expensive
from locator.web.state import question, state
from locator.web.words.cards import Card, card, hours_said
from locator.web.words.choices import FilterOption
from locator.web.words.model_words import model_line
from locator.web.words.texts import group_name, pace_text

if TYPE_CHECKING:
    from locator.web.map.figure import Map

DAYS: dict[str, str] = {
    "working": N_("Working day"),
    "saturday": N_("Saturday"),
    "sunday": N_("Sunday"),
}
MINUTES = ("3", "5")
TOP = 15
"""So many AEDs of the ranked list are shown; the download has them all."""

blueprint = Blueprint("aed_coverage", __name__)


@blueprint.get("/aed/coverage")
@expensive
def page() -> str:
    """Show by the hour who has an AED in time."""
    params = params_of(request.args)
    view = report_of(state(), params)
    asked = {"minutes": params.minutes, "day": params.day}
    # Without a vehicle that is known to carry one there is nothing to shade.
    shown = mapviews.map_for("aed_shares", asked) if view.found.vehicles else None
    return render_template("pages/aed_coverage.html", view=view, map=shown)


@blueprint.get("/aed/coverage.csv")  # where it stood when both tables were one file
@blueprint.get("/aed/coverage/hours.csv")
@expensive
def hours() -> Response:
    """Send who is covered, hour by hour."""
    return csv_attachment(aed_hours_csv(state(), params_of(request.args)), "aeds-by-hour.csv")


@blueprint.get("/aed/coverage/moves.csv")
@expensive
def moves() -> Response:
    """Send the ranked list of AEDs to be moved outdoors."""
    return csv_attachment(aed_moves_csv(state(), params_of(request.args)), "aeds-to-move.csv")


@blueprint.get("/aed/coverage.geojson")
@expensive
def areas() -> Response:
    """Serve areas by the share of the hours of service for which vehicles cover them."""
    app = state()
    params = params_of(request.args)
    found = found_for(app, params)
    question = ("aed-shares", params.minutes, params.day, found.days["working"])
    made: Collection = app.memo.get(question, lambda: share_areas(app.city, found, params.day_type))
    return unkept(made)


def _shares_map(args: MultiDict[str, str]) -> Map:
    params = params_of(args)
    edges = (*SHARE_BREAKS, 1.0)
    return views.coverage_map(
        mapviews.ground(gettext("Map: share of the hours of service within reach of a vehicle")),
        areas_url=url("aed_coverage.areas", minutes=params.minutes, day=params.day),
        shading=views.Shading(
            title=gettext("Share of the hours of service"),
            value="share",
            breaks=SHARE_BREAKS,
            class_labels=(
                gettext("never"),
                *(
                    gettext("{low} to {high}", low=percent(low), high=percent(high))
                    for low, high in zip(edges, edges[1:], strict=False)
                ),
            ),
        ),
    )


mapviews.add_map("aed_shares", _shares_map)


# What the page says ------------------------------------------------------------------------


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
    return question(TimeParams, args)


def found_for(app: AppState, params: TimeParams) -> HourlyCoverage:
    """Return the coverage in time, counted once a day for each limit."""
    return hourly_of(app, float(params.minutes))


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
    chart: str
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
    chart = _chart(table, most, f"{gettext(DAYS[kind])}: {summary}")
    return Day(kind, gettext(DAYS[kind]), day_words(found.days[kind]), chart, rows, summary)


def _chart(table: pd.DataFrame, most: float, title: str) -> str:
    """Return 24 bars, fixed AEDs below and what vehicles add above, as high for every day."""
    fixed, both = table["fixed"].to_numpy(), table["both"].to_numpy()
    bars = Columns(title, gettext("hour of the day"), fixed.tolist(), (both - fixed).tolist(), most)
    drawing = Drawing(
        title=title,
        description="",
        ratio=0.52,
        draw=lambda canvas: draw_columns(canvas, bars),
        said=gettext("The numbers are in the table."),
    )
    return drawing.svg(width=SMALL_UNITS)


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
