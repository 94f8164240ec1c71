"""Sites that gain the same: preferred in the written order, and counted as brute force counts."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from locator.analysis.siting.benefit_matrix import BenefitMatrix
from locator.analysis.siting.capacitated import Loads
from locator.analysis.siting.mclp import gains_of
from locator.analysis.siting.ties import Beside, preferred, ties

# Six houses of ten people; every site can take ten and so gains ten. At 60 m a minute:
#   site   reaches (metres)             mean walk   beyond its ten   short of places
#   0      houses 0 (300) and 3 (600)   5 min       10               10
#   1      house 1 (170)                3 min       0                10
#   2      houses 2 (190) and 3 (600)   3 min       10               0
#   3      houses 4 (170) and 3 (600)   3 min       10               3
#   4      houses 5 (175) and 3 (600)   3 min       10               3
WALK_M = np.zeros((6, 5))
for house, site, metres in (
    *((0, 0, 300), (1, 1, 170), (2, 2, 190), (4, 3, 170), (5, 4, 175)),
    *((3, 0, 600), (3, 2, 600), (3, 3, 600), (3, 4, 600)),
):
    WALK_M[house, site] = metres
WALKS = sparse.csc_array(WALK_M)
PEOPLE = np.full(6, 10.0)
SHORT = np.array([10.0, 10, 0, 0, 3, 3])


def beside(*, short: np.ndarray = SHORT) -> Beside:
    return Beside(WALKS, short, 60.0, 10.0)


@pytest.mark.parametrize(
    ("sites", "best", "why"),
    [
        ([0, 1], 1, "three minutes are shorter than five, whoever is beyond"),
        ([1, 2], 2, "as many minutes, and ten people more within reach"),
        ([2, 3], 3, "as many people, and three of them short of places"),
        ([4, 3], 3, "all the same, and ten seconds less"),
        ([0, 1, 2, 3, 4], 3, "all at once"),
    ],
)
def test_among_equals_the_written_order_decides(sites: list[int], best: int, why: str) -> None:
    assert beside().best(np.array(sites), PEOPLE) == best, why


def test_people_who_are_served_already_have_no_say() -> None:
    left = PEOPLE.copy()
    left[3] = 0.0  # now nobody is left beyond what the sites can take
    short = np.array([0.0, 5, 0, 0, 0, 0])
    assert beside(short=short).best(np.array([2, 1]), left) == 1


def test_each_place_of_a_choice_goes_to_the_best_of_those_equal_in_it() -> None:
    loads = Loads.of(WALKS, PEOPLE, 10)
    assert ties(loads, [0]).tolist() == [4]
    assert preferred(loads, [0], beside()) == [3]
    # Sites 0 and 1 take ten each; so would any two. 3 is the best for the first place; then house
    # 3, which 3 does not serve, still waits, and 4 is the best of the rest.
    assert preferred(loads, [0, 1], beside()) == [3, 4]
    assert ties(loads, [3, 4]).tolist() == [3, 3]


def test_a_site_whose_people_another_one_may_serve_ties_with_itself_at_least() -> None:
    # The first site reaches both houses, the others one each; with any two of them all are served.
    # Whichever house the first is sent to, one of the others seems to have nothing left to add.
    loads = Loads.of(sparse.csc_array(np.array([[1.0, 2, 0], [1, 0, 2]])), np.full(2, 10.0), 10)
    for other in (1, 2):
        assert loads.total([0, other]) == 20
        assert set(ties(loads, [0, other]).tolist()) <= {0, 1}


def test_a_choice_that_nothing_equals_stays() -> None:
    gains = gains_of(WALKS, np.array([1.0, 2, 3, 4, 5, 7]))
    assert ties(gains, [4]).tolist() == [0]
    assert preferred(gains, [4], beside()) == [4]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([8.0, 30.0, np.inf]))
def test_ties_are_the_choices_one_site_away_that_gain_as_much(seed: int, room: float) -> None:
    """For each place of a choice, every other site is tried in it."""
    rng = np.random.default_rng(seed)
    walks = sparse.csc_array(np.where(rng.random((10, 8)) < 0.3, rng.uniform(1, 900, (10, 8)), 0))
    people = rng.integers(1, 6, 10).astype(float)
    table: Loads | BenefitMatrix = (
        gains_of(walks, people) if np.isinf(room) else Loads.of(walks, people, room)
    )
    chosen = max(combinations(range(8), 2), key=lambda pair: table.total(list(pair)))
    total = table.total(list(chosen))
    expected = [
        sum(
            abs(table.total([other, kept]) - total) < 1e-6
            for other in range(8)
            if other not in chosen
        )
        for kept in chosen[::-1]
    ]
    found = ties(table, list(chosen)).tolist()
    if np.isinf(room):
        assert found == expected
    else:  # who would first have to be sent elsewhere may be missed
        assert all(some <= every for some, every in zip(found, expected, strict=True))
        everyone = Loads.of(walks, people, 1e9)
        assert ties(everyone, [0]).tolist() == ties(gains_of(walks, people), [0]).tolist()
    better = preferred(table, list(chosen), Beside(walks, np.zeros(10), 60.0, room))
    assert table.total(better) == pytest.approx(total)
    assert len(set(better)) == 2
