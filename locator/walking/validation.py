"""Compare a walking model with walking times from elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from locator.base.geo import FloatArray
from locator.base.measured import read_measured
from locator.city.model import City
from locator.walking import WalkingModel
from locator.walking.estimate import BANK_A, EstimateModel

COLUMNS = ("from_lon", "from_lat", "to_lon", "to_lat", "walk_s")
"""What the file must have; other columns are ignored."""

REFERENCE_PACE_M_S = 5 / 3.6
"""Walking speed behind the reference times: openrouteservice walks at 5 km/h."""

PLAIN_DETOUR = 1.26
"""What the model is compared with: the straight line times the median ratio in Kraków."""


def walking_report(
    city: City,
    csv_path: Path,
    *,
    model: WalkingModel | None = None,
    reference_pace_m_s: float = REFERENCE_PACE_M_S,
) -> pd.DataFrame:
    """Return how far `model` and the plain straight line are from reference walks.

    Both are compared as lengths: a reference walk is its seconds times the speed behind it. The
    error of a pair is (model - reference) / reference.

    Parameters
    ----------
    city : City
    csv_path : Path
        A CSV file with `COLUMNS`: WGS84 degrees and seconds on foot.
    model : WalkingModel, optional
        Default: the estimate of `city`.
    reference_pace_m_s : float
        Walking speed of the reference times.

    Returns
    -------
    DataFrame
        Index ``pairs``: ``bank_a``, ``bank_b`` (only with a river), ``one_bank``, ``across``,
        ``all``; then what is not part of ``all``: ``outside`` (an end outside the city, where the
        city folder does not know the river's crossings) and ``unusable`` (the same place twice,
        no time, or no way by the model). Columns ``n``, and for the model (``model_``) and the
        straight line x `PLAIN_DETOUR` (``plain_``): ``median_abs_pct``, ``mean_abs_pct``,
        ``bias_pct`` (mean error; positive is too long). NaN where there is nothing to compare.

    Raises
    ------
    InvalidParameterError
        For a file that cannot be read as such a table.
    """
    table = read_measured(csv_path, COLUMNS)
    estimate = EstimateModel.from_city(city)
    start, end = (
        city.projection.to_metric(table[[f"{which}_lon", f"{which}_lat"]].to_numpy())
        for which in ("from", "to")
    )
    reference_m = table["walk_s"].to_numpy() * reference_pace_m_s
    straight_m = np.hypot(*(end - start).T)
    walk_m = _walks_m(model or estimate, start, end)
    errors = pd.DataFrame(
        {
            "model": _relative(walk_m, reference_m),
            "plain": _relative(straight_m * PLAIN_DETOUR, reference_m),
        }
    )
    usable = (reference_m > 0) & (straight_m > 0) & np.isfinite(walk_m)
    inside = _inside(city, table)
    from_bank, to_bank = (estimate.snap(xy).extra["bank"] for xy in (start, end))
    groups = _groups(from_bank, to_bank, usable, inside)
    if estimate.banks is None:
        del groups["bank_a"], groups["bank_b"]
    return (
        pd.DataFrame(
            {
                name: _summary(errors[chosen], compare=name != "unusable")
                for name, chosen in groups.items()
            }
        )
        .T.rename_axis("pairs")
        .astype({"n": np.int64})
    )


def _walks_m(model: WalkingModel, start: FloatArray, end: FloatArray) -> FloatArray:
    """Return the metres of each walk; walks from the same place are asked for together."""
    origins, targets = model.snap(start), model.snap(end)
    _, group = np.unique(start, axis=0, return_inverse=True)
    walk_m = np.empty(len(start))
    for members in np.split(
        np.argsort(group.ravel(), kind="stable"), np.cumsum(np.bincount(group.ravel()))[:-1]
    ):
        origin, ends = origins.take(members[:1]), targets.take(members)
        # Nearly all walks are found within thrice the straight line, in a fraction of the time.
        far_m = 3 * np.hypot(*(end - start)[members].T).max()
        walk_m[members] = model.walk_m(origin, ends, limit_m=far_m)
        if np.isinf(walk_m[members]).any():
            walk_m[members] = model.walk_m(origin, ends)
    return walk_m


def _relative(modelled_m: FloatArray, reference_m: FloatArray) -> FloatArray:
    """Return (modelled - reference) / reference; NaN where the reference is 0."""
    error = np.full(len(reference_m), np.nan)
    np.divide(modelled_m - reference_m, reference_m, out=error, where=reference_m > 0)
    return error


def _inside(city: City, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    ends = (table[[f"{which}_lon", f"{which}_lat"]].to_numpy() for which in ("from", "to"))
    first, second = (shapely.intersects_xy(city.boundary, lonlat) for lonlat in ends)
    return np.asarray(first & second)


def _groups(
    from_bank: npt.NDArray[np.int8],
    to_bank: npt.NDArray[np.int8],
    usable: npt.NDArray[np.bool_],
    inside: npt.NDArray[np.bool_],
) -> dict[str, npt.NDArray[np.bool_]]:
    counted, one_bank = usable & inside, from_bank == to_bank
    return {
        "bank_a": counted & one_bank & (from_bank == BANK_A),
        "bank_b": counted & one_bank & (from_bank != BANK_A),
        "one_bank": counted & one_bank,
        "across": counted & ~one_bank,
        "all": counted,
        "outside": usable & ~inside,
        "unusable": ~usable,
    }


def _summary(errors: pd.DataFrame, *, compare: bool) -> dict[str, float]:
    """Return the row of one group."""
    row: dict[str, float] = {"n": len(errors)}
    for name in ("model", "plain"):
        percent = errors[name].to_numpy() * 100
        known = percent if compare and len(percent) else np.array([np.nan])
        row |= {
            f"{name}_median_abs_pct": float(np.median(np.abs(known))),
            f"{name}_mean_abs_pct": float(np.mean(np.abs(known))),
            f"{name}_bias_pct": float(np.mean(known)),
        }
    return row
