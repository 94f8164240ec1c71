"""Tell a scenario chapter by chapter: the change, who gains and loses, walks, gaps and places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from locator.analysis.access.filter_words import filter_words, ways_said
from locator.analysis.access.words import leaves_out, people_said
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.findings import ScenarioFindings
from locator.analysis.scenario.words import changes_said
from locator.base.i18n import day, gettext, minutes, number, percent, text
from locator.city.model import City
from locator.geocoding.names import district_title
from locator.reports.document import Column, Section, Table
from locator.reports.reach import number_code, reach_section, series_beside
from locator.reports.scenario_layers import scenario_layers
from locator.reports.scenario_maps import before_map

NOTHING = "–"


def scenario_sections(city: City, findings: ScenarioFindings) -> Iterator[Section]:
    """Yield the chapters of a scenario's report, those that have something to tell.

    Parameters
    ----------
    city : City
    findings : ScenarioFindings
        Of the same city.
    """
    found = findings.compared
    yield _change(city, found)
    yield _maps(city, findings)
    yield _districts(city, found)
    yield _walks(found)
    told = _gaps(found), _places(findings), _stages(findings), _sites(city, found)
    yield from (section for section in told if section)
    yield _method(city, findings)


def _change(city: City, found: ScenarioComparison) -> Section:
    changes = tuple(one.words for one in changes_said(city, found))
    said = [found.scenario.note] if found.scenario.note else []
    if not changes:
        said.append(gettext("Nothing is changed: before and after are the same."))
    if found.not_located:
        names = "; ".join(city.facilities.loc[list(found.not_located), "name"])
        said.append(gettext("Not on the map, so not counted: {names}.", names=names))
    return Section(
        gettext("The change"),
        paragraphs=tuple(said),
        bullets=changes,
        tables=(_measures(found),),
    )


def _measures(found: ScenarioComparison) -> Table:
    before, after = found.before, found.after
    points = number(100 * (after.share - before.share), 1)
    rows = [
        (gettext("Within reach (people)"), before.served, after.served, number),
        (gettext("Beyond reach (people)"), before.unserved, after.unserved, number),
    ]
    written = [(name, write(was), write(now), _signed(now - was)) for name, was, now, write in rows]
    written.append(
        (
            gettext("Share within reach"),
            percent(before.share, 1),
            percent(after.share, 1),
            gettext("{points} points", points=points if points.startswith("-") else f"+{points}"),
        )
    )
    for name, was, now in (
        (gettext("Mean walk"), before.mean_s, after.mean_s),
        (gettext("Nine in ten walk at most"), before.p90_s, after.p90_s),
    ):
        difference = (
            NOTHING
            if was is None or now is None
            else gettext("{minutes} min", minutes=_signed((now - was) / 60, 1))
        )
        written.append((name, _walk(was), _walk(now), difference))
    keys = ("what", "before", "after", "difference")
    return Table(
        "measures",
        gettext("Before, after and difference"),
        (
            Column("what", gettext("The whole city")),
            Column("before", gettext("Before")),
            Column("after", gettext("After")),
            Column("difference", gettext("Difference")),
        ),
        pd.DataFrame(written, columns=list(keys)),
    )


def _maps(city: City, findings: ScenarioFindings) -> Section:
    return Section(
        gettext("Before and after on the map"),
        paragraphs=(gettext("The map at the beginning shows how it would be afterwards."),),
        drawings=(before_map(city, findings),),
    )


def _districts(city: City, found: ScenarioComparison) -> Section:
    changed = found.districts[(found.districts[["gained", "lost"]] > 0).any(axis=1)]
    heading = gettext("Who gains and who loses, by district")
    if changed.empty:
        return Section(heading, paragraphs=(gettext("No district changes."),))
    rows = changed.sort_values(["difference", "gained"], ascending=False, kind="stable")
    names = city.districts.loc[rows.index, "roman"]
    rows = rows.assign(
        district=[district_title(*pair) for pair in zip(names, rows["name"], strict=True)],
        number=rows.index.astype("float64"),
    )
    total = {
        "district": gettext("the whole city"),
        "people": found.after.people,
        "served_before": found.before.served,
        "gained": found.people_gained,
        "lost": found.people_lost,
        "served_after": found.after.served,
        "share_before": found.before.share,
        "share_after": found.after.share,
        "number": np.nan,
    }
    columns = (
        Column("district", gettext("District")),
        Column("people", gettext("People"), "people"),
        Column("served_before", gettext("Before"), "people"),
        Column("gained", gettext("Gained"), "people"),
        Column("lost", gettext("Lost"), "people"),
        Column("served_after", gettext("After"), "people"),
        Column("share_before", gettext("Before (%)"), "share"),
        Column("share_after", gettext("After (%)"), "share"),
    )
    keys = [*(column.key for column in columns), "number"]
    rows = pd.concat([rows[keys], pd.DataFrame([total])[keys]], ignore_index=True)
    unchanged = len(found.districts) - len(changed)
    said = gettext("Districts that do not change are left out: {n}.", n=number(unchanged))
    return Section(
        heading,
        paragraphs=(said,) if unchanged else (),
        tables=(
            Table(
                "districts",
                gettext("People within reach, by district"),
                columns,
                rows,
                (number_code(),),
                has_total=True,
            ),
        ),
    )


def _walks(found: ScenarioComparison) -> Section:
    return reach_section(
        gettext("How long the walks would be"),
        found.after.curve,
        found.after,
        served=found.after.served,
        share=found.after.share,
        label=gettext("after"),
        beside=series_beside(found.before.curve, gettext("before")),
    )


def _gaps(found: ScenarioComparison) -> Section | None:
    if found.gaps.empty:
        return None
    gaps = found.gaps.drop(columns="geometry").reset_index(drop=True)
    rows = gaps.assign(difference=gaps["people_after"] - gaps["people"].round())
    return Section(
        gettext("What becomes of the largest gaps"),
        tables=(
            Table(
                "gaps",
                gettext("People beyond reach in each gap of today"),
                (
                    Column("place", gettext("Near")),
                    Column("district_name", gettext("District")),
                    Column("people", gettext("Before"), "people"),
                    Column("people_after", gettext("After"), "people"),
                    Column("difference", gettext("Difference"), "people"),
                ),
                rows,
                (number_code("district"),),
            ),
        ),
    )


def _places(findings: ScenarioFindings) -> Section | None:
    supply = findings.supply
    if supply is None:
        return None
    before, after = supply.before, supply.after
    said = [
        gettext(
            "{after} places per 100 people within reach instead of {before}; {short_after} people "
            "reach less than half of the city's mean of today instead of {short_before}.",
            after=number(after.mean_per_100, 1),
            before=number(before.mean_per_100, 1),
            short_after=number(after.short_people),
            short_before=number(before.short_people),
        ),
        gettext(
            "Counted are {places} places. Places whose number is not known, or that are not on the "
            "map, are not counted.",
            places=number(after.places),
        ),
    ]
    if supply.sites_without_places:
        said.append(
            gettext(
                "New sites without a number of places, which add none: {n}.",
                n=number(supply.sites_without_places),
            )
        )
    return Section(gettext("Are there enough places?"), paragraphs=tuple(said))


def _stages(findings: ScenarioFindings) -> Section | None:
    stages = findings.stages
    if stages.empty:
        return None
    rows = stages.assign(
        when=[day(one) if one else gettext("no date known") for one in stages["opens"]],
        names=["; ".join(names) for names in stages["names"]],
    )
    return Section(
        gettext("When it would come"),
        paragraphs=(
            gettext(
                "As one opening after the other comes, by the dates that are expected or were "
                "given; what closes is closed from the first day on."
            ),
        ),
        tables=(
            Table(
                "stages",
                gettext("Openings in time"),
                (
                    Column("when", gettext("When")),
                    Column("names", gettext("What opens")),
                    Column("gained", gettext("People gained"), "people"),
                    Column("served", gettext("Within reach then"), "people"),
                ),
                rows,
                (Column("opens", gettext("Date (ISO 8601)")),),
            ),
        ),
    )


def _sites(city: City, found: ScenarioComparison) -> Section | None:
    layer = scenario_layers(city, found)["changes"]
    if layer.empty:
        return None
    words = {
        "opens": gettext("opens"),
        "closes": gettext("closes"),
        "added": gettext("new site"),
    }
    rows = layer.drop(columns="geometry").assign(
        change=layer["change"].map(words),
        name=[name or NOTHING for name in layer["name"]],
        places=layer["places"].astype("float64"),
        opens=[day(one) for one in layer["opens"]],
        lon=layer.geometry.x,
        lat=layer.geometry.y,
    )
    return Section(
        gettext("What opens, what closes and what is new"),
        tables=(
            Table(
                "changes",
                gettext("Facilities and sites of the change"),
                (
                    Column("change", gettext("Change")),
                    Column("name", gettext("Name")),
                    Column("address", gettext("Address")),
                    Column("places", gettext("Places"), "places"),
                    Column("opens", gettext("When")),
                ),
                rows,
                (
                    Column("id", gettext("Id")),
                    Column("lon", gettext("Longitude (WGS84)"), "degrees"),
                    Column("lat", gettext("Latitude (WGS84)"), "degrees"),
                ),
                head="name",
            ),
        ),
    )


def _method(city: City, findings: ScenarioFindings) -> Section:
    found = findings.compared
    why = leaves_out(found.before.completeness)
    bullets = [
        gettext(
            "Before is today, at the standard and pace of the service; after is the same city with "
            "the change and nothing else."
        ),
        text(city.catalogue.estimate.calibration)
        if found.after.model == "estimate"
        else gettext("Walking times follow the streets of OpenStreetMap."),
        gettext(
            "People: census 2021 in squares of 1 km, spread over squares of {size} m inside the "
            "city.",
            size=number(city.demand.size_m),
        ),
        ways_said(found.scenario.profile),
        filter_words(city, found.before.chosen),
        people_said(city, found.after.people_from),
        text(city.catalogue.groups[found.after.group].scaled_from),
        gettext("The shares count what is on the map: {why}.", why=why) if why else "",
        *(gettext(one.template, **one.values) for one in found.after.caveats),
        gettext(
            "Only people of the city count, and only its facilities: near the boundary the walks "
            "may be shorter in truth."
        ),
        gettext("Places within reach: E2SFCA of Luo and Qi (2009), steps of 10, 20, 30 min.")
        if findings.supply
        else "",
        gettext("Data of {date}.", date=day(city.catalogue.data_date)),
    ]
    said = tuple(bullet for bullet in bullets if bullet)
    return Section(gettext("Method, data and caveats"), bullets=said)


def _walk(walk_s: float | None) -> str:
    return NOTHING if walk_s is None or not np.isfinite(walk_s) else minutes(walk_s)


def _signed(value: Any, digits: int = 0) -> str:
    return f"{'+' if value > 0 else ''}{number(value, digits)}".replace("-", "−")
