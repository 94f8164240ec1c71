"""Read the questions of the workbench from a query string: what if, where next, reports.

Over 350 lines, because an address of the workbench is read and written by the same rules.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from locator.analysis.district_report import ReportQuery
from locator.analysis.scenario.change import MAX_NAME, MAX_NOTE, NewSite, Scenario
from locator.analysis.siting.query import Objective
from locator.analysis.siting.solve import MAX_SITES, SitingQuery
from locator.analysis.transit.coverage import Ride
from locator.api.parsing import NO_SITE
from locator.api.queries import (
    ByParams,
    CoverageParams,
    Id,
    Lat,
    Lon,
    Words,
    at_most,
    described,
    filter_of,
    frozen,
    in_city,
)
from locator.base.echo import shortened
from locator.base.errors import InvalidParameterError
from locator.city.history import DATE, is_date
from locator.city.register import PeopleFrom

SITE = re.compile(
    rf"^(-?\d{{1,3}}\.?\d*),(-?\d{{1,3}}\.?\d*)"
    rf"(?:,(-?\d{{0,6}})(?:@({DATE.pattern}))?(?:,(.{{0,80}}))?)?$"
)

Ids = Annotated[
    tuple[Id, ...], Field(max_length=400), AfterValidator(lambda ids: tuple(dict.fromkeys(ids)))
]


def _site_text(given: str) -> str:
    found = SITE.match(given.strip())
    if found is None or not is_date(found[4] or "2000"):
        raise PydanticCustomError("site", "is no site")
    return given


def _one_line(given: str) -> str:
    return " ".join(given.split())


def _date_text(given: str) -> str:
    if not is_date(given.strip()):
        raise PydanticCustomError("date", "is no date")
    return given.strip()


DateText = Annotated[str, Field(min_length=4, max_length=10), AfterValidator(_date_text)]
Texts = Annotated[tuple[Annotated[str, Field(max_length=8000)], ...], Field(max_length=2)]
SiteText = Annotated[str, Field(min_length=3, max_length=160), AfterValidator(_site_text)]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_one_line)]
Note = Annotated[str, Field(min_length=1, max_length=MAX_NOTE), AfterValidator(_one_line)]
Sites = Annotated[tuple[SiteText, ...], Field(max_length=MAX_SITES), at_most(MAX_SITES)]
SiteCount = Annotated[int, Field(ge=1, le=MAX_SITES)]
District = Annotated[int, Field(ge=1, le=999), in_city("district")]
Districts = Annotated[
    tuple[District, ...],
    Field(max_length=50),
    AfterValidator(lambda numbers: tuple(sorted(set(numbers)))),
    at_most(50),
]
Unit = Annotated[str, Field(min_length=1, max_length=20), in_city("unit")]
Units = Annotated[
    tuple[Unit, ...],
    Field(max_length=150),
    AfterValidator(lambda codes: tuple(sorted(set(codes)))),
    at_most(150),
]
Places = Annotated[int, Field(ge=1, le=5000)]
Percent = Annotated[float, Field(ge=0.1, le=100, allow_inf_nan=False)]
Money = Annotated[float, Field(ge=0.01, le=1e12, allow_inf_nan=False)]
_PRICE = r"[^\s,;:]{1,20}:\d{1,12}(?:\.\d+)?"
PRICES = re.compile(rf"^\s*{_PRICE}(?:[\s,;]+{_PRICE})*\s*$")


def _price_text(given: str) -> str:
    if PRICES.match(given) is None:
        raise PydanticCustomError("price", "is no price")
    return given


PriceText = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_price_text)]
Prices = Annotated[tuple[PriceText, ...], Field(max_length=50), at_most(50)]


@frozen
class CountedParams(CoverageParams):
    """A coverage, and who counts the people."""

    people: PeopleFrom = described(
        "Whose count of the people holds: the census, or the city's register of residents.",
        default="census",
    )


@frozen
class ScenarioParams(CountedParams):
    """A change to one layer."""

    open: Ids = described("Id of a facility that opens; repeat it for several.", default=())
    close: Ids = described("Id of a facility that closes; repeat it for several.", default=())
    planned: bool = described("Open everything that is under way.", default=False)
    add: Sites = described(
        "A site to add, `lat,lon` or `lat,lon,places` or `lat,lon,places,name`; repeat it. "
        "After the places may stand when it opens: `50.06,19.94,60@2027-09,Rynek`.",
        default=(),
    )
    name: Name = described("What the scenario is called, for reports.", default="")
    note: Note = described("What is to be said of it, for reports.", default="")


@frozen
class AddedParams:
    """A site being added on the page: in words, or by a click on the map."""

    site: Words | None = described("Address or place.", default=None)
    site_places: Places | None = described("Its places.", default=None)
    site_opens: DateText | None = described("When it opens.", default=None)
    beside: Texts = described("Scenarios that this one is to be compared with.", default=())
    lat: Lat | None = described("Latitude of a click.", default=None)
    lon: Lon | None = described("Longitude of a click.", default=None)


@frozen
class ClosuresParams(CoverageParams):
    """Which facilities of a layer would be missed least."""

    n: SiteCount = described("How many, the first first.", default=5)
    planned: bool = described("Count what is under way as open.", default=False)
    objective: Objective = described(
        "`cover`: people within the standard count; `places`: people with a place there, where "
        "nobody takes more than they have places.",
        default="cover",
    )
    demand_percent: Percent = described(
        "So many of 100 people of the group want a place; with `places`.", default=100.0
    )


@frozen
class RelocationsParams(ClosuresParams):
    """Which facilities of a layer would serve more people elsewhere."""

    district: District | None = described("Only sites in this district.", default=None)
    unit: Unit | None = described("Only sites in this neighbourhood unit (code).", default=None)
    avoid: Districts = described(
        "Number of a district in which no site may stand; repeat it for several.", default=()
    )
    avoid_unit: Units = described(
        "Code of a neighbourhood unit in which no site may stand; repeat it for several.",
        default=(),
    )


@frozen
class SitingParams(RelocationsParams):
    """Where the next facilities of a layer should stand."""

    objective: Objective = described(
        "`cover`: most people within the standard; `median`: shortest walks in sum; "
        "`target_share`: the fewest sites with which `target_percent` of all are within the "
        "standard; `budget`: most people within the standard for the money; `centre`: the longest "
        "walk as short as can be; `places`: most people with a place within the standard, where "
        "nobody takes more than they have places.",
        default="cover",
    )
    method: Literal["quick", "greedy", "exact"] = described(
        "`quick`: the best that is found in a moment, mostly proven; `greedy`: one site after the "
        "other; `exact`: for the proof, computing that usually takes up to 20 s. Their work is "
        "counted, not timed. `proven` in the answer tells which it is.",
        default="quick",
    )
    capacity: Places | None = described(
        "People that one site can take; with `cover` and `target_share`, and with `places`, where "
        "it is by default that of the middle one of those that exist.",
        default=None,
    )
    target_percent: Percent | None = described(
        "Share of the group in the whole city to reach; with `target_share`, for which `n` does "
        "not count.",
        default=None,
    )
    budget: Money | None = described(
        "Money for all sites; with `budget`, for which `n` does not count.", default=None
    )
    price: Money | None = described("What a site costs, in the same money.", default=None)
    price_in: Prices = described(
        "What a site costs in a district or a neighbourhood unit where it is something else, such "
        "as `4:900000` or `IV.3:900000`; repeat it, or separate several by spaces.",
        default=(),
    )


@frozen
class ReportParams(CountedParams):
    """What a report is about."""

    district: District | None = described("Number of a district; all by default.", default=None)
    unit: Unit | None = described(
        "Code of a neighbourhood unit, such as `IV.3`; its district need not be named.",
        default=None,
    )


@frozen
class ReportByParams(ByParams, ReportParams):
    """What a report is about, on foot alone or by tram and bus beside it."""


def scenario_of(asked: ScenarioParams) -> Scenario:
    """Return the change that is asked for.

    Parameters
    ----------
    asked : ScenarioParams

    Returns
    -------
    Scenario
    """
    return Scenario(
        layer=asked.layer,
        open=asked.open,
        close=asked.close,
        planned=asked.planned,
        add=tuple(new_site(given) for given in asked.add),
        minutes=asked.minutes,
        pace_m_s=asked.pace,
        group=asked.group,
        name=asked.name,
        note=asked.note,
        which=filter_of(asked),
        profile=asked.profile,
        people=asked.people,
    )


def scenario_texts(change: Scenario) -> dict[str, list[str]]:
    """Return a change as the query string of its page: what `scenario_of` reads.

    Parameters
    ----------
    change : Scenario

    Returns
    -------
    dict of str to list of str
        Without what is empty, and without the layer.
    """
    which = change.which
    given: dict[str, list[str]] = {
        "open": list(change.open),
        "close": list(change.close),
        "planned": ["1"] if change.planned else [],
        "add": [site_text(site) for site in change.add],
        "minutes": [] if change.minutes is None else [f"{change.minutes:g}"],
        "pace": [] if change.pace_m_s is None else [f"{change.pace_m_s:g}"],
        "group": [] if change.group is None else [change.group],
        "name": [change.name] if change.name else [],
        "note": [change.note] if change.note else [],
        "profile": [] if change.profile == "foot" else [change.profile],
        "people": [] if change.people == "census" else [change.people],
        "ownership": [which.ownership] if which.ownership else [],
        "kind": list(which.kinds),
        "operator": list(which.operators),
        "open_at": [which.open_at.isoformat(timespec="minutes")] if which.open_at else [],
        "step_free": ["yes"] if which.step_free else [],
    }
    return {name: values for name, values in given.items() if values}


def siting_of(asked: ClosuresParams) -> SitingQuery:
    """Return the siting question that is asked.

    Parameters
    ----------
    asked : ClosuresParams
        Or one of its kinds, which say more.

    Returns
    -------
    SitingQuery
    """
    query = SitingQuery(
        layer=asked.layer,
        count=asked.n,
        minutes=asked.minutes,
        group=asked.group,
        pace_m_s=asked.pace,
        planned=asked.planned,
        which=filter_of(asked),
        objective=asked.objective,
        demand_percent=asked.demand_percent,
        profile=asked.profile,
    )
    if isinstance(asked, RelocationsParams):
        query = replace(
            query,
            district=asked.district,
            unit=asked.unit,
            avoid=asked.avoid,
            avoid_units=asked.avoid_unit,
        )
    if isinstance(asked, SitingParams):
        prices = _prices(asked.price_in)
        query = replace(
            query,
            method=asked.method,
            capacity=asked.capacity,
            target_percent=asked.target_percent,
            budget=asked.budget,
            price=asked.price,
            district_prices=tuple((int(a), price) for a, price in prices if a.isdecimal()),
            unit_prices=tuple((a, price) for a, price in prices if not a.isdecimal()),
        )
    return query


def _prices(given: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Return the price in each district or unit that is named, the last one said."""
    pairs = [one.split(":") for text in given for one in re.split(r"[\s,;]+", text.strip())]
    return tuple(sorted({area: float(price) for area, price in pairs}.items()))


