"""Compare where this city folder puts its people with a register that knows it by address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

from locator.analysis.access.counted import counted_rows
from locator.base.errors import N_, NotComputableError
from locator.base.geo import WGS84, FloatArray
from locator.base.measured import read_measured
from locator.city.districts import district_of
from locator.city.model import spread_people
from locator.city.population import CELL_M, EVERYONE, DemandPoints
from locator.walking import SnappedPoints
from locator.walking.walkable_city import WalkableCity

COLUMNS = ("lon", "lat", "people")
"""What the register must have; other columns are ignored."""

SIDES_M = (100.0, 250.0, 500.0, CELL_M)
"""Squares between which people are compared; the last are the census cells themselves."""


@dataclass(frozen=True)
class PeopleComparison:
    """How far people by this folder are from people by a register.

    Attributes
    ----------
    method : str
        How the folder spreads its cells (`DemandPoints.method`).
    people, register_people : float
        In the city, by either; shares are compared, so that they need not agree.
    outside_people : float
        People of the register who live outside the city and are left out.
    misplaced : DataFrame
        Index ``side_m``. Columns ``misplaced`` and ``misplaced_evenly`` (if every census cell were
        spread evenly), shares 0 to 1: see `share_misplaced`.
    coverage : DataFrame
        Index: layer id, without those that move. Columns ``minutes``, ``share`` and
        ``register_share``: of all residents, whatever age group the layer is for, who live within
        its standard, 0 to 1.
    """

    method: str
    people: float
    register_people: float
    outside_people: float
    misplaced: pd.DataFrame
    coverage: pd.DataFrame


def silent(step: str, done: int, total: int | None) -> None:
    """Show no progress."""


def compare_people(
    walkable_city: WalkableCity,
    csv_path: Path,
    *,
    progress: Callable[[str, int, int | None], None] = silent,
) -> PeopleComparison:
    """Return how `walkable_city` differs from the register in a CSV file with `COLUMNS`.

    Parameters
    ----------
    walkable_city : WalkableCity
    csv_path : Path
        People by address: UTF-8 with a header, WGS84 degrees; may be gzipped.
    progress : callable
        Told of each step; see `locator.walking.graph.osm.Progress`.

    Returns
    -------
    PeopleComparison

    Raises
    ------
    InvalidParameterError
        For a file that is not such a table.
    NotComputableError
        Where the register, or the census, has nobody in the city.
    """
    city = walkable_city.city
    register = read_measured(csv_path, COLUMNS)
    lonlat, people = register[["lon", "lat"]].to_numpy(), register["people"].to_numpy()
    inside = district_of(lonlat, city.districts) > 0
    outside_people = float(people[~inside].sum())
    lonlat, people = lonlat[inside], people[inside]
    ours, evenly = (
        spread_people(city, {"people": EVERYONE}, dwellings) for dwellings in (city.dwellings, None)
    )
    if not people.sum() > 0 or not ours.people["people"].sum() > 0:
        raise NotComputableError(N_("There is nobody in the city to compare."), parameter="csv")
    to_grid = Transformer.from_crs(WGS84, city.catalogue.crs_grid, always_xy=True)
    where = partial(_in_grid, to_grid)
    truth = (where(lonlat), people)
    misplaced = pd.DataFrame(
        {
            name: [share_misplaced(*_at(where, points), *truth, side_m=side) for side in SIDES_M]
            for name, points in (("misplaced", ours), ("misplaced_evenly", evenly))
        },
        index=pd.Index(SIDES_M, name="side_m"),
    )
    homes = walkable_city.model.snap(city.projection.to_metric(lonlat))
    return PeopleComparison(
        method=ours.method,
        people=float(ours.people["people"].sum()),
        register_people=float(people.sum()),
        outside_people=outside_people,
        misplaced=misplaced,
        coverage=_coverage(walkable_city, ours.people["people"], homes, people, progress),
    )


def _in_grid(to_grid: Transformer, lonlat: FloatArray) -> FloatArray:
    return np.column_stack(to_grid.transform(lonlat[:, 0], lonlat[:, 1]))


def _at(
    where: Callable[[FloatArray], FloatArray], points: DemandPoints
) -> tuple[FloatArray, FloatArray]:
    return where(points.lonlat), points.people["people"]


def share_misplaced(
    xy: FloatArray,
    people: FloatArray,
    true_xy: FloatArray,
    true_people: FloatArray,
    *,
    side_m: float,
) -> float:
    """Return the share of people who would have to move to another square to be placed as in truth.

    It is half the sum, over all squares, of how much their shares of the total differ: 0 where
    every square has its true share, 1 where no square with people has any in truth. Squares are
    aligned to the origin of the coordinates, so that those of the census grid's CRS nest in its
    cells.

    Parameters
    ----------
    xy : (n, 2) float array
        Metres.
    people : (n,) float array
        Not all 0.
    true_xy : (m, 2) float array
        Metres in the same CRS.
    true_people : (m,) float array
        The total may differ; not all 0.
    side_m : float
    """
    square = np.floor(np.concatenate([xy, true_xy]) / side_m).astype(np.int64)
    which = np.unique(square, axis=0, return_inverse=True)[1].ravel()
    excess = np.concatenate([people / people.sum(), -true_people / true_people.sum()])
    return float(np.abs(np.bincount(which, weights=excess)).sum() / 2)


def _coverage(
    walkable_city: WalkableCity,
    people: FloatArray,
    homes: SnappedPoints,
    register_people: FloatArray,
    progress: Callable[[str, int, int | None], None],
) -> pd.DataFrame:
    """Return the share of all residents within each layer's standard, by either."""
    layers = [layer for layer in walkable_city.city.catalogue.layers.values() if not layer.moves]
    rows = []
    for done, layer in enumerate(layers):
        progress("layers", done, len(layers))
        sites = walkable_city.snapped(
            np.array(counted_rows(walkable_city, layer.id), dtype=np.int64)
        )
        limit_m = layer.standard_min * 60 * layer.pace_m_s + 1e-6
        shares = (
            float(
                weights @ (walkable_city.model.nearest(points, sites)[0] <= limit_m) / weights.sum()
            )
            for points, weights in ((walkable_city.demand, people), (homes, register_people))
        )
        rows.append((layer.id, float(layer.standard_min), *shares))
    progress("layers", len(layers), len(layers))
    columns = ["layer", "minutes", "share", "register_share"]
    return pd.DataFrame(rows, columns=columns).set_index("layer")
