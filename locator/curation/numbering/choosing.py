"""Learn what the evidence is worth from known addresses, and go round until neighbours agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from locator.base.geo import FloatArray, IntArray
from locator.curation.numbering.evidence import evidence
from locator.curation.numbering.material import Progress
from locator.curation.numbering.pairs import Pairs, Setting, first_pairs, more_pairs

ROUNDS = 5
"""Rounds of weighing; each sees what the one before believed of the neighbours."""

WIDENED = (1, 2, 3)
"""Rounds before which more streets are considered."""

FALL_M = 8.0
"""At first a street this much further away than the nearest is believed a third."""

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Belief:
    """How likely each pair is.

    Attributes
    ----------
    pairs : Pairs
    weight : (p,) float array
        Sums to 1 over the pairs of a point.
    worth : tuple of (f,) float arrays
        What the evidence was worth in each round.
    """

    pairs: Pairs
    weight: FloatArray
    worth: tuple[FloatArray, ...]


def believe(
    setting: Setting,
    *,
    learn_from: BoolArray | None = None,
    worth: Sequence[FloatArray] = (),
    progress: Progress,
) -> Belief:
    """Return how likely each street is for each point.

    Parameters
    ----------
    setting : Setting
    learn_from : (n,) bool array, optional
        Points with a known street that is not given here, which the worth of the evidence is
        learnt from (a conditional logit in each round).
    worth : sequence of (f,) float arrays
        What it is worth, learnt before; used where `learn_from` is None.
    progress : callable

    Returns
    -------
    Belief
    """
    known = setting.material.known
    pairs = first_pairs(setting)
    gap = pairs.away_m - pairs.nearest_m
    weight = _given(setting, pairs, _shares(pairs, -gap / FALL_M - 3.0 * pairs.by_houses))
    learnt: list[FloatArray] = []
    for turn in range(ROUNDS):
        progress("assign", turn, ROUNDS)
        if turn in WIDENED:
            wider = more_pairs(setting, pairs, weight)
            row, there = pairs.find(wider.point, wider.street)
            pairs, weight = wider, _given(setting, wider, np.where(there, weight[row], 0.0))
        seen = evidence(setting, pairs, weight)
        right = pairs.street == known[pairs.point]
        if learn_from is None:
            learnt.append(np.asarray(worth[turn]))
        else:
            learnt.append(_learnt(pairs, seen, right, learn_from))
        raw = _shares(pairs, seen @ learnt[-1])
        weight = _given(setting, pairs, raw)
    progress("assign", ROUNDS, ROUNDS)
    return Belief(pairs, weight, tuple(learnt))


def _shares(pairs: Pairs, scores: FloatArray) -> FloatArray:
    """Return the scores as shares of each point (softmax)."""
    raised = np.exp(scores - pairs.of_each_point(scores, np.maximum))
    return np.asarray(raised / pairs.of_each_point(raised, np.add))


def _given(setting: Setting, pairs: Pairs, weight: FloatArray) -> FloatArray:
    given = setting.given[pairs.point]
    right = pairs.street == setting.material.known[pairs.point]
    return np.where(given, right.astype(np.float64), weight)


def _learnt(pairs: Pairs, seen: FloatArray, right: BoolArray, learn_from: BoolArray) -> FloatArray:
    """Return the worth of the evidence under which the known streets are likeliest."""
    has_right = np.zeros(len(learn_from), dtype=bool)
    has_right[pairs.point[right]] = True
    rows = np.flatnonzero((learn_from & has_right)[pairs.point])
    scale = seen.std(axis=0) + 1e-9
    facts, answer = (seen / scale)[rows], right[rows]
    start: IntArray = np.flatnonzero(np.r_[True, np.diff(pairs.point[rows]) != 0])
    count = np.diff(np.r_[start, len(rows)])

    def loss(worth: FloatArray) -> tuple[float, FloatArray]:
        scores = facts @ worth
        raised = np.exp(scores - np.repeat(np.maximum.reduceat(scores, start), count))
        share = raised / np.repeat(np.add.reduceat(raised, start), count)
        missed = facts[answer].sum(axis=0) - (share[:, None] * facts).sum(axis=0)
        size = -np.log(share[answer] + 1e-12).sum() + 0.5 * (worth**2).sum()
        return float(size), worth - missed

    found = minimize(loss, np.zeros(seen.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x / scale)
