"""Count the work of a search, so that it ends at the same point however busy the machine is.

A clock would prove an answer on a quiet machine and leave the same one open on a busy one.
"""

from __future__ import annotations

STEPS_A_SECOND = 100_000_000
"""A step is an entry of a table that is gone through; a usual machine makes so many of them."""

EXACT_S = 20.0
"""Work of a search where somebody asked for a proof."""


class Work:
    """How much a search may do, in seconds that a usual machine takes for it.

    Parameters
    ----------
    limit_s : float

    Attributes
    ----------
    whole_s : float
        The limit of all the work that this is a part of.
    """

    def __init__(self, limit_s: float = float("inf")) -> None:
        self.whole_s = self._end_s = limit_s
        self._done_s = [0.0]  # in common with the parts

    def add(self, steps: float) -> None:
        """Count steps that were made."""
        self._done_s[0] += steps / STEPS_A_SECOND

    @property
    def left_s(self) -> float:
        """Return how much may still be done."""
        return max(self._end_s - self._done_s[0], 0.0)

    @property
    def over(self) -> bool:
        """Tell whether nothing more may be done."""
        return self.left_s <= 0

    def part(self, share: float) -> Work:
        """Return the work that ends when a share of what is left now is done."""
        return self._ending(self._done_s[0] + share * self.left_s)

    def unbounded(self) -> Work:
        """Return work that is counted here, and done however much it is."""
        return self._ending(float("inf"))

    def _ending(self, end_s: float) -> Work:
        part = Work(end_s)
        part.whole_s, part._done_s = self.whole_s, self._done_s
        return part
