"""Score names against the words of a query, all names at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from locator.base.geo import FloatArray, IntArray

NAME_SHARE = 0.18
"""Share of the score that depends on how much of the name was asked for."""

MAX_WORDS = 12
"""Words of a query that are looked at."""


@dataclass(frozen=True)
class Matcher:
    """Names made ready for matching: n names of at most t words from v different ones.

    Attributes
    ----------
    words : (v,) array of str
    lengths : (v,) int array
    weights : (v,) float array
        How telling a word is: rare ones more than common ones.
    names : (n, t) int array
        Words of each name; `v` where a name has fewer.
    shares : (n, t) float array
        Weight of each word in its name, summing to 1.
    """

    words: npt.NDArray[np.str_]
    lengths: IntArray
    weights: FloatArray
    names: IntArray
    shares: FloatArray

    def scores(
        self, query: Sequence[str], similar_to: Mapping[str, FloatArray] | None = None
    ) -> FloatArray:
        """Return (n,) scores from 0 to 100 of all names for the words of a query.

        `similar_to` is the answer of `similarities` for these words, where it is at hand.

        A score is the weighted mean, over the words of the query, of the best similarity to a
        word of the name, times `1 - NAME_SHARE` plus `NAME_SHARE` of how much of the name was
        asked for. So "Dietla" finds "Józefa Dietla", but "Dietla" itself would come first.
        """
        asked = list(query)[:MAX_WORDS]
        if not asked or not len(self.words):
            return np.zeros(len(self.names))
        rows = similar_to if similar_to is not None else self.similarities(asked)
        similar = np.array([rows[word] for word in asked])
        scores = np.zeros(len(self.names))
        rows_at = self._names_with(np.flatnonzero(similar[:, :-1].any(axis=0)))
        # Only names with a word that is like one of the query: few of many thousands.
        per_name = similar[:, self.names[rows_at]]  # (words of the query, names, their words)
        known = similar[:, :-1].max(axis=1) > 0
        best_word = similar[:, :-1].argmax(axis=1)
        weights = np.where(known, self.weights[best_word], self.weights.max())
        found = weights @ per_name.max(axis=2) / weights.sum()
        named = (per_name.max(axis=0) * self.shares[rows_at]).sum(axis=1)
        scores[rows_at] = 100 * found * (1 - NAME_SHARE + NAME_SHARE * named)
        return scores

    @cached_property
    def _holders(self) -> tuple[IntArray, IntArray]:
        """Where the names of each word begin, and the names, word after word."""
        row, place = np.nonzero(self.names < len(self.words))
        word = self.names[row, place]
        order = np.argsort(word, kind="stable")
        return np.searchsorted(word[order], np.arange(len(self.words) + 1)), row[order]

    def _names_with(self, words: IntArray) -> IntArray:
        start, rows = self._holders
        parts = [rows[start[word] : start[word + 1]] for word in words]
        return np.unique(np.concatenate([*parts, np.empty(0, dtype=np.int64)]))

    def similarities(self, words: Iterable[str]) -> dict[str, FloatArray]:
        """Return, for each of `words`, (v + 1,) similarities to all words; 0 for the last."""
        asked = list(dict.fromkeys(words))
        if not asked or not len(self.words):
            return {word: np.zeros(1) for word in asked}
        edits: npt.NDArray[Any] = process.cdist(
            asked, self.words, scorer=OSA.distance, score_cutoff=3, dtype=np.int32
        )
        own = np.array([len(word) for word in asked])[:, None]
        shorter = np.minimum(own, self.lengths)
        allowed = np.select([shorter <= 3, shorter <= 5, shorter <= 9], [0, 1, 2], 3)
        digits = np.array([any(sign.isdigit() for sign in word) for word in asked])
        allowed[digits] = 0
        similar = np.where(edits <= allowed, 1 - edits / np.maximum(own, self.lengths), 0.0)
        for row, word in enumerate(asked):
            if digits[row]:
                continue
            begins = np.char.startswith(self.words, word)
            begun = 0.78 + 0.17 * len(word) / self.lengths if len(word) > 1 else 0.9
            similar[row] = np.where(begins, np.maximum(similar[row], begun), similar[row])
        padded = np.pad(similar, ((0, 0), (0, 1)))
        return dict(zip(asked, padded, strict=True))


def build_matcher(names: Sequence[Sequence[str]], leading: Sequence[float]) -> Matcher:
    """Return a matcher of `names`, each given as its words.

    Parameters
    ----------
    names : sequence of sequences of str
        Folded words; none of them empty.
    leading : sequence of float
        For each name, the weight of a word before the last against the last one: below 1 for
        people's first names, which are often left out.
    """
    counts = Counter(word for name in names for word in set(name))
    words = sorted(counts)
    position = {word: index for index, word in enumerate(words)}
    rarity = [1 + math.log((len(names) + 1) / counts[word]) for word in words]
    weights = [rarity[index] * (0.6 if len(word) < 4 else 1.0) for index, word in enumerate(words)]
    longest = max((len(name) for name in names), default=1)
    table = np.full((len(names), longest), len(words), dtype=np.int64)
    shares = np.zeros((len(names), longest))
    for row, (name, lead) in enumerate(zip(names, leading, strict=True)):
        table[row, : len(name)] = [position[word] for word in name]
        shares[row, : len(name)] = [lead] * (len(name) - 1) + [1.0]
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    return Matcher(
        words=np.array(words, dtype=np.str_),
        lengths=np.array([len(word) for word in words], dtype=np.int64),
        weights=np.array(weights),
        names=table,
        shares=shares,
    )
