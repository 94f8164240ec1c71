"""Say how complete each layer of a city is: in truth, on the list, on the map."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from locator.city.catalogue import PRECISIONS, Layer
from locator.city.model import City

NOT_LOCATED = "not_located"


def completeness(city: City) -> pd.DataFrame:
    """Return how many facilities of each layer there are in truth, on the list and on the map.

    Facilities with several sites are counted once (column ``centre``), with the best precision
    of their sites. Up to ``open``, only those count that ``expected`` is about
    (`Layer.expected_where`), so that "listed of expected" compares like with like; the columns
    ``all_...`` and ``sites...`` are about everything in the layer.

    Parameters
    ----------
    city : City

    Returns
    -------
    DataFrame
        Index: layer id, in catalogue order. Columns ``expected`` (Int64, null where no source
        says), ``listed``, ``located_exact``, ``located_street``, ``located_area``,
        ``not_located``, ``located``, ``open``; ``all_listed``, ``all_located``,
        ``all_not_located``, ``all_open``; ``sites``, ``sites_located`` (rows of the file);
        ``newest``, ``oldest`` (day of the check, else of the source; ISO 8601 or null).
    """
    rows = {layer.id: _row(city.facilities, layer) for layer in city.catalogue.layers.values()}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "layer"
    frame["expected"] = frame["expected"].astype("Int64")
    return frame


def _row(facilities: pd.DataFrame, layer: Layer) -> dict[str, object]:
    mine = facilities[facilities["layer"] == layer.id]
    everything = _centres(mine)
    counted = _centres(mine[is_expected(mine, layer)])
    by_precision = counted["precision"].value_counts()
    dates = mine["verified_on"].fillna(mine["source_date"]).dropna().astype(str)
    return {
        "expected": layer.expected,
        "listed": len(counted),
        **{f"located_{name}": int(by_precision.get(name, 0)) for name in PRECISIONS},
        NOT_LOCATED: int(by_precision.get(NOT_LOCATED, 0)),
        "located": len(counted) - int(by_precision.get(NOT_LOCATED, 0)),
        "open": int(counted["open"].sum()),
        "all_listed": len(everything),
        "all_located": int(everything["precision"].ne(NOT_LOCATED).sum()),
        "all_not_located": int(everything["precision"].eq(NOT_LOCATED).sum()),
        "all_open": int(everything["open"].sum()),
        "sites": len(mine),
        "sites_located": int(mine["x"].notna().sum()),
        "newest": None if dates.empty else str(dates.max()),
        "oldest": None if dates.empty else str(dates.min()),
    }


def is_expected(facilities: pd.DataFrame, layer: Layer) -> pd.Series[bool]:
    """Tell for each facility of `layer` whether its ``expected`` count is about it.

    Parameters
    ----------
    facilities : DataFrame
    layer : Layer

    Returns
    -------
    Series of bool
        On the index of `facilities`.
    """
    return matching(facilities, layer.expected_where)


def matching(facilities: pd.DataFrame, where: Mapping[str, tuple[object, ...]]) -> pd.Series[bool]:
    """Tell for each facility whether its columns hold one of the values that are accepted.

    Parameters
    ----------
    facilities : DataFrame
    where : mapping of str to tuple
        Column to its accepted values; empty: every facility fits.

    Returns
    -------
    Series of bool
        On the index of `facilities`.
    """
    kept = pd.Series(True, index=facilities.index)
    for column, accepted in where.items():
        # isin, not "in": a missing value is none of the accepted ones, and has no truth of its own.
        kept &= facilities[column].isin(list(accepted)).astype(bool)
    return kept


def _centres(facilities: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each facility: best precision of its sites, and whether one is open."""
    ranks = [*PRECISIONS, NOT_LOCATED]
    centre = facilities["centre"].fillna(pd.Series(facilities.index, index=facilities.index))
    rank = facilities["location_precision"].fillna(NOT_LOCATED).map(ranks.index)
    grouped = pd.DataFrame(
        {"rank": rank, "open": facilities["status"].eq("open"), "centre": centre}
    ).groupby("centre", sort=False)
    return pd.DataFrame(
        {
            "precision": grouped["rank"].min().map(lambda best: ranks[best]),
            "open": grouped["open"].any(),
        }
    )
