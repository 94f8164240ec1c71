"""Draw the runs of a coverage once, whoever is told of them: city, units, gaps or areas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from locator.analysis.access.coverage import Coverage
from locator.analysis.access.draws import CAUSES, asked_of, known_doubt
from locator.base.geo import Flags, FloatArray, IntArray
from locator.walking.walkable_city import WalkableCity


def known_runs(
    walkable_city: WalkableCity, found: Coverage, *, runs: int, seed: int
) -> Iterator[tuple[Flags, FloatArray]]:
    """Yield (n,) who is served and (n,) people of each run, where everything is drawn.

    City, units, gaps and areas are asked about one after the other: who is served is remembered.
    The people are drawn anew, which costs less than to hold them.

    Parameters
    ----------
    walkable_city : WalkableCity
    found : Coverage
        Of `walkable_city`.
    runs, seed : int
        As for `locator.analysis.access.ranges.ranges`.
    """
    doubt = known_doubt(walkable_city, found)

    def drawn() -> _Served:  # whoever the people are, the same homes are served
        seen = doubt.seen(frozenset(CAUSES) - {"people"}, runs=runs, seed=seed)
        return _Served.of(served for _, served in seen)

    question = (walkable_city.everything.number, "served", asked_of(found), runs, seed)
    known = walkable_city.memory.get(question, drawn)
    people = doubt.draws(frozenset({"people"}), runs=runs, seed=seed)
    for served, one in zip(known.runs(), people, strict=True):
        yield served, one.weight


@dataclass(frozen=True, eq=False)
class _Served:
    """Who is served in each of some runs: `always`, and of the v `points` that is not so of, when.

    Attributes
    ----------
    always : (n,) bool array
    points : (v,) int array
    packed : (runs, v / 8) uint8 array
    """

    always: Flags
    points: IntArray
    packed: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, runs: Iterable[Flags]) -> _Served:
        """Return the same of (n,) who is served in each run."""
        served = np.array(list(runs))
        always: Flags = np.all(served, axis=0)
        points = np.flatnonzero(served.any(axis=0) & ~always)
        return cls(always, points, np.packbits(served[:, points], axis=1))

    def runs(self) -> Iterator[Flags]:
        """Yield (n,) who is served in each run."""
        for packed in self.packed:
            served = self.always.copy()
            served[self.points] = np.unpackbits(packed, count=len(self.points))
            yield served
