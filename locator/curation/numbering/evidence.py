"""Weigh each pair of a house and a street by what the houses round it say."""

from __future__ import annotations

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.curation.numbering.pairs import REACH_M, Pairs, Setting

NEAR_M = 60.0
"""Distance along a street at which another house counts a third."""

FEW_NUMBERS = 3.0
"""Difference of numbers at which another house counts a third."""

NO_ORDER = 2.5
"""Stands for the departure from the order of numbers where there is no order to depart from."""


def evidence(setting: Setting, pairs: Pairs, weight: FloatArray) -> FloatArray:
    """Return the (p, f) features of the pairs, `weight` saying what is believed so far.

    Of a house itself nothing is used but its place and number: what is believed of it does not
    speak for it.

    Parameters
    ----------
    setting : Setting
    pairs : Pairs
    weight : (p,) float array
        How likely each pair is, 0 to 1; 1 and 0 where the address is given.
    """
    street = _along_streets(setting, pairs, weight)
    around = _around(setting, pairs, weight)
    beside = _beside(setting, pairs, weight)
    course = ~pairs.by_houses
    gap = pairs.away_m - pairs.nearest_m
    nearest = (gap <= 0.01) & course
    far = (pairs.away_m > REACH_M) & course
    side, order, support, twice, close, beyond = street.T
    letters, next_to, after = around.T
    return np.column_stack(
        [
            np.minimum(gap, 100) / 10 * course,
            np.log1p(pairs.away_m) * course,
            nearest,
            pairs.crossed,
            side,
            order * course,
            support * course,
            twice,
            close * course,
            beyond,
            beside,
            pairs.by_houses,
            pairs.by_houses * pairs.away_m / 50,
            pairs.by_houses * close,
            pairs.by_houses * support,
            twice * nearest,
            (gap > 25) & course,
            (pairs.crossed > 0) * close,
            support * (order < 1) * course,
            letters,
            next_to,
            after,
            far,
            far * pairs.away_m / 100,
            letters * far,
            next_to * far,
            twice * close,
            beside * twice,
            (pairs.crossed > 0) * letters,
            side * support,
            pairs.by_houses * next_to,
            pairs.by_houses * letters,
        ]
    ).astype(np.float64)


def _along_streets(setting: Setting, pairs: Pairs, weight: FloatArray) -> FloatArray:
    """Return (p, 6): side, order, support, number twice, close numbers, beyond the last."""
    found = np.zeros((len(pairs.code), 6))
    for rows in pairs.of_streets():
        found[rows] = _along(setting, pairs, weight, rows)
    return found


def _along(setting: Setting, pairs: Pairs, weight: FloatArray, rows: IntArray) -> FloatArray:
    m, point = setting.material, pairs.point[rows]
    foot, along, base = pairs.foot[rows], pairs.along[rows], m.base[point]
    apart = foot[:, None] - foot[None]
    away = np.hypot(apart[..., 0], apart[..., 1])
    others = np.broadcast_to(weight[rows], away.shape).copy()
    np.fill_diagonal(others, 0)
    same = m.key[point][:, None] == m.key[point][None]
    numbers = np.abs(base[:, None] - base[None])
    near = others * np.exp(-away / NEAR_M)
    support = near.sum(axis=1)
    twice = (others * same).max(axis=1)
    close = (others * np.exp(-numbers / FEW_NUMBERS) * np.exp(-away / 40) * ~same).sum(axis=1)
    last = np.where(others > 0.6, base[None], 0).max(axis=1)
    beyond = np.where(last > 0, np.log1p(np.maximum(base - last, 0)), 1)
    side, order = np.zeros(len(rows)), np.full(len(rows), NO_ORDER)
    if not pairs.by_houses[rows[0]]:
        off = m.xy[point] - foot
        side = _side(near, support, along, off, base)
        order = _order(near, support, along, apart, base)
    return np.column_stack([side, order, np.log1p(support), twice, np.minimum(close, 2), beyond])


def _side(
    near: FloatArray, support: FloatArray, along: FloatArray, off: FloatArray, base: FloatArray
) -> FloatArray:
    """Return, -1 to 1, how well odd and even sides are kept."""
    left = along[:, :1] * off[None, :, 1] - along[:, 1:] * off[None, :, 0]
    own = along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0]
    same_side = left * own[:, None] > 0
    same_parity = base[:, None] % 2 == base[None] % 2
    agree = np.where(same_side == same_parity, 1, -1)
    return np.asarray((near * agree).sum(axis=1) / (support + 0.5))


def _order(
    near: FloatArray, support: FloatArray, along: FloatArray, apart: FloatArray, base: FloatArray
) -> FloatArray:
    """Return how far a number departs from the line through its neighbours' (log of 1 + n)."""
    on = -(apart[..., 0] * along[:, :1] + apart[..., 1] * along[:, 1:])
    whole = support + 1e-9
    middle, mean = (near * on).sum(axis=1) / whole, (near * base[None]).sum(axis=1) / whole
    from_middle = on - middle[:, None]
    slope = (near * from_middle * (base[None] - mean[:, None])).sum(axis=1)
    slope /= (near * from_middle**2).sum(axis=1) + 300
    departure = np.log1p(np.abs(base - mean + slope * middle))
    return np.where(support > 0.3, departure, NO_ORDER)


def _around(setting: Setting, pairs: Pairs, weight: FloatArray) -> FloatArray:
    """Return (p, 3): near houses of the same number and other letter, of the next, of later ones.

    Measured from house to house, which holds in yards and estates where no street runs.
    """
    m = setting.material
    point, other, away = setting.neighbours
    first = np.zeros(len(m.xy), dtype=np.int64)
    many = np.zeros(len(m.xy), dtype=np.int64)
    first[pairs.point[pairs.starts]], many[pairs.point[pairs.starts]] = pairs.starts, pairs.counts
    times = many[point]
    before = np.repeat(np.cumsum(times) - times, times)
    rows = np.repeat(first[point], times) + np.arange(times.sum()) - before
    found, there = pairs.find(np.repeat(other, times), pairs.street[rows])
    counts = np.where(there, weight[found], 0) * np.repeat(np.exp(-away / 50), times)
    numbers = np.abs(m.base[point] - m.base[other])
    same = m.key[point] == m.key[other]
    kinds = (~same & (numbers == 0), (numbers > 0) & (numbers <= 2), numbers > 2)
    size = len(pairs.code)
    sums = [np.bincount(rows, counts * np.repeat(kind, times), size) for kind in kinds]
    return np.minimum(np.column_stack(sums), 2.5)


def _beside(setting: Setting, pairs: Pairs, weight: FloatArray) -> FloatArray:
    """Return (p,) how many of the six nearest houses are of that street."""
    away, near = setting.nearest
    found = np.zeros(len(pairs.code))
    for column in range(near.shape[1]):
        row, there = pairs.find(near[pairs.point, column], pairs.street)
        found += np.where(there, weight[row], 0) * np.exp(-away[pairs.point, column] / 40)
    return found
