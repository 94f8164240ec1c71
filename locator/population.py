"""Hold the people of the city as demand points of at most 100 m."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from locator.geo import FloatArray, IntArray


@dataclass(frozen=True)
class DemandPoints:
    """Points that each stand for some people, n in all.

    Attributes
    ----------
    xy : (n, 2) float array
        Metres in the city's metric CRS.
    lonlat : (n, 2) float array
        WGS84.
    district : (n,) int array
        District number.
    column, row : (n,) int array
        Position in the fine grid: neighbours differ by one.
    square_xy : (n, 4, 2) float array
        Corners of the fine square round each point, metric CRS.
    people : mapping of str to (n,) float array
        People of each age group of the catalogue.
    size_m : float
        Side of a fine square.
    method : str
        How the census cells were spread: ``"uniform"`` or ``"address-weighted"``.
    """

    xy: FloatArray
    lonlat: FloatArray
    district: IntArray
    column: IntArray
    row: IntArray
    square_xy: FloatArray
    people: Mapping[str, FloatArray]
    size_m: float
    method: str

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.xy)
