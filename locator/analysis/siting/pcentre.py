"""Choose the sites that make the longest walk shortest (p-centre around what exists).

Hakimi (1964); solved as Minieka (1970) has it, by covers: with so many sites no walk need be longer
than a radius when so few cover all who walk further today. Few people decide that, those far out,
so only they are looked at; what is found is tried on everybody, and whoever still walks further
joins them (Chen and Chen 2009). The answer for a part of the people bounds that for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from locator.analysis.siting.work import Work
from locator.base.geo import Flags, FloatArray

SAME_M = 0.01
"""Walks that differ by less are the same."""

FAR_M = 1e6
"""Stands for "cannot be reached" where a sum has to stay finite."""

TRIED = 20
"""So many candidates are tried at most in the place of each site."""

WALK_STEPS, COVER_STEPS = 60, 5
"""What it takes to search a walk, and to look at a walk when so many are to be covered."""

JOINING = 6
"""So many points join those looked at in a round, apart from each other."""


@dataclass(frozen=True)
class Centre:
    """Sites, and the longest walk with them.

    Attributes
    ----------
    chosen : list of int
        Candidates, the first one that which shortens the longest walk most.
    longest_m : list of float
        The longest walk before anything is built, with the first site, with two, and so on.
    bound_m : float
        With no choice of as many sites the longest walk is shorter.
    timed_out : bool
    ties : list of int
        How many other candidates would do as well in the place of each, at least.
    """

    chosen: list[int]
    longest_m: list[float]
    bound_m: float
    timed_out: bool
    ties: list[int]

    @property
    def saved_m(self) -> FloatArray:
        """Return (k,) what each further site takes off the longest walk."""
        return -np.diff(self.longest_m)


def p_centre(
    current_m: FloatArray,
    counts: Flags,
    walks_from: Callable[[int], FloatArray],
    walks_to: Callable[[int], FloatArray],
    count: int,
    *,
    work: Work,
) -> Centre:
    """Return `count` sites, and a walk that no choice of as many can make the longest shorter than.

    Parameters
    ----------
    current_m : (n,) float array
        Metres to the nearest facility that exists, ``inf`` where none can be reached.
    counts : (n,) bool array
        Points that count; each can reach a candidate.
    walks_from, walks_to : callable
        Metres from a point to each of the m candidates, and from each of the n points to a
        candidate. Walks that are no shorter than that of the point today may be ``inf``, but for
        the shortest of a point.
    count : int
    work : Work

    Returns
    -------
    Centre
    """
    walks = _Walks(walks_from, walks_to, work)
    begun = np.where(counts, current_m, -np.inf)
    if not counts.any() or begun.max() <= 0:
        return Centre([], [0.0], 0.0, False, [])
    active = [int(np.argmax(begun))]
    best: list[int] = []
    best_m, bound_m = float(begun.max()), 0.0
    while True:
        table = np.array([walks.from_point(point) for point in active])
        chosen, bound_m = _least_radius(table, current_m[active], count, bound_m, work)
        with_m = np.minimum.reduce([begun, *(walks.to_site(site) for site in chosen)])
        longest_m = float(np.max(with_m, where=counts, initial=0.0))
        if longest_m < best_m - SAME_M or not best:
            best, best_m = chosen, longest_m
        if best_m <= bound_m + SAME_M or work.over:
            break
        active += _joining(np.where(counts, with_m, -np.inf), bound_m, active, walks)
    if best_m >= begun.max() - SAME_M:  # who walks furthest can be helped by nobody
        return Centre([], [float(begun.max())], bound_m, best_m > bound_m + SAME_M, [])
    order, longest = _ordered(best, begun, counts, walks)
    timed_out = best_m > bound_m + SAME_M
    ties = [_ties(order, place, begun, longest[-1], (active, walks)) for place in range(len(order))]
    bound_m = bound_m if timed_out else longest[-1]
    return Centre(order, longest, min(bound_m, longest[-1]), timed_out, ties)


class _Walks:
    """Walks that were asked for, kept."""

    def __init__(
        self,
        walks_from: Callable[[int], FloatArray],
        walks_to: Callable[[int], FloatArray],
        work: Work,
    ) -> None:
        self._ask_from, self._ask_to, self._work = walks_from, walks_to, work
        self._from: dict[int, FloatArray] = {}
        self._to: dict[int, FloatArray] = {}

    def from_point(self, point: int) -> FloatArray:
        """Return (m,) the walks from a point to each candidate."""
        if point not in self._from:
            self._from[point] = self._ask_from(point)
            self._work.add(WALK_STEPS * len(self._from[point]))
        return self._from[point]

    def to_site(self, site: int) -> FloatArray:
        """Return (n,) the walks from each point to a candidate."""
        if site not in self._to:
            self._to[site] = self._ask_to(site)
            self._work.add(WALK_STEPS * len(self._to[site]))
        return self._to[site]


def _least_radius(
    table: FloatArray, current_m: FloatArray, count: int, least_m: float, work: Work
) -> tuple[list[int], float]:
    """Return the sites that make the longest walk of some points shortest, and that walk.

    Parameters
    ----------
    table : (a, m) float array
        Metres from each of the points to each candidate.
    current_m : (a,) float array
    count : int
    least_m : float
        No shorter one is possible: that of fewer points.
    work : Work
    """
    radii = np.unique(np.append(table[np.isfinite(table)], current_m[np.isfinite(current_m)]))
    # The longest of all walks is long enough for any site.
    low, high = int(np.searchsorted(radii, least_m)), len(radii) - 1
    found: list[int] = _cover(table, current_m, float(radii[high]), count) or []
    while low < high:
        middle = (low + high) // 2
        work.add(COVER_STEPS * table.size)
        chosen = _cover(table, current_m, float(radii[middle]), count)
        if chosen is None:
            low = middle + 1
        else:
            found, high = chosen, middle
    return found, float(radii[high])


def _cover(
    table: FloatArray, current_m: FloatArray, radius_m: float, count: int
) -> list[int] | None:
    """Return up to `count` sites within a radius of all who walk further today; None if so few
    are not enough."""
    far = current_m > radius_m + SAME_M / 2
    if not far.any():
        return []
    covers = table[far] <= radius_m + SAME_M / 2
    patterns, first = np.unique(np.packbits(covers, axis=0), axis=1, return_index=True)
    del patterns
    covers = covers[:, first]
    if not covers.any(axis=1).all():
        return None
    chosen: list[int] = []
    left = np.ones(len(covers), dtype=np.bool_)
    while left.any() and len(chosen) < count:
        chosen.append(int(np.argmax(covers[left].sum(axis=0))))
        left &= ~covers[:, chosen[-1]]
    if left.any():
        chosen = _fewest(covers)
    return first[chosen].tolist() if len(chosen) <= count else None


def _fewest(covers: Flags) -> list[int]:
    """Return the fewest columns that cover all rows."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    sites = covers.shape[1]
    result: Any = milp(
        np.ones(sites),
        constraints=LinearConstraint(sparse.csr_array(covers.astype(np.float64)), lb=1),
        integrality=np.ones(sites, dtype=np.int64),
        bounds=Bounds(0, 1),
    )
    return np.flatnonzero(result.x > 0.5).tolist()


