"""Put who is within reach on foot or by tram or bus into words and a table."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from locator.analysis.access.coverage import Coverage
from locator.analysis.transit.basis import TransitBasis
from locator.analysis.transit.coverage import MINUTES, Reached, TransitCoverage
from locator.base.errors import N_
from locator.base.i18n import clock, day, gettext, ngettext, number, percent, text
from locator.city.model import City
from locator.reports.changes import between
from locator.reports.document import Column, Section, Table

HEADINGS = {
    frozenset(["tram"]): N_("On foot or by tram"),
    frozenset(["bus"]): N_("On foot or by bus"),
    frozenset(["tram", "bus"]): N_("On foot or by tram and bus"),
}
HEADING = N_("On foot or by public transport")

ONLY = {
    frozenset(["tram"]): N_("It has trams only: buses are not known."),
    frozenset(["bus"]): N_("It has buses only: trams are not known."),
}


def transit_basis_words(basis: TransitBasis) -> tuple[str, ...]:
    """Return what answers by tram or bus rest on, in sentences.

    Parameters
    ----------
    basis : TransitBasis

    Returns
    -------
    tuple of str
    """
    said = [
        gettext(
            "Departures are those of the timetable of {first} to {last}; delays and changes are not"
            " known.",
            first=day(basis.valid_from),
            last=day(basis.valid_to),
        )
    ]
    if basis.modes in ONLY:
        said.append(gettext(ONLY[basis.modes]))
    if basis.step_free is False:
        said.append(gettext("It does not say which stops and vehicles a wheelchair can use."))
    if basis.step_free:
        said.append(gettext("Only stops and vehicles that it says a wheelchair can use."))
    return tuple(said)


def transit_sentence(reached: Reached, *, minutes: float, modes: frozenset[str]) -> str:
    """Return how many people are within reach from door to door, and how many more than on foot.

    Parameters
    ----------
    reached : Reached
    minutes : float
        Standard.
    modes : frozenset of str
        As `TransitBasis` has them.

    Returns
    -------
    str
    """
    return gettext(
        "{heading}: {served} of {people} people ({share}) are within {minutes} minutes from door "
        "to door, {gained} more than on foot; {range} by the minute at which they leave.",
        heading=gettext(HEADINGS.get(modes, HEADING)),
        served=number(reached.served),
        people=number(reached.people),
        share=percent(reached.share, 1),
        minutes=_limit(minutes),
        gained=number(reached.gained),
        range=between(reached.low, reached.high),
    )


def transit_section(
    city: City,
    found: Coverage,
    reached: TransitCoverage,
    *,
    scope: Reached | None = None,
    district: int | None = None,
) -> Section:
    """Return who is within reach from door to door, by district, and how that was counted.

    Parameters
    ----------
    city : City
    found : Coverage
        The answer on foot.
    reached : TransitCoverage
    scope : Reached, optional
        The people it is about; by default all.
    district : int, optional
        Theirs, which alone stands in the table above the city then.

    Returns
    -------
    Section
    """
    ride = reached.ride
    last = ride.depart + timedelta(minutes=MINUTES - 1)
    rule = gettext(
        "All leave on {date}, at each minute from {first} to {last}. Whoever arrives in time "
        "leaving at half of these minutes or more counts; the first number of a range counts those "
        "who do at every minute, the second those who do at one at least. To the first stop and "
        "from the last one it is at most {walk} minutes on foot. Whether a place is open on "
        "arrival is not asked.",
        date=day(ride.depart.date(), weekday=True),
        first=clock(ride.depart),
        last=clock(last),
        walk=_limit(ride.walk_limit_s / 60),
    )
    return Section(
        gettext(HEADINGS.get(reached.basis.modes, HEADING)),
        paragraphs=(
            transit_sentence(scope or reached, minutes=found.minutes, modes=reached.basis.modes),
            *(_gaps(reached) if district is None else ()),
            " ".join((rule, *transit_basis_words(reached.basis))),
        ),
        tables=(_districts(city, found, reached, district),),
        name="transit",
    )


def _gaps(reached: TransitCoverage) -> tuple[str, ...]:
    if reached.gaps.empty:
        return ()
    first = reached.gaps.iloc[0]
    return (
        ngettext(
            "{n} area stays beyond reach that way, too; most people, {people}, live near {place} "
            "({district}).",
            "{n} areas stay beyond reach that way, too; most people, {people}, live near {place} "
            "({district}).",
            reached.gaps_total,
            people=number(int(first["people"])),
            place=first["district_name"] if pd.isna(first["place"]) else first["place"],
            district=first["district_name"],
        ),
    )


def _districts(
    city: City, found: Coverage, reached: TransitCoverage, district: int | None
) -> Table:
    rows = reached.districts.rename_axis(None)
    rows = rows if district is None else rows.loc[[district]]
    rows = rows.assign(roman=city.districts["roman"].reindex(rows.index))
    counted = ("people", "served", "low", "high", "walking", "gained", "share")
    total = {name: getattr(reached, name) for name in counted}
    total |= {"roman": "", "name": text(city.catalogue.names)}
    rows = pd.concat([rows, pd.DataFrame([total])], ignore_index=True)
    said = [between(*pair) for pair in zip(rows["low"], rows["high"], strict=True)]
    rows["range"] = np.where(rows["people"] > 0, said, "")
    return Table(
        "transit",
        gettext(
            "People within {minutes} minutes from door to door, by district",
            minutes=_limit(found.minutes),
        ),
        (
            Column("roman", gettext("No.")),
            Column("name", gettext("District")),
            Column("share", gettext("Within reach"), "share", has_bar=True),
            Column("served", gettext("People in reach"), "people"),
            Column("range", gettext("By the minute")),
            Column("walking", gettext("Of them on foot"), "people"),
            Column("gained", gettext("Only by riding"), "people"),
        ),
        rows,
        head="name",
        has_total=True,
    )


def _limit(minutes: float) -> str:
    return number(minutes, 0 if float(minutes).is_integer() else 1)
