"""Hold sites that were chosen, whatever for, in the order of what each adds."""

from __future__ import annotations

from dataclasses import dataclass

from locator.base.geo import FloatArray, IntArray


@dataclass(frozen=True)
class SiteChoice:
    """Sites among the candidates, what each adds, and how sure it is that none are better.

    Attributes
    ----------
    chosen : (k,) int array
        Rows of the candidates.
    gains : (k,) float array
        What each further site adds.
    bound, gap : float
        As `locator.analysis.siting.solve.Siting` has them.
    timed_out : bool
    ties : (k,) int array
        How many other places would do as well in the place of each.
    prices : (k,) float array, optional
    longest_m : float, optional
        The longest walk before anything is built, where that is what counts.
    """

    chosen: IntArray
    gains: FloatArray
    bound: float
    gap: float
    timed_out: bool
    ties: IntArray
    prices: FloatArray | None = None
    longest_m: float | None = None
