"""Estimate a walk: the straight line times a detour, the river crossed only at its crossings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from locator.base.errors import LocatorError
from locator.base.geo import FloatArray, IntArray
from locator.walking import FarWalks, ModelName, SnappedPoints, Walk

if TYPE_CHECKING:
    from locator.city.model import City

BANK_A, BANK_B = 0, 1


FEW_AT_ONCE = 4096
"""Demand points whose walks to all facilities are held together."""


@dataclass(frozen=True)
class EstimateModel:
    """The walking model that needs no street graph.

    On one bank a walk is the straight line x `detour_one_bank`. Between the banks it is the
    shortest way through one crossing x `detour_across`; without any crossing there is none.
    Without a river every point is on the same bank.

    Attributes
    ----------
    detour_one_bank, detour_across : float
        Walked metres per straight metre, at least 1 (``[estimate]`` of the catalogue says on
        what they were calibrated).
    crossing_names : tuple of str
        Names of the k crossings.
    crossing_xy : (k, 2) float array
        Where they are, metres in the city's metric CRS.
    banks : pair of shapely geometries or None
        The districts on either bank, metric CRS; None without a river.
    fault : LocatorError or None
        Why streets that the city folder holds could not be used; None where it holds none.
    """

    detour_one_bank: float
    detour_across: float
    crossing_names: tuple[str, ...]
    crossing_xy: FloatArray
    banks: tuple[BaseGeometry, BaseGeometry] | None
    fault: LocatorError | None = None

    @classmethod
    def from_city(cls, city: City, *, fault: LocatorError | None = None) -> EstimateModel:
        """Return the model with the parameters, districts and crossings of `city`."""
        parameters = city.catalogue.estimate
        crossings = city.crossings
        return cls(
            detour_one_bank=parameters.detour_one_bank,
            detour_across=parameters.detour_across,
            crossing_names=tuple(str(name) for name in crossings["name"]),
            crossing_xy=city.projection.to_metric(crossings[["lon", "lat"]].to_numpy(np.float64)),
            banks=_banks_of(city),
            fault=fault,
        )

    @property
    def name(self) -> ModelName:
        """Return ``"estimate"``."""
        return "estimate"

    def snap(self, xy: FloatArray) -> SnappedPoints:
        """Make (n, 2) metric points ready: their bank, and metres to each crossing.

        A point outside every district (on the river, just beyond the city) belongs to the bank
        whose districts are nearest.
        """
        xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        to_crossing_m = np.hypot(
            xy[:, 0, None] - self.crossing_xy[:, 0], xy[:, 1, None] - self.crossing_xy[:, 1]
        )
        return SnappedPoints(xy, {"bank": self._bank(xy), "to_crossing_m": to_crossing_m})

    def walk_m(
        self, origin: SnappedPoints, targets: SnappedPoints, *, limit_m: float = np.inf
    ) -> FloatArray:
        """Return (n,) metres from one origin to each target; ``inf`` beyond `limit_m`."""
        direct_m = np.hypot(*(targets.xy - origin.xy[0]).T) * self.detour_one_bank
        through_m = origin.extra["to_crossing_m"][0] + targets.extra["to_crossing_m"]
        across_m = through_m.min(axis=1, initial=np.inf) * self.detour_across
        walk_m = np.where(targets.extra["bank"] == origin.extra["bank"][0], direct_m, across_m)
        return np.where(walk_m <= limit_m, walk_m, np.inf)

    def walk_matrix_m(
        self, origins: SnappedPoints, targets: SnappedPoints, *, limit_m: float = np.inf
    ) -> FloatArray:
        """Return (o, t) metres from each origin to each target; ``inf`` beyond `limit_m`."""
        walk_m = np.empty((len(origins), len(targets)))
        for one in range(len(origins)):
            walk_m[one] = self.walk_m(origins.take(slice(one, one + 1)), targets, limit_m=limit_m)
        return walk_m

    def far_walks(
        self, origins: SnappedPoints, targets: SnappedPoints, *, up_to_m: FloatArray
    ) -> Iterator[FarWalks]:
        """Yield the metres from each origin to each target, all of them known."""
        for one in range(len(origins)):
            row = slice(one, one + 1)
            yield FarWalks(row, self.walk_matrix_m(origins.take(row), targets), np.inf)

    def k_nearest_m(self, origin: SnappedPoints, targets: SnappedPoints, *, k: int) -> FloatArray:
        """Return (n,) metres to each target: all are as easily had as the `k` nearest."""
        return self.walk_m(origin, targets)

    def knows_all(self, targets: SnappedPoints) -> bool:
        """Return True: nothing is ever searched for."""
        return True

    def nearest(
        self, demand: SnappedPoints, facilities: SnappedPoints
    ) -> tuple[FloatArray, IntArray]:
        """Return (n,) metres to the nearest facility of each demand point, and its index.

        The nearest on the other bank is found from the crossings: each knows its nearest facility
        over there, so a demand point only compares crossings. On a tie the own bank wins, then
        the first crossing. With no facility in reach: ``inf`` and -1.
        """
        from scipy.spatial import cKDTree

        walk_m = np.full(len(demand), np.inf)
        index = np.full(len(demand), -1, dtype=np.int64)
        for bank in (BANK_A, BANK_B):
            here = np.flatnonzero(demand.extra["bank"] == bank)
            own = np.flatnonzero(facilities.extra["bank"] == bank)
            other = np.flatnonzero(facilities.extra["bank"] != bank)
            if len(here) == 0:
                continue
            if len(own):
                straight_m, found = cKDTree(facilities.xy[own]).query(demand.xy[here])
                walk_m[here] = straight_m * self.detour_one_bank
                index[here] = own[found]
            if len(other) and len(self.crossing_xy):
                across_m, found = self._nearest_across(demand.take(here), facilities.take(other))
                closer = across_m < walk_m[here]
                walk_m[here[closer]] = across_m[closer]
                index[here[closer]] = other[found[closer]]
        return walk_m, index

    def few_nearest(
        self, demand: SnappedPoints, facilities: SnappedPoints, *, k: int
    ) -> tuple[IntArray, FloatArray]:
        """Return, for each demand point, the (n, k) nearest facilities and the metres to them."""
        few = min(k, len(facilities))
        index = np.full((len(demand), few), -1, dtype=np.int64)
        metres = np.full((len(demand), few), np.inf)
        for first in range(0, len(demand) if few else 0, FEW_AT_ONCE):
            some = slice(first, first + FEW_AT_ONCE)
            walk_m = self.walk_matrix_m(facilities, demand.take(some)).T
            index[some] = np.argpartition(walk_m, few - 1, axis=1)[:, :few]
            metres[some] = np.take_along_axis(walk_m, index[some], axis=1)
        index[np.isinf(metres)] = -1
        return index, metres

    def walk(self, origin: SnappedPoints, target: SnappedPoints) -> Walk:
        """Return the straight line, or the line through the best crossing with its name."""
        walk_m = float(self.walk_m(origin, target)[0])
        ends = (origin.xy[0], target.xy[0])
        if origin.extra["bank"][0] == target.extra["bank"][0] or not np.isfinite(walk_m):
            return Walk(np.stack(ends), walk_m)
        through_m = origin.extra["to_crossing_m"][0] + target.extra["to_crossing_m"][0]
        best = int(np.argmin(through_m))
        line = np.stack([ends[0], self.crossing_xy[best], ends[1]])
        return Walk(line, walk_m, via=(self.crossing_names[best],))

    def walks(self, origin: SnappedPoints, targets: SnappedPoints) -> list[Walk]:
        """Return the walk to each target, as `walk` does."""
        return [self.walk(origin, targets.take(slice(i, i + 1))) for i in range(len(targets))]

    def via(self, origin: SnappedPoints, targets: SnappedPoints) -> list[tuple[str, ...]]:
        """Return the crossing of the walk to each target; empty on one's own bank."""
        return [walk.via for walk in self.walks(origin, targets)]

    def _nearest_across(
        self, demand: SnappedPoints, facilities: SnappedPoints
    ) -> tuple[FloatArray, npt.NDArray[np.intp]]:
        """Return metres and index of the nearest of `facilities`, all on the other bank."""
        from_crossing_m = facilities.extra["to_crossing_m"]
        beyond_m = from_crossing_m.min(axis=0)
        through_m = demand.extra["to_crossing_m"] + beyond_m
        crossing = through_m.argmin(axis=1)
        across_m = through_m[np.arange(len(demand)), crossing] * self.detour_across
        return across_m, from_crossing_m.argmin(axis=0)[crossing]

    def _bank(self, xy: FloatArray) -> npt.NDArray[np.int8]:
        """Return the bank of each point."""
        bank = np.full(len(xy), BANK_A, dtype=np.int8)
        if self.banks is None:
            return bank
        in_a, in_b = (shapely.intersects_xy(districts, xy) for districts in self.banks)
        bank[in_b & ~in_a] = BANK_B
        outside = np.flatnonzero(~in_a & ~in_b)
        points = shapely.points(xy[outside])
        to_a_m, to_b_m = (shapely.distance(districts, points) for districts in self.banks)
        bank[outside[to_b_m < to_a_m]] = BANK_B
        return bank


def _banks_of(city: City) -> tuple[BaseGeometry, BaseGeometry] | None:
    """Return the districts of either bank as two prepared geometries, metric CRS."""
    river = city.catalogue.river
    if river is None:
        return None
    districts = city.districts.geometry.to_crs(city.catalogue.crs_metric)
    banks = tuple(
        shapely.union_all(districts[districts.index.isin(numbers)].to_numpy())
        for numbers in (river.bank_a, river.bank_b)
    )
    for bank in banks:
        shapely.prepare(bank)
    return banks[0], banks[1]
