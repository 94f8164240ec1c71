"""Put the coverage of one layer into tables and drawings: what page and report show alike."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from locator.analysis.access.coverage import Coverage
from locator.analysis.access.ranges import Ranges
from locator.analysis.access.words import between, rank_said
from locator.analysis.district_report import STANDARDS_MIN
from locator.base.i18n import gettext, number, percent, text
from locator.city.model import City
from locator.reports.changes import between as people_between
from locator.reports.charts import Curve, Series, draw_curve
from locator.reports.document import Column, Drawing, Section, Table


def reach_section(
    heading: str,
    curve: pd.DataFrame,
    found: Coverage,
    *,
    served: float,
    share: float,
    paragraphs: tuple[str, ...] = (),
    label: str = "",
    beside: Series | None = None,
) -> Section:
    """Return how many people live within how many minutes, drawn and in a table.

    Parameters
    ----------
    heading : str
    curve : DataFrame
        ``minutes``, ``people``, ``share`` of the city or a district.
    found : Coverage
        Whose standard it is.
    served, share : float
        People within the standard.
    paragraphs : tuple of str
    label : str
        Name of the line.
    beside : Series, optional
        A line to compare it with.

    Returns
    -------
    Section
    """
    return Section(
        heading,
        paragraphs=paragraphs,
        drawings=(_curve_drawing(curve, found.minutes, share, label, beside),),
        tables=(_standards_table(curve, found.minutes, served, share),),
        side_by_side=True,
    )


def _curve_drawing(
    curve: pd.DataFrame, minutes: float, share: float, label: str, beside: Series | None
) -> Drawing:
    here = Series(label, tuple(curve["minutes"]), tuple(curve["share"]))
    shown = Curve(
        title=gettext("People against walking minutes"),
        x_label=gettext("walk to the nearest facility (min)"),
        series=(here,) if beside is None else (here, beside),
        mark_x=minutes,
        mark_label=gettext("standard {minutes} min", minutes=_limit(minutes)),
        mark_y=share,
    )
    return Drawing(
        title=shown.title,
        description=gettext("Read: so many per cent of the people walk at most so many minutes."),
        ratio=0.52,
        draw=lambda canvas: draw_curve(canvas, shown),
        said="; ".join(
            gettext("within {minutes} min: {share}", minutes=_limit(one), share=percent(part))
            for one, part in zip(*_standards(curve, minutes, share), strict=True)
        ),
        is_small=True,
    )


def _standards(
    curve: pd.DataFrame, minutes: float, at_standard: float, column: str = "share"
) -> tuple[list[float], list[float]]:
    """Return the usual standards and the one that holds, ascending, and the values there."""
    values = dict(zip(curve["minutes"].astype(float), curve[column].astype(float), strict=True))
    values = {float(one): values[one] for one in STANDARDS_MIN if one in values}
    values[float(minutes)] = at_standard
    return sorted(values), [values[one] for one in sorted(values)]


def _standards_table(curve: pd.DataFrame, minutes: float, served: float, share: float) -> Table:
    limits, people = _standards(curve, minutes, served, "people")
    _, shares = _standards(curve, minutes, share)
    return Table(
        "standards",
        gettext("People within other standards"),
        (
            Column("minutes", gettext("Walk of at most (min)"), "limit"),
            Column("people", gettext("People"), "people"),
            Column("share", gettext("Share (%)"), "share"),
        ),
        pd.DataFrame({"minutes": limits, "people": people, "share": shares}),
        chosen=limits.index(float(minutes)),
    )


def _limit(minutes: float) -> str:
    return number(minutes, 0 if float(minutes).is_integer() else 1)


def gaps_table(
    gaps: gpd.GeoDataFrame, *, with_district: bool = True, within: pd.DataFrame | None = None
) -> Table:
    """Return the largest gaps, numbered as on the map.

    Parameters
    ----------
    gaps : GeoDataFrame
        As ``Coverage.gaps`` has them, most people first.
    with_district : bool
        False where all lie in one.
    within : DataFrame, optional
        Between which values their people lie (`locator.analysis.access.part_ranges.gap_ranges`).

    Returns
    -------
    Table
    """
    rows = gaps.drop(columns="geometry")
    if within is not None:
        ends = within.round().astype(np.int64)
        rows = rows.join(ends).assign(
            range=[people_between(*pair) for pair in zip(ends["low"], ends["high"], strict=True)]
        )
    rows = rows.assign(rank=range(1, len(rows) + 1))
    return Table(
        "gaps",
        gettext("Gaps, most people first"),
        (
            Column("rank", gettext("No."), "people"),
            Column("place", gettext("Near")),
            *district_column(shown=with_district),
            Column("people", gettext("People left out"), "people"),
            *((Column("range", gettext("Range")),) if within is not None else ()),
            Column("walk_s", gettext("Their mean walk (min)"), "minutes"),
        ),
        rows,
        (number_code("district"), *(people_codes() if within is not None else ())),
        head="place",
    )


def people_codes() -> tuple[Column, ...]:
    """Return the columns for files of the ends of a range of people."""
    return (
        Column("low", gettext("People at least"), "people"),
        Column("high", gettext("People at most"), "people"),
    )


def ranged(rows: pd.DataFrame, within: Ranges) -> pd.DataFrame:
    """Return rows of districts, by number, with their ranges: as numbers, and as they are said."""
    known = within.districts.reindex(rows.index)
    said = [
        "" if np.isnan(low) else between(low, high)
        for low, high in zip(known["low"], known["high"], strict=True)
    ]
    ranks = [rank_said(*pair) for pair in zip(known["rank_low"], known["rank_high"], strict=True)]
    numbers = known.astype("Float64").astype(np.float64)  # a sheet knows NaN, and no NA
    return rows.join(numbers).assign(range=said, ranks=ranks)


def range_columns() -> tuple[Column, ...]:
    """Return the columns for people of what `ranged` adds."""
    return (
        Column("range", gettext("Range"), sort_key="low"),
        Column("ranks", gettext("Rank, from the best"), sort_key="rank"),
    )


def range_codes() -> tuple[Column, ...]:
    """Return the columns for files of what `ranged` adds."""
    return (
        Column("low", gettext("Share at least (%)"), "share"),
        Column("high", gettext("Share at most (%)"), "share"),
        Column("rank_low", gettext("Rank at best"), "places"),
        Column("rank_high", gettext("Rank at worst"), "places"),
    )


def sorted_districts(
    city: City,
    found: Coverage,
    title: str,
    *,
    by: str,
    descending: bool,
    within: Ranges | None = None,
) -> Table:
    """Return the districts in the order asked for, the city last, for a page to sort.

    Parameters
    ----------
    city : City
    found : Coverage
        Of the same city.
    title : str
    by : str
        Column of ``found.districts``, or ``number`` or ``roman``.
    descending : bool
        Districts without a value come last either way.
    within : Ranges, optional
        Stand beside the shares where they are known.

    Returns
    -------
    Table
    """
    rows = found.districts.rename_axis(None)
    rows = rows.assign(number=rows.index, roman=city.districts["roman"].reindex(rows.index))
    if within is not None:
        rows = ranged(rows, within)
    by = by if by in rows else "number"
    rows = rows.sort_values(by, ascending=not descending, na_position="last", kind="stable")
    columns = (
        Column("roman", gettext("No."), sort_key="number"),
        Column("name", gettext("District")),
        Column("share", gettext("Within reach"), "share", has_bar=True),
        *(range_columns() if within is not None else ()),
        Column("people", gettext("People"), "people"),
        Column("unserved", gettext("Beyond"), "people"),
        Column("mean_s", gettext("Mean walk (min)"), "minutes"),
        Column("p90_s", gettext("90% walk at most (min)"), "minutes"),
    )
    total = {column.key: getattr(found, column.key, "") for column in columns}
    total |= {"name": text(city.catalogue.names), "number": np.nan}
    if within is not None:
        total["range"] = between(within.low, within.high)
    rows = pd.concat([rows, pd.DataFrame([total])], ignore_index=True)
    return Table("districts", title, columns, rows, head="name", has_total=True)


def district_column(*, shown: bool) -> tuple[Column, ...]:
    """Return the column of the district's name; none where all is about one district."""
    return (Column("district_name", gettext("District")),) if shown else ()


def number_code(key: str = "number") -> Column:
    """Return the column of a district's official number, for files."""
    return Column(key, gettext("Number of the district"), "people")


def series_beside(curve: pd.DataFrame, label: str) -> Series:
    """Return a curve to compare another one with."""
    return Series(label, tuple(curve["minutes"]), tuple(curve["share"]), dashed=True)
