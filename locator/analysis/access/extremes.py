"""Find which facilities would be missed most, or least, if so many of them were not there.

Whoever says that eleven of sixty are new, and not which, leaves a range: from the eleven that
would be missed least to those missed most. Both are small integer programmes, solved to the end.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from locator.base.geo import Flags, FloatArray


def most_lost(covers: Flags, people: FloatArray, count: int) -> Flags:
    """Return the demand points that lose their last facility if the worst `count` go.

    Parameters
    ----------
    covers : (n, m) bool array
        Which facilities serve a point; a point that none serves cannot lose any.
    people : (n,) float array
    count : int
        At most so many of the m go.

    Returns
    -------
    (n,) bool array
    """
    patterns, weight, some = _patterns(covers, people)
    few = patterns.sum(axis=1) <= count
    gone = np.zeros(covers.shape[1], dtype=np.bool_)
    at_stake = np.logical_or.reduce(patterns[few], axis=0)
    if at_stake.sum() <= count:
        gone = at_stake
    elif count:
        gone = _solved(patterns[few], -weight[few], count, least=False)
    return _lost(covers, some, gone)


def least_lost(covers: Flags, people: FloatArray, count: int) -> Flags:
    """Return the demand points that lose their last facility if exactly `count` go, at best.

    Parameters
    ----------
    covers, people
        As in `most_lost`.
    count : int
        At most m.

    Returns
    -------
    (n,) bool array
    """
    patterns, weight, some = _patterns(covers, people)
    gone = np.zeros(covers.shape[1], dtype=np.bool_)
    if count:
        gone = _solved(patterns, weight, count, least=True)
    return _lost(covers, some, gone)


def _patterns(covers: Flags, people: FloatArray) -> tuple[Flags, FloatArray, npt.NDArray[np.intp]]:
    """Return each set of facilities that serves somebody, its people, and the points of those."""
    some = np.flatnonzero((people > 0) & covers.any(axis=1))
    packed, which = np.unique(np.packbits(covers[some], axis=1), axis=0, return_inverse=True)
    patterns = np.unpackbits(packed, axis=1, count=covers.shape[1]).astype(np.bool_)
    weight = np.bincount(which.ravel(), weights=people[some], minlength=len(patterns))
    return patterns, weight.astype(np.float64), some


def _lost(covers: Flags, some: npt.NDArray[np.intp], gone: Flags) -> Flags:
    lost = np.zeros(len(covers), dtype=np.bool_)
    lost[some] = ~np.logical_or.reduce(covers[some][:, ~gone], axis=1)
    return lost


def _solved(patterns: Flags, cost: FloatArray, count: int, *, least: bool) -> Flags:
    """Return which facilities go: columns of the programme are they, then the patterns lost."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    p, m = patterns.shape
    if least:  # a pattern is lost as soon as all of it goes
        rows = sparse.hstack([sparse.csr_array(patterns.astype(float)), -sparse.eye_array(p)])
        lost = LinearConstraint(sparse.csr_array(rows), ub=patterns.sum(axis=1) - 1.0)
    else:  # a pattern can be lost only if all of it goes
        row, facility = np.nonzero(patterns)
        pairs = np.arange(len(row))
        ones = np.ones(len(row))
        rows = sparse.csr_array(
            (
                np.concatenate([ones, -ones]),
                (np.tile(pairs, 2), np.concatenate([m + row, facility])),
            ),
            shape=(len(row), m + p),
        )
        lost = LinearConstraint(rows, ub=0.0)
    chosen = np.concatenate([np.ones(m), np.zeros(p)])
    result = milp(
        np.concatenate([np.zeros(m), cost]),
        constraints=[
            lost,
            LinearConstraint(chosen[np.newaxis, :], lb=count if least else 0, ub=count),
        ],
        integrality=chosen,
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    assert result.x is not None, result.message
    gone: Flags = result.x[:m] > 0.5
    return gone
