"""Turn coverage results into what the reports for planners show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from werkzeug.datastructures import MultiDict

from locator.analysis.access.coverage import NOBODY, Coverage, coverage_overview
from locator.analysis.access.words import at_least, parts_said
from locator.api.context import AppState
from locator.api.coverage import parts_of
from locator.api.queries import CoverageListParams, CoverageParams
from locator.base.errors import NotComputableError
from locator.city.catalogue import Layer
from locator.city.model import City
from locator.reports.curve import Curve, draw_curve
from locator.web.i18n import gettext, number, text, url
from locator.web.words.listing import FilterOption
from locator.web.words.model_words import Pace, model_line, model_quality, pace_choices
from locator.web.words.provenance import CompletenessRow, completeness_row
from locator.web.words.texts import group_name, pace_text

STANDARDS_MIN = (5, 10, 15, 20, 30)
DISTRICT_KEYS = ("number", "name", "people", "served", "unserved", "share", "mean_s", "p90_s")
CARRIED = ("minutes", "group", "pace")
"""Parameters that a link of a report takes along."""
OVERVIEW_KEYS = ("name", "share", "people", "unserved", "mean_s", "counted")


@dataclass(frozen=True)
class Sorting:
    """How a table is sorted, and the address that sorts it by another column."""

    key: str
    descending: bool
    args: dict[str, list[str]]
    endpoint: str
    values: dict[str, str]

    def href(self, key: str) -> str:
        """Return the address that sorts by `key`, the other way round if it is the present one."""
        turn = key == self.key and not self.descending
        order = "desc" if turn else "asc"
        return url(self.endpoint, self.args | {"sort": [key], "order": [order]}, **self.values)


def sorting_of(
    args: MultiDict[str, str], keys: tuple[str, ...], endpoint: str, **values: str
) -> Sorting:
    """Return the sorting asked for in a query string; an unknown column means the first."""
    key = args.get("sort", "")
    known = key in keys
    kept = {name: args.getlist(name) for name in CARRIED if name in args}
    return Sorting(
        key=key if known else keys[0],
        descending=known and args.get("order") == "desc",
        args=kept,
        endpoint=endpoint,
        values=values,
    )


@dataclass(frozen=True)
class OverviewRow:
    """One layer at a glance."""

    layer: Layer
    group: str
    minutes: float
    share: float | None
    unserved: int
    people: int
    mean_s: float | None
    counted: int
    listed: int
    at_least: str
    parts: str


@dataclass(frozen=True)
class Overview:
    """Everything that ``coverage.html`` shows."""

    rows: tuple[OverviewRow, ...]
    moving: tuple[Layer, ...]
    sorting: Sorting
    minutes: float | None
    standards: tuple[FilterOption, ...]
    model_line: str


def overview_of(app: AppState, params: CoverageListParams, args: MultiDict[str, str]) -> Overview:
    """Return all layers at a glance; those that move are only named."""
    layers = app.catalogue.layers
    asked = ("overview", params.minutes)
    frame = app.memo.get(
        asked, lambda: coverage_overview(app.walkable_city, minutes=params.minutes)
    )
    found = frame[frame["computable"]].to_dict("index")
    if found and not frame["people"].sum():
        raise NotComputableError(NOBODY, parameter="group")
    rows = [_overview_row(app, layers[str(name)], row) for name, row in found.items()]
    sorting = sorting_of(args, ("", *OVERVIEW_KEYS), "planners.overview")
    if sorting.key:
        rows.sort(key=lambda row: _overview_value(row, sorting.key), reverse=sorting.descending)
    return Overview(
        rows=tuple(rows),
        moving=tuple(layer for layer in layers.values() if layer.moves),
        sorting=sorting,
        minutes=params.minutes,
        standards=_standards(params.minutes),
        model_line=model_line(app.walkable_city),
    )


def _overview_row(app: AppState, layer: Layer, row: Mapping[Any, Any]) -> OverviewRow:
    return OverviewRow(
        layer=layer,
        group=group_name(app.catalogue, row["group"]),
        minutes=row["minutes"],
        share=_known(row["share"]),
        unserved=int(row["unserved"]),
        people=int(row["people"]),
        mean_s=_known(row["mean_s"]),
        counted=int(row["counted"]),
        listed=completeness_row(app.walkable_city, layer).all_listed,
        at_least=at_least(app.walkable_city.completeness.T[layer.id]),
        parts=parts_said(
            parts_of(app, layer.id, str(row["group"]), float(row["minutes"]), row["pace_m_s"])
        ),
    )


def _known(value: float | None) -> float | None:
    return None if pd.isna(value) else value


def _overview_value(row: OverviewRow, key: str) -> Any:
    if key == "name":
        return text(row.layer.names)
    value = getattr(row, key)
    return np.inf if value is None else value


@dataclass(frozen=True)
class CoverageReport:
    """Everything that ``report.html`` shows.

    Attributes
    ----------
    layer : Layer
    result : Coverage
    group : str
        Name of the age group.
    scaled_from : str
        How the group was scaled from the census; empty if it was not.
    complete : CompletenessRow
    districts : list of dict
        The table of districts in the order asked for.
    gaps : list of dict
        The largest gaps.
    curve : Curve
    curve_rows : list of dict
        Minutes and people at the usual standards.
    groups, standards, paces
        Choices of the form.
    downloads : dict of str to str
    """

    layer: Layer
    result: Coverage
    group: str
    scaled_from: str
    complete: CompletenessRow
    districts: list[dict[str, Any]]
    sorting: Sorting
    gaps: list[dict[str, Any]]
    gap_count: int
    curve: Curve
    curve_rows: list[dict[str, Any]]
    groups: tuple[FilterOption, ...]
    standards: tuple[FilterOption, ...]
    paces: tuple[Pace, ...]
    pace: str
    model_line: str
    model_quality: str
    downloads: dict[str, str]
    form_minutes: str
    caveats: tuple[str, ...]
    demand_size_m: float
    at_least: str
    parts: str


def report_of(
    app: AppState, result: Coverage, params: CoverageParams, args: MultiDict[str, str]
) -> CoverageReport:
    """Return the report of one layer."""
    catalogue = app.catalogue
    layer = catalogue.layers[result.layer]
    group = catalogue.groups[result.group]
    sorting = sorting_of(args, DISTRICT_KEYS, "planners.report", layer_id=layer.id)
    same = {name: args[name] for name in CARRIED if args.get(name)}
    return CoverageReport(
        layer=layer,
        result=result,
        group=text(group.names),
        scaled_from=text(group.scaled_from),
        complete=completeness_row(app.walkable_city, layer),
        districts=district_rows(app.city, result, sorting),
        sorting=sorting,
        gaps=gap_rows(result),
        gap_count=result.gaps_total,
        curve=draw_curve(result.curve, standard_min=result.minutes, share=result.share),
        curve_rows=curve_rows(result.curve, result.minutes),
        groups=tuple(
            FilterOption(g.id, text(g.names), g.id == result.group)
            for g in catalogue.groups.values()
        ),
        standards=_standards(result.minutes, usual=layer.standard_min),
        paces=pace_choices("" if params.pace is None else f"{params.pace:g}"),
        pace=pace_text(result.pace_m_s),
        model_line=model_line(app.walkable_city),
        model_quality=model_quality(app.walkable_city),
        downloads={
            "csv": url("planners.districts_csv", same, layer_id=layer.id),
            "geojson": url("planners.gaps", same, layer_id=layer.id),
        },
        form_minutes=number(result.minutes, 0 if result.minutes.is_integer() else 1),
        caveats=tuple(gettext(c.template).format(**c.values) for c in result.caveats),
        demand_size_m=app.city.demand.size_m,
        at_least=at_least(result.completeness),
        parts=parts_said(parts_of(app, layer.id, result.group, result.minutes, result.pace_m_s)),
    )


def _standards(chosen: float | None, *, usual: int | None = None) -> tuple[FilterOption, ...]:
    values: set[float] = {float(value) for value in STANDARDS_MIN}
    values |= {chosen} if chosen is not None else set()
    values |= {float(usual)} if usual is not None else set()
    return tuple(FilterOption(f"{v:g}", f"{v:g}", v == chosen) for v in sorted(values))


def district_rows(city: City, result: Coverage, sorting: Sorting) -> list[dict[str, Any]]:
    """Return the rows of the table of districts, sorted."""
    frame = result.districts.rename_axis(None)
    frame = frame.assign(number=frame.index, roman=city.districts["roman"].reindex(frame.index))
    ordered = frame.sort_values(
        sorting.key, ascending=not sorting.descending, na_position="last", kind="stable"
    )
    return [{str(k): v for k, v in row.items()} for row in ordered.to_dict("records")]


def gap_rows(result: Coverage) -> list[dict[str, Any]]:
    """Return the largest gaps with a point to look at."""
    rows = []
    for rank, gap in enumerate(result.gaps.itertuples(), start=1):
        point = gap.geometry.representative_point()
        rows.append(
            {
                "rank": rank,
                "people": gap.people,
                "district": gap.district,
                "district_name": gap.district_name,
                "place": gap.place,
                "walk_s": gap.walk_s,
                "nearest_url": url(
                    "residents.nearest",
                    lat=f"{point.y:.5f}",
                    lon=f"{point.x:.5f}",
                    layer=result.layer,
                ),
            }
        )
    return rows


def curve_rows(curve: pd.DataFrame, standard_min: float) -> list[dict[str, Any]]:
    """Return minutes, people and share at the usual standards and at the one asked for."""
    wanted = sorted({float(value) for value in STANDARDS_MIN} | {standard_min})
    minutes = curve["minutes"].to_numpy(dtype=np.float64)
    rows = []
    for value in wanted:
        reached = np.flatnonzero(minutes <= value + 1e-9)
        if reached.size == 0 or value > minutes.max():
            continue
        row = curve.iloc[int(reached[-1])]
        rows.append(
            {
                "minutes": value,
                "people": float(row["people"]),
                "share": float(row["share"]),
                "standard": value == standard_min,
            }
        )
    return rows


def table_rows(city: City, result: Coverage) -> list[list[Any]]:
    """Return the table of districts for a download: header, districts, the city."""
    columns = ["people", "served", "unserved", "share", "mean_s", "p90_s"]
    header = ["district_number", "district_roman", "district", *columns]
    about = ["layer", "group", "minutes", "pace_m_s", "model"]
    same = [result.layer, result.group, f"{result.minutes:g}", f"{result.pace_m_s:g}", result.model]
    known = city.catalogue.unit_code
    if known is not None:
        about, same = [*about, known.scheme], [*same, known.code]
    rows: list[list[Any]] = [header + about]
    for key, row in result.districts.iterrows():
        roman = city.districts["roman"].get(key, "")
        rows.append([key, roman, row["name"], *_cells(row[columns]), *same])
    city_row = [getattr(result, column) for column in columns]
    rows.append(["", "", text(city.catalogue.names), *_cells(pd.Series(city_row, columns)), *same])
    return rows


def _cells(row: pd.Series[Any]) -> list[str]:
    digits = {"people": 0, "served": 0, "unserved": 0, "share": 4, "mean_s": 0, "p90_s": 0}
    return [
        "" if pd.isna(value) else f"{float(value):.{digits[str(key)]}f}"
        for key, value in row.items()
    ]
