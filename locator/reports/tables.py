"""Shape the tables of a report: what stands in which column, with its unit."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from locator.analysis.access.gain_ranges import GainRanges
from locator.analysis.access.supply import Supply
from locator.analysis.access.supply_ranges import SupplyRanges
from locator.analysis.access.words import between
from locator.analysis.district_report import DistrictReport
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.siting.solve import Siting
from locator.base.i18n import gettext, number, text
from locator.city.model import City
from locator.geocoding.names import district_title
from locator.reports.changes import between as people_between
from locator.reports.document import Column, Table
from locator.reports.reach import (
    district_column,
    number_code,
    people_codes,
    range_codes,
    range_columns,
    ranged,
)


def districts_table(city: City, found: DistrictReport) -> Table:
    """Return who is served in each district, the city last; for one district, these two rows."""
    known = found.within
    rows = (
        found.coverage.districts.copy()
        if known is None
        else ranged(found.coverage.districts, known.shares)
    )
    rows.insert(0, "district", _numbered(city, rows.index))
    rows["number"] = rows.index
    if found.district is not None:
        rows = rows.loc[[found.district]]
    if found.query.unit is not None:
        rows = pd.concat([_unit_row(city, found, found.query.unit, rows), rows])
    whole = found.coverage
    total = {
        "district": gettext("the whole city"),
        "people": whole.people,
        "served": whole.served,
        "unserved": whole.unserved,
        "share": whole.share,
        "mean_s": whole.mean_s,
        "p90_s": whole.p90_s,
    }
    if known is not None:
        low, high = known.shares.low, known.shares.high
        total |= {"range": between(low, high), "ranks": "", "low": low, "high": high}
    columns = (
        Column("district", gettext("District")),
        Column("people", gettext("People"), "people"),
        Column("served", gettext("Served"), "people"),
        Column("unserved", gettext("Left out"), "people"),
        Column("share", gettext("Served (%)"), "share"),
        *(range_columns() if known is not None else ()),
        Column("mean_s", gettext("Mean walk (min)"), "minutes"),
        Column("p90_s", gettext("90% walk at most (min)"), "minutes"),
    )
    keys = [*(column.key for column in columns), *(("low", "high") if known is not None else ())]
    rows = pd.concat([rows, pd.DataFrame([total])[keys].astype(rows[keys].dtypes)])
    rows["number"] = rows["number"].astype("float64")
    return Table(
        "districts",
        gettext("Served and left out"),
        columns,
        rows,
        (number_code(), *(range_codes() if known is not None else ())),
        has_total=True,
    )


def _unit_row(city: City, found: DistrictReport, unit: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the row of a unit in the table of districts."""
    scope = found.scope
    known = {
        "district": unit_title(city, unit),
        "number": found.district,
        "people": scope.people,
        "served": scope.served,
        "unserved": scope.unserved,
        "share": scope.share,
        "mean_s": scope.mean_s if np.isfinite(scope.mean_s) else np.nan,
        "p90_s": scope.p90_s if np.isfinite(scope.p90_s) else np.nan,
    }
    if found.within is not None:
        ends = found.within.scope
        known |= {
            "range": "" if np.isnan(ends.low) else between(ends.low, ends.high),
            "ranks": "",
            "low": ends.low,
            "high": ends.high,
            "lowest": ends.lowest,
            "highest": ends.highest,
        }
    return pd.DataFrame([known]).reindex(columns=rows.columns).astype(rows.dtypes)


def supply_table(
    city: City, supply: Supply, district: int | None, *, within: SupplyRanges | None = None
) -> Table:
    """Return the places within reach, by district, with their ranges where they are known."""
    rows = supply.districts.assign(
        district=_numbered(city, supply.districts.index), number=supply.districts.index
    )
    if within is not None:
        rows = _supply_ranged(rows, within)
    if district is not None:
        rows = rows.loc[[district]]
    return Table(
        "places",
        gettext("Places within reach"),
        (
            Column("district", gettext("District")),
            Column("people", gettext("People"), "people"),
            Column("per_100", gettext("Places per 100 people"), "number"),
            *_if(within, Column("per_100_range", gettext("Range of places"))),
            Column("short_people", gettext("People short of places"), "people"),
            *_if(within, Column("short_range", gettext("Range of people short"))),
        ),
        rows,
        (
            number_code(),
            *_if(within, Column("per_100_low", gettext("Places at least"), "number")),
            *_if(within, Column("per_100_high", gettext("Places at most"), "number")),
            *_if(within, Column("short_low", gettext("People at least"), "people")),
            *_if(within, Column("short_high", gettext("People at most"), "people")),
        ),
    )


def _if(within: SupplyRanges | None, column: Column) -> tuple[Column, ...]:
    return () if within is None else (column,)


def _supply_ranged(rows: pd.DataFrame, within: SupplyRanges) -> pd.DataFrame:
    """Return rows of districts, by number, with their ranges: as numbers, and as they are said."""
    known = within.districts.reindex(rows.index)
    places = zip(known["per_100_low"], known["per_100_high"], strict=True)
    people = zip(known["short_low"].round(), known["short_high"].round(), strict=True)
    return rows.join(known).assign(
        per_100_range=[
            "" if np.isnan(low) else f"{number(low, 1)} – {number(high, 1)}" for low, high in places
        ],
        short_range=[people_between(int(low), int(high)) for low, high in people],
    )


