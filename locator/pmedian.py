"""Choose the sites that shorten everyone's walk most in sum (p-median around what exists).

Hakimi (1964) for the problem, Teitz and Bart (1968) for the interchange. How far the answer can be
from the best comes from a Lagrangian bound (Cornuejols, Fisher and Nemhauser 1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.geo import FloatArray, IntArray


@dataclass(frozen=True)
class Median:
    """A choice of sites.

    Attributes
    ----------
    chosen : (k,) int array
        Columns of the candidates, the most useful first.
    person_m_before, person_m : float
        Sum over all people of the walk to the nearest facility, metres, before and after.
    saved_person_m : (k,) float array
        What each further site takes off that sum, in the order of `chosen`.
    bound_person_m : float
        No choice of as many sites gets the sum below this.
    gap : float
        ``(person_m - bound_person_m) / person_m``; 0 means proven best.
    """

    chosen: IntArray
    person_m_before: float
    person_m: float
    saved_person_m: FloatArray
    bound_person_m: float
    gap: float


def p_median(
    walk_m: FloatArray,
    current_m: FloatArray,
    people: FloatArray,
    count: int,
    *,
    bound_rounds: int = 40,
) -> Median:
    """Return `count` sites by greedy choice and interchange, with a proven gap.

    Parameters
    ----------
    walk_m : (n, m) float array
        Metres between each demand point and each candidate, finite.
    current_m : (n,) float array
        Metres to the nearest facility that exists, finite.
    people : (n,) float array
    count : int
    bound_rounds : int
        Subgradient steps spent on the bound; more is tighter.

    Returns
    -------
    Median
    """
    chosen = _interchange(walk_m, current_m, people, _greedy(walk_m, current_m, people, count))
    order, saved = _by_saving(walk_m, current_m, people, chosen)
    before = float(people @ current_m)
    after = before - float(saved.sum())
    bound = min(after, _lagrangian(walk_m, current_m, people, count, after, bound_rounds))
    return Median(
        chosen=order,
        person_m_before=before,
        person_m=after,
        saved_person_m=saved,
        bound_person_m=bound,
        gap=(after - bound) / after if after > 0 else 0.0,
    )


def _savings(walk_m: FloatArray, current_m: FloatArray, people: FloatArray) -> FloatArray:
    """Return (m,) what each candidate alone would take off the sum."""
    return np.asarray(people @ np.maximum(current_m[:, np.newaxis] - walk_m, 0.0))


def _greedy(walk_m: FloatArray, current_m: FloatArray, people: FloatArray, count: int) -> list[int]:
    chosen: list[int] = []
    best_m = current_m
    for _ in range(min(count, walk_m.shape[1])):
        savings = _savings(walk_m, best_m, people)
        pick = int(np.argmax(savings))
        if savings[pick] <= 0:
            break
        chosen.append(pick)
        best_m = np.minimum(best_m, walk_m[:, pick])
    return chosen


def _interchange(
    walk_m: FloatArray, current_m: FloatArray, people: FloatArray, chosen: list[int]
) -> list[int]:
    """Swap one chosen site for a better one until no swap helps."""
    improved = True
    while improved:
        improved = False
        for position in range(len(chosen)):
            rest = chosen[:position] + chosen[position + 1 :]
            without_m = np.minimum(current_m, walk_m[:, rest].min(axis=1, initial=np.inf))
            savings = _savings(walk_m, without_m, people)
            pick = int(np.argmax(savings))
            # Strictly better by more than rounding, so that the loop must end.
            if savings[pick] > savings[chosen[position]] * (1 + 1e-12):
                chosen = [*rest[:position], pick, *rest[position:]]
                improved = True
    return chosen


def _by_saving(
    walk_m: FloatArray, current_m: FloatArray, people: FloatArray, chosen: list[int]
) -> tuple[IntArray, FloatArray]:
    columns = np.array(chosen, dtype=np.int64)
    order = _greedy(walk_m[:, columns], current_m, people, len(chosen))
    saved = []
    best_m = current_m
    for position in order:
        nearer_m = np.minimum(best_m, walk_m[:, columns[position]])
        saved.append(float(people @ (best_m - nearer_m)))
        best_m = nearer_m
    return columns[order], np.array(saved)


def _lagrangian(
    walk_m: FloatArray,
    current_m: FloatArray,
    people: FloatArray,
    count: int,
    target: float,
    rounds: int,
) -> float:
    """Return the best lower bound that `rounds` subgradient steps find."""
    # Single precision halves the time; the bound is loosened by more than it can err.
    cost = (people[:, np.newaxis] * walk_m).astype(np.float32)
    stay = people * current_m
    price = np.minimum(stay, cost.min(axis=1)) if cost.size else stay.copy()
    best, step, idle = -np.inf, 1.0, 0
    for _ in range(rounds):
        reduced = np.minimum(cost - price.astype(np.float32)[:, np.newaxis], 0.0).sum(
            axis=0, dtype=np.float64
        )
        open_sites = np.argsort(reduced)[:count]
        open_sites = open_sites[reduced[open_sites] < 0]
        staying = stay < price
        value = float(price.sum() + np.minimum(stay - price, 0.0).sum() + reduced[open_sites].sum())
        if value > best:
            best, idle = value, 0
        else:
            idle += 1
            if idle == 8:
                step, idle = step / 2, 0
        served = (cost[:, open_sites] < price[:, np.newaxis]).sum(axis=1) + staying
        slope = 1.0 - served
        # Not "slope @ slope": BLAS would start its threads, which costs more than the sum.
        norm = float(np.square(slope).sum())
        if norm == 0 or best >= target:
            break
        price = price + step * max(target * 1.0001 - value, 0.0) / norm * slope
    return best * (1 - 1e-6)
