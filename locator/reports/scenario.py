"""Put a scenario into words, tables and maps: before, after, who gains and who loses.

Over 350 lines, because all chapters tell one comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from locator.analysis.access.filter_words import filter_words, filtered, ways_said
from locator.analysis.access.words import gain_said, leaves_out, minimum_said, people_said
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.findings import ScenarioFindings
from locator.analysis.scenario.words import changes_said
from locator.base.errors import N_
from locator.base.geo import WGS84
from locator.base.i18n import (
    current_language,
    day,
    gettext,
    minutes,
    ngettext,
    number,
    percent,
    text,
)
from locator.city.model import City
from locator.geocoding.names import district_title
from locator.reports.conclusions import MOST
from locator.reports.content import with_city_code
from locator.reports.document import Column, Report, Section, Table
from locator.reports.reach import number_code, reach_section, series_beside
from locator.reports.scenario_maps import after_map, before_map, rows_of_ids

NOTHING = "–"


def scenario_report(city: City, findings: ScenarioFindings) -> Report:
    """Return the report of a scenario in the language that is spoken.

    Parameters
    ----------
    city : City
    findings : ScenarioFindings
        Of the same city.

    Returns
    -------
    Report
        To be written by the modules that write the report of a layer.
    """
    found = findings.compared
    layer = city.catalogue.layers[found.after.layer]
    name = found.scenario.name or gettext("what a change would do")
    sections = (
        _change(city, found),
        _maps(city, findings),
        _districts(city, found),
        _walks(found),
        _gaps(found),
        _places(findings),
        _stages(findings),
        _sites(city, found),
        _method(city, findings),
    )
    return Report(
        title=filtered(city, found.scenario.which, f"{text(layer.names)}: {name}"),
        subtitle=gettext(
            "Walking standard {minutes} min at {pace} m/s ({basis}); data of {date}",
            minutes=_limit(found.after.minutes),
            pace=number(found.after.pace_m_s, 1),
            basis=text(layer.pace_basis),
            date=day(city.catalogue.data_date),
        ),
        question=_question(city, found),
        answer=answer(city, found),
        completeness=gain_said(findings.gains),
        findings=tuple(islice(_findings(city, findings), MOST)),
        recommendations=tuple(islice(_next(city, findings), MOST)),
        map=after_map(city, findings),
        sections=tuple(with_city_code(city, section) for section in sections if section),
        language=current_language(),
        footer=" · ".join(
            (
                text(city.catalogue.attribution),
                gettext("data of {date}", date=day(city.catalogue.data_date)),
            )
        ),
    )


def _question(city: City, found: ScenarioComparison) -> str:
    """Return what was asked, with the first changes in words."""
    changes = [one.words for one in changes_said(city, found)]
    asked = gettext(
        "What would this change bring: who comes within reach, who no longer is, and where?"
    )
    return " ".join([asked, *changes[:MOST], *["…"] * (len(changes) > MOST)])


def answer(city: City, found: ScenarioComparison) -> str:
    """Return what the change brings, in a sentence or two.

    Parameters
    ----------
    city : City
    found : ScenarioComparison
        Of the same city.

    Returns
    -------
    str
    """
    said = gettext(
        "{after} of {people} people of the group “{group}” ({share}) would live within a "
        "{minutes}-minute walk, instead of {before} ({share_before}): {gained} are gained, {lost} "
        "lost.",
        after=number(found.after.served),
        people=number(found.after.people),
        group=text(city.catalogue.groups[found.after.group].names),
        share=percent(found.after.share, 1),
        minutes=_limit(found.after.minutes),
        before=number(found.before.served),
        share_before=percent(found.before.share, 1),
        gained=number(found.people_gained),
        lost=number(found.people_lost),
    )
    return " ".join(part for part in (said, minimum_said(found)) if part)


def _findings(city: City, findings: ScenarioFindings) -> Iterator[str]:
    """Yield where people gain, where they lose, how their walks and places change."""
    found = findings.compared
    districts: Any = found.districts
    for column, said in (
        ("gained", N_("Most gain in {district}: {people} of the {all} people gained.")),
        ("lost", N_("Most lose in {district}: {people} of the {all} people lost.")),
    ):
        people = districts[column].round()
        if people.max() > 0:
            yield gettext(
                said,
                district=city.district_titles[int(people.idxmax())],
                people=number(people.max()),
                all=number(getattr(found, f"people_{column}")),
            )
    was, now = found.before, found.after
    if was.p90_s is not None and now.p90_s is not None and round(now.p90_s) != round(was.p90_s):
        yield gettext(
            "Nine in ten people would walk at most {after}, instead of {before}.",
            after=minutes(now.p90_s),
            before=minutes(was.p90_s),
        )
    supply = findings.supply
    if supply is not None and round(supply.after.short_people) != round(supply.before.short_people):
        yield gettext(
            "Places would be short for {after} people, instead of {before}: they reach less than "
            "half as many for each as the city has on average today.",
            after=number(supply.after.short_people),
            before=number(supply.before.short_people),
        )
    if found.people_gained == found.people_lost == 0:
        yield gettext("Nobody comes within reach, and nobody falls out of it.")


def _next(city: City, findings: ScenarioFindings) -> Iterator[str]:
    """Yield what the results ask for next: what is lost or left, and what has to be known."""
    found = findings.compared
    if found.people_lost:
        yield ngettext(
            "See to {n} person who would fall out of reach.",
            "See to the {n} people who would fall out of reach.",
            found.people_lost,
        )
    left = found.gaps[found.gaps["people_after"] > 0].nlargest(1, "people_after")
    for place, people in zip(left["place"], left["people_after"], strict=True):
        yield gettext(
            "Look at the gap near {place} next: {people} people there would still be left out.",
            place=place,
            people=number(people),
        )
    supply = findings.supply
    if supply is not None and supply.sites_without_places:
        yield ngettext(
            "Say how many places {n} new site would have: it adds none here.",
            "Say how many places {n} new sites would have: they add none here.",
            supply.sites_without_places,
        )
    if found.not_located:
        yield ngettext(
            "Find the address of {n} facility that is not on the map: {names}.",
            "Find the addresses of {n} facilities that are not on the map: {names}.",
            len(found.not_located),
            names="; ".join(city.facilities.loc[list(found.not_located[:3]), "name"]),
        )
    undated = sum(not opens for opens in _opening_dates(city, found))
    if undated:
        yield ngettext(
            "Set a date for {n} opening that has none.",
            "Set dates for the {n} openings that have none.",
            undated,
        )


def _opening_dates(city: City, found: ScenarioComparison) -> list[str]:
    """Return when each facility and site of the change opens; empty where nobody said it."""
    expected = city.facilities.loc[list(found.opened), "expected_opening"]
    dates = [one if isinstance(one, str) else "" for one in expected]
    return dates + [site.opens for site in found.scenario.add]


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


def scenario_layers(city: City, found: ScenarioComparison) -> dict[str, gpd.GeoDataFrame]:
    """Return what the report of a scenario can put on a map, by name, in WGS84.

    Parameters
    ----------
    city : City
    found : ScenarioComparison
        Of the same city.

    Returns
    -------
    dict of str to GeoDataFrame
        ``districts`` with people before and after, ``areas`` gained and lost, and ``changes``:
        what opens, closes and is added.
    """
    numbers = found.districts.drop(columns="name")
    districts = city.districts.join(numbers).reset_index(names="number")
    return {
        "districts": districts,
        "areas": found.areas.reset_index(drop=True),
        "changes": _changed_places(city, found),
    }


def _changed_places(city: City, found: ScenarioComparison) -> gpd.GeoDataFrame:
    rows = []
    for change, ids in (("opens", found.opened), ("closes", found.closed)):
        some = city.facilities.iloc[rows_of_ids(city, ids)]
        for key, row in some[["name", "address", "places", "expected_opening"]].iterrows():
            opens = row["expected_opening"] if change == "opens" else ""
            known = opens if isinstance(opens, str) else ""
            rows.append((change, key, row["name"], row["address"] or "", row["places"], known))
    points = list(city.facilities.loc[[row[1] for row in rows], "geometry"])
    for site in found.scenario.add:
        rows.append(("added", "", site.name, "", site.places, site.opens))
    points += list(
        gpd.points_from_xy(
            [site.lon for site in found.scenario.add], [site.lat for site in found.scenario.add]
        )
    )
    frame = pd.DataFrame(rows, columns=["change", "id", "name", "address", "places", "opens"])
    frame["places"] = pd.to_numeric(frame["places"])
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, crs=WGS84), crs=WGS84)


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


def _limit(given: float) -> str:
    return number(given, 0 if float(given).is_integer() else 1)
