"""Palma, Theil and concentration: by hand, against their definitions, and at their edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator.analysis.access.inequality import (
    concentration_index,
    gini,
    inequality,
    palma,
    theil,
)

ONES = np.ones(10)
PLACES = np.arange(10)
NOBODY = np.array([])

WALK_S = st.one_of(st.just(0.0), st.floats(1e-3, 1e4))
PEOPLE = st.lists(st.tuples(WALK_S, st.floats(0.1, 100)), min_size=1, max_size=20)


def test_who_all_walk_alike_are_equal_by_every_measure() -> None:
    found = inequality(np.full(10, 300.0), ONES, PLACES)
    assert (found.gini, found.theil, found.concentration) == pytest.approx((0, 0, 0), abs=1e-12)
    assert found.palma == pytest.approx(0.25)


def test_palma_sets_the_longest_tenth_against_the_shortest_four() -> None:
    # 1 to 10 minutes: the tenth walks 10, the four tenths 1 + 2 + 3 + 4.
    assert palma(np.arange(1.0, 11), ONES) == pytest.approx(1.0)
    assert palma(np.arange(10.0, 0, -1), ONES) == pytest.approx(1.0)
    # Two of five people walk 1, two 2, one 7: half of the last is the tenth, 3.5 to 2.
    assert palma(np.array([1.0, 1, 2, 2, 7]), np.ones(5)) == pytest.approx(3.5 / 2)


def test_theil_by_hand() -> None:
    # One walks 1, one 3: (0.5 ln 0.5 + 1.5 ln 1.5) / 2.
    assert theil(np.array([1.0, 3]), np.ones(2)) == pytest.approx(
        (0.5 * np.log(0.5) + 1.5 * np.log(1.5)) / 2
    )
    # One of four walks it all: the logarithm of four; who walks nothing adds nothing.
    assert theil(np.array([0.0, 0, 0, 9]), np.ones(4)) == pytest.approx(np.log(4))
    assert theil(np.array([0.0, 9]), np.array([3.0, 1])) == pytest.approx(np.log(4))


def test_concentration_by_hand() -> None:
    # Ranks 1/4 and 3/4, all at the last place: 2 * 3/4 - 1.
    values = np.array([0.0, 8])
    assert concentration_index(values, np.ones(2), np.array([0, 1])) == pytest.approx(0.5)
    assert concentration_index(values, np.ones(2), np.array([1, 0])) == pytest.approx(-0.5)
    # Who stands at one place shares its rank, however unequal they are.
    assert concentration_index(values, np.ones(2), np.array([0, 0])) == pytest.approx(0)
    # Three of four people at the first place have a rank of 3/8, the fourth has 7/8.
    assert concentration_index(values, np.array([3.0, 1]), np.array([0, 1])) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("values", "weights"),
    [(NOBODY, NOBODY), (np.zeros(3), np.ones(3)), (np.ones(3), np.zeros(3))],
    ids=["nobody is reached", "nobody walks", "nobody lives there"],
)
def test_without_walks_or_people_there_is_no_number(
    values: np.ndarray, weights: np.ndarray
) -> None:
    found = inequality(values, weights, np.arange(len(values)))
    assert np.isnan([found.gini, found.palma, found.theil, found.concentration]).all()


def test_where_four_tenths_walk_nothing_palma_has_no_number() -> None:
    values = np.array([0.0, 0, 1, 1])
    assert np.isnan(palma(values, np.ones(4)))
    assert theil(values, np.ones(4)) == pytest.approx(np.log(2))


@given(PEOPLE)
def test_the_measures_are_those_of_their_definitions(pairs: list[tuple[float, float]]) -> None:
    values, weights = np.array(pairs).T
    amount = values @ weights
    if not amount > 1e-6:
        return
    place = np.arange(len(values))
    share = weights / weights.sum()
    mean = values @ share
    rank = np.cumsum(share) - share / 2
    covariance = ((values - mean) * (rank - rank @ share)) @ share
    found = inequality(values, weights, place)
    assert found.concentration == pytest.approx(2 * covariance / mean, abs=1e-9)
    assert found.gini == pytest.approx(gini(values, weights))
    # Ranked by themselves they are as concentrated as they are unequal.
    own = np.empty(len(values), dtype=np.int64)
    own[np.argsort(values, kind="stable")] = place
    assert concentration_index(values, weights, own) == pytest.approx(found.gini, abs=1e-9)
    positive = values[values > 0] / mean
    assert found.theil == pytest.approx(
        float((share[values > 0] * positive) @ np.log(positive)), abs=1e-9
    )


@given(PEOPLE, st.floats(0.1, 10), st.integers(1, 5))
def test_neither_the_unit_nor_the_number_of_people_matters(
    pairs: list[tuple[float, float]], unit: float, times: int
) -> None:
    values, weights = np.array(pairs).T
    if not values @ weights > 1e-6:
        return
    place = np.arange(len(values))
    one = inequality(values, weights, place)
    other = inequality(
        np.tile(values, times) * unit, np.tile(weights, times), np.tile(place, times)
    )
    for name in ("gini", "theil", "concentration", "palma"):
        assert getattr(other, name) == pytest.approx(
            getattr(one, name), rel=1e-6, abs=1e-9, nan_ok=True
        )