def planned_table(city: City, planned: ScenarioComparison, district: int | None) -> Table:
    """Return before, after and difference, by district."""
    rows = planned.districts.assign(
        district=_numbered(city, planned.districts.index), number=planned.districts.index
    )
    rows = rows.loc[[district]] if district is not None else rows[rows["difference"] != 0]
    return Table(
        "under_way",
        gettext("Before and after, districts that change")
        if district is None
        else gettext("Before and after in the district"),
        (
            Column("district", gettext("District")),
            Column("served_before", gettext("Served before"), "people"),
            Column("served_after", gettext("Served after"), "people"),
            Column("difference", gettext("Difference"), "people"),
            Column("share_after", gettext("Served after (%)"), "share"),
        ),
        rows,
        (number_code(),),
    )


def sites_table(city: City, siting: Siting, gains: GainRanges | None = None) -> Table:
    """Return the suggested sites in the order of what each adds."""
    unit = (
        gettext("People gained")
        if siting.query.objective == "cover"
        else gettext("Minutes saved, all people together")
    )
    sites = siting.sites
    if gains is not None:
        each = [gains.of_site(place) for place in range(len(sites))]
        low, high = ([pair[end] for pair in each] for end in (0, 1))
        said = [people_between(*pair) for pair in each]
        sites = sites.assign(low=low, high=high, range=said)
    return Table(
        "sites",
        gettext("Suggested sites"),
        (
            Column("rank", gettext("No."), "people"),
            Column("name", gettext("Near")),
            *district_column(shown=siting.query.district is None),
            Column("gained", unit, "people"),
            *((Column("range", gettext("Range")),) if gains is not None else ()),
            Column("total", gettext("In all"), "people"),
            Column("ties", gettext("Places that would do as well"), "people"),
        ),
        sites,
        (
            *(people_codes() if gains is not None else ()),
            number_code("district"),
            Column("lon", gettext("Longitude (WGS84)"), "degrees"),
            Column("lat", gettext("Latitude (WGS84)"), "degrees"),
        ),
    )


def facilities_table(city: City, facilities: gpd.GeoDataFrame, *, is_whole: bool) -> Table:
    """Return the facilities as listed, by district and operator; those not on the map last.

    Parameters
    ----------
    city : City
    facilities : GeoDataFrame
        Of one layer.
    is_whole : bool
        Whether they are those of the whole city.

    Returns
    -------
    Table
    """
    words = {
        "open": gettext("open"),
        "under_construction": gettext("under construction"),
        "modernisation": gettext("being modernised"),
        "planned": gettext("planned"),
        "closed": gettext("closed"),
    }
    precision = {
        "exact": gettext("exact"),
        "street": gettext("by street"),
        "area": gettext("by neighbourhood"),
    }
    public = {True: gettext("yes"), False: gettext("no")}
    number = facilities["district"].astype("Float64").astype("float64")
    rows = pd.DataFrame(
        {
            "name": facilities["name"],
            "address": facilities["address"].fillna("–"),
            "roman": number.map(city.districts["roman"]).fillna("–"),
            "operator": facilities["operator"].fillna("–"),
            "status": facilities["status"].map(words),
            "location": facilities["location_precision"]
            .map(precision)
            .fillna(gettext("not on the map")),
            "places": pd.to_numeric(facilities["places"]).astype("float64"),
            "source_date": facilities["source_date"],
            "id": facilities.index,
            "number": number,
            "unit": facilities["unit"].fillna(""),
            "kind": facilities["kind"].fillna("").map(lambda one: text(city.kinds.get(one)) or one),
            "public": facilities["public"].map(public).fillna(""),
        }
    )
    rows = rows.sort_values(["number", "operator", "name"], na_position="last", kind="stable")
    return Table(
        "facilities",
        gettext("By district and operator"),
        (
            *((Column("roman", gettext("District"), sort_key="number"),) if is_whole else ()),
            Column("operator", gettext("Operator")),
            Column("name", gettext("Name")),
            Column("address", gettext("Address")),
            Column("status", gettext("Status")),
            Column("location", gettext("Location")),
            *((Column("places", gettext("Places"), "places"),) if rows["places"].any() else ()),
            Column("source_date", gettext("Data of"), "date"),
        ),
        rows,
        (
            Column("id", gettext("Id")),
            number_code(),
            Column("unit", gettext("Neighbourhood unit")),
            Column("kind", gettext("Kind")),
            Column("public", gettext("Public")),
        ),
        head="name",
    )


def unit_title(city: City, unit: str) -> str:
    """Return a neighbourhood unit as it is found: by its code and its name."""
    return f"{unit} {city.units.at[unit, 'name']}"


def with_unit_code(city: City, table: Table) -> Table:
    """Return `table` with the city's official code in each row of its files, where one is known.

    Tables without codes, such as that of the standards, are not about places and stay as they are.
    """
    known = city.catalogue.unit_code
    if known is None or not table.codes:
        return table
    label = gettext("{scheme} of the city", scheme=known.scheme.upper())
    rows = table.rows.assign(**{known.scheme: known.code})
    return replace(table, rows=rows, codes=(*table.codes, Column(known.scheme, label)))


def _numbered(city: City, index: pd.Index) -> list[str]:
    rows = city.districts.loc[index]
    return [district_title(*pair) for pair in zip(rows["roman"], rows["name"], strict=True)]
