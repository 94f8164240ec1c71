"""Show all units of a country beside each other: a map, and a table with ranks and ranges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from flask import Blueprint, Response, render_template, request
from pydantic import Field

from locator.analysis.access.words import ends_said
from locator.api.csv import table as as_csv
from locator.api.queries import described, frozen
from locator.base.errors import LocatorError
from locator.country.ranking import SORTS, SortBy, chosen_units, unit_rows
from locator.country.table import CountryTable, Service, read_table
from locator.reports.countrymap import country_map
from locator.reports.smallmap import CLASSES
from locator.web.downloads import csv_attachment
from locator.web.i18n import error_text, gettext, percent, text
from locator.web.state import country_file, question

ROWS = 100
"""So many units stand on one page of the table."""

blueprint = Blueprint("country", __name__)


@frozen
class CountryParams:
    """Which units are shown, for which service."""

    service: str = described("Id of a service; by default the first.", default="")
    find: Annotated[str, Field(max_length=80)] = described(
        "Part of a name, or the beginning of a code.", default=""
    )
    below: Annotated[float, Field(ge=0, le=100)] | None = described(
        "Only units with less than so many per cent within reach.", default=None
    )
    sort: SortBy = described("Which units come first.", default="rank")
    page: Annotated[int, Field(ge=1, le=10_000)] = described("Page of the table.", default=1)


@dataclass(frozen=True)
class CountryView:
    """Everything that ``country.html`` shows.

    Attributes
    ----------
    about : mapping
        Of the table.
    service : Service
    services : tuple of Service
    asked : CountryParams
    sorts : tuple of (value, words)
    map : str
        SVG.
    legend : tuple of (shade, words)
    rows : list of dict
        Of this page.
    found, units, failed : int
        Units that are looked for, all of them, and those of which nothing is known.
    people, served : int
        Of the whole country, as far as it is known.
    pages : int
    same : dict
        The question, for links.
    """

    about: Any
    service: Service
    services: tuple[Service, ...]
    asked: CountryParams
    sorts: tuple[tuple[str, str], ...]
    map: str
    legend: tuple[tuple[str, str], ...]
    rows: list[dict[str, Any]]
    found: int
    units: int
    failed: int
    people: int
    served: int
    pages: int
    same: dict[str, Any]


@blueprint.get("/country")
def page() -> tuple[str, int]:
    """Show the units of the country."""
    try:
        found = the_table()
    except LocatorError as error:
        why = error_text(error)
        return render_template("pages/country.html", view=None, why=why), 404
    if found is None:
        return render_template("pages/country.html", view=None, why=""), 404
    asked = question(CountryParams, request.args)
    return render_template("pages/country.html", view=country_view(found, asked)), 200


@blueprint.get("/country.csv")
def country_csv() -> Response | tuple[str, int]:
    """Send all units that are looked for as a table."""
    found = the_table()
    if found is None:
        return render_template("pages/country.html", view=None, why=""), 404
    asked = question(CountryParams, request.args)
    service = _service(found, asked)
    rows = unit_rows(_chosen(found, service, asked))
    columns = ("service", *(rows[0] if rows else ("code", "name")))
    table = as_csv(columns, ({"service": service.id, **row} for row in rows))
    return csv_attachment(table, f"country-{service.id}.csv")


def the_table() -> CountryTable | None:
    """Return the country of ``LOCATOR_COUNTRY``, or of the city folder; None where there is none.

    Raises
    ------
    CountryError
        There is one, and it cannot be read.
    """
    path = country_file()
    if path is None:
        return None
    return _kept(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=1)
def _kept(path: Path, _modified_ns: int) -> CountryTable:
    return read_table(path)


@lru_cache(maxsize=24)
def _drawn(found: CountryTable, service: str, label: str) -> str:
    """Return the map of a service, drawn once for each language."""
    shares = found.units[f"{service}_share"].to_numpy(dtype=np.float64, na_value=np.nan)
    return country_map(found.units.geometry.to_numpy(), shares, label=label)


def country_view(found: CountryTable, asked: CountryParams) -> CountryView:
    """Return what is shown of a country.

    Raises
    ------
    NotFoundError
        There is no such service.
    """
    service = _service(found, asked)
    chosen = _chosen(found, service, asked)
    pages = max(1, -(-len(chosen) // ROWS))
    at = min(asked.page, pages)
    all_units = found.units
    same = {"service": service.id, "find": asked.find or None, "below": asked.below}
    same["sort"] = asked.sort if asked.sort != "rank" else None
    words = {
        "rank": gettext("largest share first"),
        "worst": gettext("smallest share first"),
        "left_out": gettext("most people left out first"),
        "name": gettext("by name"),
        "code": gettext("by code"),
        "people": gettext("most people first"),
    }
    label = gettext(
        "{layer}: share within reach, by unit; the table below has the numbers.",
        layer=text(service.names),
    )
    return CountryView(
        about=found.about,
        service=service,
        services=tuple(found.services.values()),
        asked=asked,
        sorts=tuple((one, words[one]) for one in SORTS),
        map=_drawn(found, service.id, label),
        legend=tuple(
            (f"class{place}", gettext("{low} to {high}", low=percent(low), high=percent(high)))
            for place, (low, high) in enumerate(zip((0, *CLASSES), (*CLASSES, 1), strict=True))
        ),
        rows=[
            {**row, "range": "" if row["share"] is None else _range(row["low"], row["high"])}
            for row in unit_rows(chosen.iloc[(at - 1) * ROWS : at * ROWS])
        ],
        found=len(chosen),
        units=len(all_units),
        failed=int(all_units[f"{service.id}_share"].isna().sum()),
        people=int(all_units[f"{service.id}_people"].sum()),
        served=int(all_units[f"{service.id}_served"].sum()),
        pages=pages,
        same={name: value for name, value in same.items() if value is not None},
    )


def _range(low: float, high: float) -> str:
    return "–".join(ends_said(low, high))


def _service(found: CountryTable, asked: CountryParams) -> Service:
    return found.service(asked.service or next(iter(found.services)))


def _chosen(found: CountryTable, service: Service, asked: CountryParams) -> Any:
    below = None if asked.below is None else asked.below / 100
    return chosen_units(found.ranked(service.id), find=asked.find, below=below, sort=asked.sort)