def _joining(with_m: FloatArray, radius_m: float, active: list[int], walks: _Walks) -> list[int]:
    """Return points that walk furthest, each apart from those before it."""
    known = set(active)
    left_m = with_m.copy()
    joining: list[int] = []
    while len(joining) < JOINING:
        point = int(np.argmax(left_m))
        if left_m[point] <= radius_m + SAME_M / 2:
            break
        left_m[point] = -np.inf
        if point in known:
            continue
        joining.append(point)
        # Who is near it would say the same: the nearest candidate stands for the place.
        near = walks.to_site(int(np.argmin(walks.from_point(point))))
        left_m[near < radius_m / 4] = -np.inf
    return joining


def _ordered(
    chosen: list[int], begun: FloatArray, counts: Flags, walks: _Walks
) -> tuple[list[int], list[float]]:
    """Put sites in the order of what each takes off the longest walk, and then off all walks."""
    now = begun.copy()
    longest = [float(np.max(now, where=counts, initial=0.0))]
    order: list[int] = []
    while len(order) < len(chosen):
        then = {site: np.minimum(now, walks.to_site(site)) for site in chosen if site not in order}
        lengths = {one: _length(walk_m[counts]) for one, walk_m in then.items()}
        site = min(lengths, key=lengths.__getitem__)
        order.append(site)
        now = then[site]
        longest.append(float(np.max(now, where=counts, initial=0.0)))
    return order, longest


def _length(walk_m: FloatArray) -> tuple[float, float]:
    """Return the longest of some walks, and their sum."""
    return float(walk_m.max()), float(np.minimum(walk_m, FAR_M).sum())


def _ties(
    chosen: list[int],
    place: int,
    begun: FloatArray,
    longest_m: float,
    known: tuple[list[int], _Walks],
) -> int:
    """Return how many others in the place of one site leave the longest walk as it is, at least."""
    active, walks = known
    rest = [walks.to_site(site) for site in chosen[:place] + chosen[place + 1 :]]
    left = np.minimum.reduce([begun, *rest]) > longest_m + SAME_M
    within = [walks.from_point(one) <= longest_m + SAME_M for one in active if left[one]]
    if not within:  # nobody is left who has to be reached: any site would do
        return len(walks.from_point(active[0])) - len(chosen)
    may = np.setdiff1d(np.flatnonzero(np.all(within, axis=0)), chosen)
    tried = [int(site) for site in may[:TRIED]]
    return sum(bool((walks.to_site(site)[left] <= longest_m + SAME_M).all()) for site in tried)