def report_query_of(asked: ReportParams, *, ride: Ride | None = None) -> ReportQuery:
    """Return what the report that is asked for is about.

    Parameters
    ----------
    asked : ReportParams
    ride : Ride, optional
        What is asked of trams and buses (`locator.api.transit_coverage.ride_of`).

    Returns
    -------
    ReportQuery
    """
    return ReportQuery(
        layer=asked.layer,
        district=asked.district,
        unit=asked.unit,
        minutes=asked.minutes,
        group=asked.group,
        pace_m_s=asked.pace,
        which=filter_of(asked),
        profile=asked.profile,
        people=asked.people,
        ride=ride,
    )


def new_site(given: str) -> NewSite:
    """Return the site that ``lat,lon[,places[@opens][,name]]`` stands for.

    Parameters
    ----------
    given : str
        Degrees with points as decimal signs; an empty number of places is none.

    Returns
    -------
    NewSite

    Raises
    ------
    InvalidParameterError
        It is written otherwise.
    """
    found = SITE.match(given.strip())
    if found is None or not is_date(found[4] or "2000"):
        raise InvalidParameterError(NO_SITE, parameter="add", given=shortened(given))
    lat, lon, places, opens, name = found.groups()
    return NewSite(
        lon=float(lon),
        lat=float(lat),
        places=int(places) if places and places != "-" else None,
        name=(name or "").strip(),
        opens=opens or "",
    )


def site_text(site: NewSite) -> str:
    """Return a site as `new_site` reads it.

    Parameters
    ----------
    site : NewSite

    Returns
    -------
    str
        To a hundred-thousandth of a degree, some 1 m.
    """
    text = f"{site.lat:.5f},{site.lon:.5f}"
    if site.places is not None or site.name or site.opens:
        text += f",{'' if site.places is None else site.places}"
        text += f"@{site.opens}" if site.opens else ""
    return f"{text},{site.name}" if site.name else text
