"""Show how every service reaches every district: small maps, and one table with ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from locator.analysis.access.coverage import Coverage
from locator.analysis.access.filter_words import filtered
from locator.analysis.access.ranges import Ranges
from locator.analysis.access.words import between
from locator.api.compare import CompareParams, queries_of
from locator.api.context import AppState
from locator.api.queries import filter_of
from locator.api.street_info import Choice, profile_choices, profile_words
from locator.city.catalogue import Layer
from locator.geocoding.names import district_title
from locator.reports.mapdrawing import shade_of
from locator.reports.smallmap import CLASSES, SmallOutlines, small_map, small_outlines
from locator.web.i18n import gettext, percent, text, url
from locator.web.security import expensive
from locator.web.sorting import FILTER_NAMES, Sorting, sorting_of
from locator.web.state import question, state
from locator.web.words.choices import FilterOption, group_options, people_options, standard_options
from locator.web.words.filtering import FilterForm, filter_form
from locator.web.words.model_words import model_line
from locator.web.words.texts import group_name

blueprint = Blueprint("compare", __name__)


@dataclass(frozen=True)
class Cell:
    """A share and its range; `shade` as on the maps, `value` to sort by."""

    share: str
    range: str
    shade: str
    value: float


@dataclass(frozen=True)
class Row:
    """A district: its cells in the order of the services, and where it is surely behind."""

    number: int
    title: str
    cells: tuple[Cell, ...]
    behind: int


@dataclass(frozen=True)
class Service:
    """A service in the whole city, with its small map.

    `ride_url` leads to who is within reach by tram or bus, too; empty without a timetable.
    """

    layer: Layer
    group: str
    minutes: float
    city: Cell
    map: str
    ride_url: str


@dataclass(frozen=True)
class Matrix:
    """Everything that ``compare.html`` shows.

    Attributes
    ----------
    services : tuple of Service
    rows : tuple of Row
    pending : bool
        Whether some ranges are still being counted.
    sorting : Sorting
    legend : tuple of (shade, words)
    standards, groups, people : tuple of FilterOption
    asked : CompareParams
    filter_words : str
        The title with which facilities count; empty for all.
    profiles : tuple of Choice
    ways : str
        What has to be said of ways without steps.
    filter : FilterForm
    csv, units, json : str
        The same numbers to download; by neighbourhood unit where there are any.
    model_line : str
    """

    services: tuple[Service, ...]
    rows: tuple[Row, ...]
    pending: bool
    sorting: Sorting
    legend: tuple[tuple[str, str], ...]
    standards: tuple[FilterOption, ...]
    groups: tuple[FilterOption, ...]
    people: tuple[FilterOption, ...]
    asked: CompareParams
    filter_words: str
    profiles: tuple[Choice, ...]
    ways: str
    filter: FilterForm
    csv: str
    units: str
    json: str
    model_line: str


@blueprint.get("/compare")
@expensive
def page() -> str:
    """Show every service in every district."""
    asked = question(CompareParams, request.args)
    return render_template("pages/compare.html", view=matrix_of(state(), asked, request.args))


def matrix_of(app: AppState, asked: CompareParams, args: MultiDict[str, str]) -> Matrix:
    """Return every service in every district, with the ranges that are known by now."""
    queries = queries_of(app, asked)
    found = [app.coverage(one, profile=asked.profile) for one in queries]
    within = app.ranges_soon(queries, profile=asked.profile)
    sorting = sorting_of(
        args, ("number", "name", *(one.layer for one in found), "behind"), "compare.page"
    )
    outlines = app.memo.get("small outlines", lambda: small_outlines(app.city))
    same = {
        name: args.getlist(name)
        for name in ("minutes", "group", "people", "profile", *FILTER_NAMES)
    }
    return Matrix(
        services=tuple(
            _service(app, outlines, one, known, same)
            for one, known in zip(found, within, strict=True)
        ),
        rows=_rows(app, found, within, sorting),
        pending=None in within,
        sorting=sorting,
        legend=tuple(
            (f"class{place}", gettext("{low} to {high}", low=percent(low), high=percent(high)))
            for place, (low, high) in enumerate(zip((0, *CLASSES), (*CLASSES, 1), strict=True))
        ),
        standards=standard_options(asked.minutes),
        groups=group_options(app, asked.group or ""),
        people=people_options(app, asked.people),
        asked=asked,
        profiles=profile_choices(app, "" if asked.profile == "foot" else asked.profile),
        ways=profile_words(app.walkable_city_for(asked.profile)),
        filter=filter_form(app, tuple(one.layer for one in found), asked),
        filter_words=filtered(app.city, filter_of(asked), gettext("Services by district"))
        if filter_of(asked)
        else "",
        csv=url("api.compare_csv", same),
        units=url("api.compare_csv", same, by="unit") if len(app.city.units) else "",
        json=url("api.compare", same),
        model_line=model_line(app.walkable_city),
    )


def _service(
    app: AppState,
    outlines: SmallOutlines,
    found: Coverage,
    within: Ranges | None,
    same: dict[str, list[str]],
) -> Service:
    layer = app.catalogue.layers[found.layer]
    ride = {**same, "by": ["transit"]}
    return Service(
        layer=layer,
        group=group_name(app.catalogue, found.group),
        minutes=found.minutes,
        city=_cell(found.share, None if within is None else (within.low, within.high)),
        map=small_map(
            outlines,
            found.districts["share"],
            label=gettext(
                "{layer}: share within reach, by district; the table below has the numbers.",
                layer=text(layer.names),
            ),
        ),
        ride_url=url("layer_coverage.page", ride, layer_id=layer.id, _anchor="transit")
        if app.transit_network.timetables
        else "",
    )


def _rows(
    app: AppState, found: list[Coverage], within: list[Ranges | None], sorting: Sorting
) -> tuple[Row, ...]:
    districts: Any = app.city.districts
    rows = [
        Row(
            number=int(place),
            title=district_title(row["roman"], row["name"]),
            cells=tuple(
                _cell(_share(one, int(place)), _ends(known, int(place)))
                for one, known in zip(found, within, strict=True)
            ),
            behind=sum(_is_behind(known, int(place)) for known in within),
        )
        for place, row in districts.to_dict("index").items()
    ]
    columns = [one.layer for one in found]

    def value(row: Row) -> Any:
        if sorting.key in columns:
            return row.cells[columns.index(sorting.key)].value
        by = {"name": str(districts.at[row.number, "name"]), "behind": row.behind}
        return by.get(sorting.key, row.number)

    return tuple(sorted(rows, key=value, reverse=sorting.descending))


def _share(found: Coverage, district: int) -> float:
    shares: Any = found.districts["share"]
    return float(shares[district])


def _ends(known: Ranges | None, district: int) -> tuple[float, float] | None:
    if known is None:
        return None
    low, high = known.districts.loc[district, ["low", "high"]].to_numpy(dtype=np.float64)
    return None if np.isnan(low) else (float(low), float(high))


def _is_behind(known: Ranges | None, district: int) -> bool:
    ends = _ends(known, district)
    return known is not None and ends is not None and ends[1] < known.low


def _cell(share: float, ends: tuple[float, float] | None) -> Cell:
    if not np.isfinite(share):
        return Cell("–", "", "", -1.0)
    said = "" if ends is None else between(*ends, digits=0)
    return Cell(percent(share), said, shade_of(share, CLASSES), share)
