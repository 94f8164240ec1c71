"""Tell which vehicles call near a place soon, without looking at each of them.

A region has many more vehicles than come by one door. All calls of a service day stand in one
table, by when they end; what is near is compared at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.vehicles.runs import Run


@dataclass(frozen=True)
class DayCalls:
    """The calls of all vehicles on one service day, n in all, by their departure.

    Attributes
    ----------
    ids : tuple of str
        Of the vehicles.
    vehicle : (n,) int array
        Index of `ids`.
    lonlat : (n, 2) float array
        WGS84.
    arrive_t, depart_t : (n,) float array
        POSIX seconds.
    """

    ids: tuple[str, ...]
    vehicle: IntArray
    lonlat: FloatArray
    arrive_t: FloatArray
    depart_t: FloatArray

    @cached_property
    def _longest_s(self) -> float:
        """The longest time between an arrival and its departure, and more than any rounding."""
        return float((self.depart_t - self.arrive_t).max(initial=0.0)) + 1.0

    def passing(
        self, from_t: float, until_t: float, low: FloatArray, high: FloatArray
    ) -> frozenset[str]:
        """Return the ids of the vehicles that are at a stop within a box, and within a time.

        Parameters
        ----------
        from_t, until_t : float
            POSIX seconds: a call that ends before or begins after does not count.
        low, high : (2,) float array
            Lon, lat of the corners of the box, which is part of it.

        Returns
        -------
        frozenset of str
        """
        begin = np.searchsorted(self.depart_t, from_t)
        end = np.searchsorted(self.depart_t, until_t + self._longest_s, side="right")
        soon = slice(int(begin), int(end))
        lon, lat = self.lonlat[soon].T
        near = (low[0] <= lon) & (lon <= high[0]) & (low[1] <= lat) & (lat <= high[1])
        near &= self.arrive_t[soon] <= until_t
        return frozenset(self.ids[row] for row in np.unique(self.vehicle[soon][near]).tolist())


def day_calls(runs: Mapping[str, Run]) -> DayCalls:
    """Return all calls of the vehicles of a service day.

    Parameters
    ----------
    runs : mapping of str to Run
        By id of the vehicle.

    Returns
    -------
    DayCalls
    """
    each = tuple(runs.values())
    arrive_t, depart_t = (
        np.concatenate([np.empty(0), *(getattr(run, name) for run in each)])
        for name in ("arrive_t", "depart_t")
    )
    lonlat = [run.timetable.stop_lonlat[run.stop] for run in each]
    vehicle = np.repeat(np.arange(len(each)), [len(run) for run in each])
    order = np.argsort(depart_t, kind="stable")
    return DayCalls(
        ids=tuple(runs),
        vehicle=vehicle[order],
        lonlat=np.concatenate([np.empty((0, 2)), *lonlat])[order],
        arrive_t=arrive_t[order],
        depart_t=depart_t[order],
    )
