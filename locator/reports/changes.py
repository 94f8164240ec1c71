"""Put what a city says that it has changed into words and tables, for a page and a chapter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from locator.analysis.access.claims import ClaimAnswer
from locator.base.i18n import day, gettext, number, text
from locator.city.model import City
from locator.reports.document import Column, Drawing, Section, Table
from locator.reports.timeline import Opening, draw_timeline, timeline_ratio


def glance_section(found: Sequence[ClaimAnswer]) -> Section:
    """Return all claims in one table.

    Parameters
    ----------
    found : sequence of ClaimAnswer

    Returns
    -------
    Section
    """
    rows = pd.DataFrame(
        {
            "claim": [text(one.claim.names) for one in found],
            "before": [between(one.before_low, one.before_high) for one in found],
            "after": [between(one.after_low, one.after_high) for one in found],
            "gained": [between(one.gained_low, one.gained_high) for one in found],
        }
    )
    columns = (
        Column("claim", gettext("What")),
        Column("before", gettext("Within reach before")),
        Column("after", gettext("Within reach after")),
        Column("gained", gettext("People gained")),
    )
    title = gettext("People within reach before and after")
    return Section(gettext("At a glance"), tables=(Table("changes", title, columns, rows),))


def claim_section(city: City, found: ClaimAnswer) -> Section:
    """Return what one claim means for people, and what of it cannot be answered.

    Parameters
    ----------
    city : City
    found : ClaimAnswer

    Returns
    -------
    Section
    """
    claim = found.claim
    source = claim.source if claim.source_date is None else f"{claim.source}, {claim.source_date}"
    said = gettext(
        "The city says: {said} (Source: {source}.)", said=text(claim.said), source=source
    )
    tables = [_named_table(city, found)] if len(found.named) else []
    if found.gained_high and found.kind != "moving":
        tables.append(_districts_table(found))
    return Section(
        text(claim.names),
        paragraphs=(said, answer_said(city, found)),
        bullets=tuple(_unknown(city, found)),
        tables=tuple(tables),
        name=claim.id,
    )


def openings_section(city: City, rows: pd.DataFrame) -> Section | None:
    """Return the dated openings in time; None where there are none.

    Parameters
    ----------
    city : City
    rows : DataFrame
        As `locator.analysis.access.claims.openings` returns them.

    Returns
    -------
    Section or None
    """
    if rows.empty:
        return None
    layers = city.catalogue.layers
    state = {True: gettext("expected"), False: gettext("opened")}
    shown = pd.DataFrame(
        {
            "date": rows["date"],
            "name": rows["name"],
            "layer": [text(layers[one].names) for one in rows["layer"]],
            "state": [state[bool(one)] for one in rows["is_expected"]],
        }
    )
    columns = (
        Column("date", gettext("When"), "date"),
        Column("name", gettext("Name")),
        Column("layer", gettext("Service")),
        Column("state", gettext("State")),
    )
    words = gettext(
        "Only what is dated. An expected opening is a promise: no source says that it was kept."
    )
    title = gettext("Openings, the earliest first")
    table = Table("openings", title, columns, shown, head="name")
    return Section(
        gettext("Openings in time"),
        paragraphs=(words,),
        drawings=(_timeline(rows),),
        tables=(table,),
    )


def _timeline(rows: pd.DataFrame) -> Drawing:
    shown = [
        Opening(str(name), first, last, bool(expected))
        for name, first, last, expected in zip(
            rows["name"], rows["first"], rows["last"], rows["is_expected"], strict=True
        )
    ]
    opened = sum(not one.is_expected for one in shown)
    return Drawing(
        title=gettext("Openings in time"),
        description=gettext(
            "Each bar reaches from the first to the last day that the date may mean: a year where "
            "only the year is known. Filled: opened; hollow: expected."
        ),
        ratio=timeline_ratio(shown),
        draw=lambda canvas: draw_timeline(canvas, shown),
        said=gettext(
            "Opened: {opened}; expected: {expected}.",
            opened=number(opened),
            expected=number(len(shown) - opened),
        ),
    )


def between(low: int, high: int) -> str:
    """Return a number of people, or from which to which it is.

    Parameters
    ----------
    low, high : int

    Returns
    -------
    str
    """
    return number(low) if low == high else f"{number(low)} – {number(high)}"


def answer_said(city: City, found: ClaimAnswer) -> str:
    """Return the answer to a claim, in people.

    Parameters
    ----------
    city : City
    found : ClaimAnswer

    Returns
    -------
    str
    """
    known = {
        "people": number(found.people),
        "group": text(city.catalogue.groups[found.group].names),
        "minutes": number(found.minutes),
        "before": between(found.before_low, found.before_high),
        "after": between(found.after_low, found.after_high),
        "gained": between(found.gained_low, found.gained_high),
    }
    if found.kind == "moving":
        return gettext(
            "A vehicle may be anywhere, so nobody is counted as reached. Of {people} people "
            "({group}), {before} have a fixed AED within {minutes} minutes on foot; at any one "
            "moment the vehicles add {gained} to them: none, or, if all stand where most people "
            "lack one, no more than that.",
            **known,
        )
    if found.kind == "coming":
        return gettext(
            "Of {people} people ({group}), {before} live within a {minutes}-minute walk of one "
            "today. With those on the way it would be {after}: people gained: {gained}.",
            **known,
        )
    return gettext(
        "Of {people} people ({group}), {after} live within a {minutes}-minute walk of one today. "
        "Without the new ones it would be {before}; people gained: {gained}.",
        **known,
    )


def _unknown(city: City, found: ClaimAnswer) -> Iterator[str]:
    """Yield what is known of places and cost, and what cannot be answered."""
    claim, named = found.claim, found.named
    if missing := text(claim.missing):
        yield missing
    if found.unnamed and found.kind == "new":
        yield gettext(
            "Nobody can name {unnamed} of the {new} new ones. The range: from those missed least "
            "(up to {off_map} of them may not be on the map, and gain nobody there) to those "
            "missed most; in each district, too.",
            unnamed=number(found.unnamed),
            new=number(claim.new),
            off_map=number(found.off_map),
        )
    if found.unnamed and found.kind == "coming":
        yield gettext("Not on the list, so not counted: {n}.", n=number(found.unnamed))
    if len(named) and found.kind != "moving":
        vague = named.loc[named["precision"].eq("area"), "name"]
        if len(vague):
            yield gettext(
                "Known only by street or neighbourhood, so people gained may be more or fewer: "
                "{names}.",
                names="; ".join(vague),
            )
        nowhere = named.loc[~named["located"].astype(bool), "name"]
        if len(nowhere):
            yield gettext("Not on the map, so not counted: {names}.", names="; ".join(nowhere))
        places = gettext(
            "Places of those named: {places}; not known for {n}.",
            places=number(found.places),
            n=number(found.places_unknown),
        )
        if claim.places is not None:
            places += " " + gettext("Said: {places}.", places=number(claim.places))
        yield places
    costs = [city.claims.costs[one] for one in named.index if one in city.claims.costs]
    for cost in costs:
        row = named.loc[cost.facility].to_dict()
        yield gettext(
            "{name}: {amount} {currency}; for each person gained {per_person}, for each place "
            "{per_place}. (Source: {source}.)",
            name=row["name"],
            amount=number(cost.amount),
            currency=cost.currency,
            per_person=number(row["per_person"]),
            per_place=number(row["per_place"]),
            source=cost.source,
        )
    if not costs:
        yield gettext("What it cost was not published, as far as known.")


def _named_table(city: City, found: ClaimAnswer) -> Table:
    places = found.named["places"].astype("Float64").to_numpy(dtype=float, na_value=math.nan)
    rows = found.named.assign(places=places)
    columns = (
        Column("name", gettext("Name")),
        Column("district_name", gettext("District")),
        Column("opens", gettext("Opened") if found.kind == "new" else gettext("Expected"), "date"),
        Column("places", gettext("Places"), "places"),
        Column("reached", gettext("People within reach of it"), "people"),
        Column("gained", gettext("of those, with no other"), "people"),
    )
    return Table("named", gettext("Those that are known"), columns, rows.reset_index())


def _districts_table(found: ClaimAnswer) -> Table:
    rows = found.districts[found.districts["gained_high"] > 0]
    rows = rows.sort_values(["gained_high", "gained_low"], ascending=False, kind="stable")
    gained = [
        between(int(low), int(high))
        for low, high in zip(rows["gained_low"], rows["gained_high"], strict=True)
    ]
    exact = bool(rows["gained_low"].round().eq(rows["gained_high"].round()).all())
    columns = (
        Column("name", gettext("District")),
        Column("people", gettext("People"), "people"),
        Column("gained", gettext("People gained"), "people" if exact else "text"),
    )
    title = gettext("People gained, by district")
    if exact:
        return Table("gained", title, columns, rows.assign(gained=rows["gained_low"].round()))
    return Table("gained", title, columns, rows.assign(gained=gained).rename_axis(None))


def period_said(city: City) -> str:
    """Return which years the claims are about, and how that is known; empty without claims.

    Parameters
    ----------
    city : City

    Returns
    -------
    str
    """
    period = city.claims.period
    if period is None:
        return ""
    years = gettext("From {since} to {until}.", since=day(period.since), until=day(period.until))
    return f"{years} {text(period.basis)}"
