"""E2SFCA on a toy city worked out by hand, against PySAL access, and conservation of supply."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from locator.analysis.access.e2sfca import STEPS, e2sfca, step_weights


def matrix(walk_s: list[list[float]]) -> sparse.csc_array:
    return sparse.csc_array(np.array(walk_s, dtype=float))


# Two demand points (100 and 50 people) and two facilities (10 and 6 places).
#   walk:   A is 5 min from the first point and 15 min from the second,
#           B is 25 min from the first point and 10 min from the second.
#   A: 100 x 1.00 + 50 x 0.68 = 134 weighted people, 10/134 places each
#   B: 100 x 0.22 + 50 x 1.00 =  72 weighted people,  6/72  places each
WALK_S = [[300.0, 1500.0], [900.0, 600.0]]
PEOPLE = np.array([100.0, 50.0])
PLACES = np.array([10.0, 6.0])


def test_toy_city_equals_what_is_worked_out_by_hand() -> None:
    result = e2sfca(matrix(WALK_S), PEOPLE, PLACES)
    np.testing.assert_allclose(result.per_facility, [10 / 134, 6 / 72])
    np.testing.assert_allclose(
        result.per_person,
        [10 / 134 + 0.22 * 6 / 72, 0.68 * 10 / 134 + 6 / 72],
    )
    assert result.stranded_places == 0


def test_the_bounds_of_a_step_belong_to_it() -> None:
    weights = step_weights(matrix([[600.0, 600.1, 1200.0, 1800.0, 1800.1]]))
    assert weights.toarray().tolist() == [[1.0, 0.68, 0.68, 0.22, 0.0]]


def test_a_facility_that_nobody_reaches_strands_its_places() -> None:
    result = e2sfca(matrix([[300.0, 3000.0], [900.0, 0.0]]), PEOPLE, PLACES)
    assert np.isnan(result.per_facility[1])
    assert result.stranded_places == 6
    assert PEOPLE @ result.per_person == pytest.approx(10)


walks = st.lists(st.lists(st.floats(1, 2400), min_size=3, max_size=3), min_size=1, max_size=12)


@given(walks, st.integers(0, 2**32 - 1))
def test_supply_is_conserved(walk_s: list[list[float]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = rng.uniform(1, 500, len(walk_s))
    places = rng.integers(0, 150, 3).astype(float)
    result = e2sfca(matrix(walk_s), people, places)
    assert people @ result.per_person + result.stranded_places == pytest.approx(places.sum())


def test_equals_pysal_access_on_the_same_input() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own deprecations are not ours to fix
        access = pytest.importorskip("access", reason="PySAL access is a test dependency")
        from access import weights as access_weights

    rng = np.random.default_rng(7)
    minutes = rng.uniform(1, 45, size=(40, 9))
    people = rng.integers(5, 300, 40).astype(float)
    places = rng.integers(5, 160, 9).astype(float)
    costs = pd.DataFrame(
        [{"origin": i, "dest": j, "cost": minutes[i, j]} for i in range(40) for j in range(9)]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = access.Access(
            demand_df=pd.DataFrame({"id": range(40), "people": people}),
            demand_index="id",
            demand_value="people",
            supply_df=pd.DataFrame({"id": range(9), "places": places}),
            supply_index="id",
            supply_value="places",
            cost_df=costs,
            cost_origin="origin",
            cost_dest="dest",
            cost_name="cost",
            neighbor_cost_df=costs,
            neighbor_cost_origin="origin",
            neighbor_cost_dest="dest",
            neighbor_cost_name="cost",
        ).enhanced_two_stage_fca(
            name="e2sfca",
            cost="cost",
            max_cost=30,
            weight_fn=access_weights.step_fn({s / 60: w for s, w in STEPS}),
        )["e2sfca_places"]
    ours = e2sfca(matrix((minutes * 60).tolist()), people, places).per_person
    theirs = theirs.reindex(range(40)).fillna(0.0).to_numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-9, rtol=0)
