"""Count people by district, by minute of walking, and by band."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from locator.base.geo import FloatArray, IntArray
from locator.base.rounding import whole
from locator.city.model import City

CURVE_MINUTES = np.arange(61)
"""The curve counts people within 0, 1, ... 60 minutes."""

BANDS_MINUTES = (0, 5, 10, 15, 20, 30, 45, 60)
"""Edges of the bands of walking time; the last band is open."""

SAME_TIME_S = 1e-6
"""Two times that differ by less are one: a walk of exactly the standard is within it."""


def standard_m(minutes: float, pace_m_s: float) -> float:
    """Return the longest walk within a standard, metres."""
    return (minutes * 60 + SAME_TIME_S) * pace_m_s


def walking_times(walk_s: FloatArray, people: FloatArray) -> tuple[float, float, float]:
    """Return mean, median and 90th percentile of walking times, weighted by people.

    The mean is over those who can walk to a facility; a quantile is the shortest time within
    which at least that share of all people reaches one. NaN without people, ``inf`` without way.
    """
    total = people.sum()
    if not total > 0:
        return np.nan, np.nan, np.nan
    reached = np.isfinite(walk_s)
    on_foot = people[reached].sum()
    # Not `@`: over several threads, as many others as count here wait for each other.
    mean_s = float((walk_s[reached] * people[reached]).sum() / on_foot) if on_foot > 0 else np.inf
    order = np.argsort(walk_s)
    within = np.cumsum(people[order])
    at = np.searchsorted(within, np.array([0.5, 0.9]) * total * (1 - 1e-12))
    median_s, p90_s = walk_s[order[np.minimum(at, len(order) - 1)]]
    return mean_s, float(median_s), float(p90_s)


def by_district(
    city: City, people: FloatArray, served: npt.NDArray[np.bool_], walk_s: FloatArray
) -> pd.DataFrame:
    """Return the table of districts (columns as in
    `locator.analysis.access.coverage.Coverage.districts`).

    Parameters
    ----------
    city : City
    people : (n,) float array
        People of the group at each demand point.
    served : (n,) bool array
    walk_s : (n,) float array
    """
    return _by_area(city.districts, city.district_rows, people, served, walk_s)


def by_unit(
    city: City, people: FloatArray, served: npt.NDArray[np.bool_], walk_s: FloatArray
) -> pd.DataFrame:
    """Return the same of neighbourhood units, with the number of the ``district`` of each.

    Parameters
    ----------
    city : City
    people : (n,) float array
        People of the group at each demand point.
    served : (n,) bool array
    walk_s : (n,) float array

    Returns
    -------
    DataFrame
        Index: code. People are whole in each unit, so that units need not sum to their district.
    """
    inside = np.flatnonzero(city.unit_rows >= 0)
    rows = city.unit_rows[inside]
    frame = _by_area(city.units, rows, people[inside], served[inside], walk_s[inside])
    frame.insert(1, "district", [city.unit_districts[str(code)] for code in frame.index])
    return frame


def points_by_unit(city: City) -> sparse.csr_array:
    """Return (u, n) 1 where a demand point lies in a neighbourhood unit.

    Parameters
    ----------
    city : City

    Returns
    -------
    (u, n) csr_array
    """
    row = city.unit_rows
    inside = np.flatnonzero(row >= 0)
    shape = (len(city.units), len(row))
    return sparse.csr_array((np.ones(len(inside)), (row[inside], inside)), shape=shape)


def _by_area(
    areas: pd.DataFrame,
    position: IntArray,
    people: FloatArray,
    served: npt.NDArray[np.bool_],
    walk_s: FloatArray,
) -> pd.DataFrame:
    count = len(areas)
    in_all, in_reach = (
        whole(np.bincount(position, weights=weights, minlength=count))
        for weights in (people, people * served)
    )
    order = np.argsort(position, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(position, minlength=count))[:-1])
    walks = [walking_times(walk_s[part], people[part]) for part in parts]
    times = np.array(walks, dtype=np.float64).reshape(-1, 3)[:count]
    times[~np.isfinite(times)] = np.nan
    share = np.divide(in_reach, in_all, out=np.full(count, np.nan), where=in_all > 0)
    return pd.DataFrame(
        {
            "name": areas["name"].to_numpy(dtype=object),
            "people": in_all,
            "served": in_reach,
            "unserved": in_all - in_reach,
            "share": share,
            "beyond": 1.0 - share,
            "mean_s": times[:, 0],
            "median_s": times[:, 1],
            "p90_s": times[:, 2],
        },
        index=areas.index,
    )


def people_by_district(city: City, people: FloatArray) -> IntArray:
    """Return whole people in each row of ``city.districts``."""
    position = city.district_rows
    return whole(np.bincount(position, weights=people, minlength=len(city.districts)))


def curve_by_minute(city: City, people: FloatArray, walk_s: FloatArray, total: int) -> pd.DataFrame:
    """Return people within each minute and their share of `total`, summed as in `by_district`."""
    beyond = len(CURVE_MINUTES)
    minute = np.minimum(np.ceil((walk_s - SAME_TIME_S) / 60), beyond).astype(np.int64)
    cell = city.district_rows * (beyond + 1) + np.maximum(minute, 0)
    table = np.bincount(cell, weights=people, minlength=len(city.districts) * (beyond + 1))
    within = np.cumsum(table.reshape(-1, beyond + 1)[:, :beyond], axis=1)
    count = whole(within).sum(axis=0)
    return pd.DataFrame({"minutes": CURVE_MINUTES, "people": count, "share": count / total})


def by_band(curve: pd.DataFrame, total: int) -> pd.DataFrame:
    """Return people per band of walking time, in accord with the curve."""
    edges = np.array(BANDS_MINUTES)
    within = np.append(curve["people"].to_numpy()[edges], total)
    within[0] = 0  # whoever lives at the very door belongs to the first band
    count = np.diff(within)
    return pd.DataFrame(
        {
            "from_min": edges.astype(np.float64),
            "to_min": np.append(edges[1:], np.inf),
            "people": count,
            "share": count / total,
        }
    )


def finite(time_s: float) -> float | None:
    """Return a time of `walking_times`; None where there is none."""
    return time_s if np.isfinite(time_s) else None
