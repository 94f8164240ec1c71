"""Choose one after another, each time what adds most to what is chosen already."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from locator.base.geo import FloatArray

CRUMBS = 1e-12
"""Less than this share of what is chosen already is an error of rounding, and adds nothing."""


def one_after_another(
    adds: Callable[[list[int]], FloatArray],
    count: int,
    *,
    least: float = 0.0,
    least_share: float = CRUMBS,
) -> tuple[list[int], list[float]]:
    """Return up to `count` choices, the most useful first, and what each adds.

    Parameters
    ----------
    adds : callable
        Returns (m,) what each of m candidates would add to the list of those chosen. It is asked
        once a round, in order, so that it may keep what it knows of the round before.
    count : int
    least : float
        A choice has to add at least this much.
    least_share : float
        A choice has to add more than this share of what those before it add.

    Returns
    -------
    chosen : list of int
        Fewer than `count` when nothing is left to add; none twice.
    added : list of float
    """
    chosen: list[int] = []
    added: list[float] = []
    for _ in range(count):
        worth = np.array(adds(chosen), dtype=np.float64)
        worth[chosen] = 0.0
        best = int(np.argmax(worth)) if len(worth) else -1
        if best < 0 or worth[best] <= least_share * sum(added) or worth[best] < least:
            break
        chosen.append(best)
        added.append(float(worth[best]))
    return chosen, added


def by_what_each_adds(
    chosen: list[int],
    total: Callable[[list[int]], float],
    *,
    most: float,
    least_share: float = CRUMBS,
) -> tuple[list[int], list[float]]:
    """Return choices in the order of what each adds to those before it, and what it adds.

    Parameters
    ----------
    chosen : list of int
        None twice.
    total : callable
        What some of them are worth together.
    most : float
        No choice is said to add more.
    least_share : float
        As for `one_after_another`.

    Returns
    -------
    chosen : list of int
    added : list of float
    """

    def adds(order: list[int]) -> FloatArray:
        so_far = [chosen[position] for position in order]
        before = total(so_far)
        return np.array(
            [
                0.0 if position in order else total([*so_far, one]) - before
                for position, one in enumerate(chosen)
            ]
        )

    order, added = one_after_another(adds, len(chosen), least_share=least_share)
    return [chosen[position] for position in order], [min(one, most) for one in added]
