"""Find, sort and list the units of a country for one service."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from locator.country.table import COUNTS, CountryTable
from locator.geocoding.names import fold

SortBy = Literal["rank", "worst", "left_out", "name", "code", "people"]
SORTS = get_args(SortBy)
"""The largest share first, the smallest first, most people left out first, and by column."""

SHARE_DIGITS = 4


def chosen_units(
    ranked: pd.DataFrame, *, find: str = "", below: float | None = None, sort: SortBy = "rank"
) -> pd.DataFrame:
    """Return the units that are looked for, sorted; those of which nothing is known come last.

    Parameters
    ----------
    ranked : DataFrame
        Of `CountryTable.ranked`.
    find : str
        Part of a name in any spelling of its letters, or the beginning of a code.
    below : float, optional
        Only those whose share is smaller than this.
    sort : str
        One of `SORTS`; ties are by code.

    Returns
    -------
    DataFrame
    """
    keep = np.ones(len(ranked), dtype=bool)
    wanted = fold(find)
    if wanted:
        codes = ranked.index.astype(str)
        keep &= [
            wanted in fold(str(name)) or code.casefold().startswith(find.strip().casefold())
            for name, code in zip(ranked["name"], codes, strict=True)
        ]
    if below is not None:
        keep &= (ranked["share"] < below).to_numpy(dtype=bool)
    found = ranked[keep].sort_index(kind="stable")
    if sort == "code":
        return found
    if sort == "name":
        order = found["name"].map(lambda name: fold(str(name)))
        return found.loc[order.sort_values(kind="stable").index]
    column, ascending = {
        "rank": ("share", False),
        "worst": ("share", True),
        "left_out": ("unserved", False),
        "people": ("people", False),
    }[sort]
    return found.sort_values(column, ascending=ascending, kind="stable", na_position="last")


def unit_rows(ranked: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the units as they are published; None for what is not known.

    Parameters
    ----------
    ranked : DataFrame
        Of `chosen_units`.

    Returns
    -------
    list of dict
    """
    columns: dict[str, list[Any]] = {"code": [str(code) for code in ranked.index]}
    for name in ("name", *_PUBLISHED):
        columns[name] = [_value(name, value) for value in ranked[name]]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


_RANKS = ("rank", "rank_low", "rank_high")
_SHARES = ("share", "low", "high", "lowest", "highest")
_TIMES = ("mean_s", "p90_s")
_PUBLISHED = (*_RANKS, *_SHARES, *_TIMES, *COUNTS, "fault")


def _value(column: str, value: Any) -> Any:
    if pd.isna(value):
        return None
    if column in _SHARES:
        return round(float(value), SHARE_DIGITS)
    if column in ("name", "fault"):
        return str(value)
    return round(value)


def ranked_rows(
    table: CountryTable,
    service: str,
    *,
    find: str = "",
    below: float | None = None,
    sort: SortBy = "rank",
) -> list[dict[str, Any]]:
    """Return the units that are looked for, ranked by one service.

    Parameters
    ----------
    table : CountryTable
    service : str
        Id.
    find, below, sort
        As for `chosen_units`.

    Returns
    -------
    list of dict
        ``code``, ``name``, ``rank``, ``rank_low``, ``rank_high`` and what is known; None for
        what is not.

    Raises
    ------
    NotFoundError
    """
    return unit_rows(chosen_units(table.ranked(service), find=find, below=below, sort=sort))
