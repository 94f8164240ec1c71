"""Inequality, by hand and against the definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.equity import equity
from locator.analysis.access.inequality import gini
from locator.city.model import City
from locator.walking.estimate import EstimateModel
from locator.walking.walkable_city import walkable


def test_equal_walks_have_no_inequality_and_one_who_walks_it_all_has_nearly_one() -> None:
    assert gini(np.full(5, 300.0), np.ones(5)) == pytest.approx(0)
    assert gini(np.array([0.0, 0, 0, 600]), np.ones(4)) == pytest.approx(0.75)
    assert np.isnan(gini(np.array([]), np.array([])))


@given(st.lists(st.tuples(st.floats(0.1, 1e4), st.floats(0.1, 100)), min_size=1, max_size=20))
def test_gini_is_half_the_relative_mean_difference(pairs: list[tuple[float, float]]) -> None:
    values, weights = np.array(pairs).T
    share = weights / weights.sum()
    difference = (np.abs(values[:, None] - values) * share[:, None] * share).sum()
    assert gini(values, weights) == pytest.approx(difference / 2 / (values @ share), abs=1e-9)


def test_the_worst_district_is_the_one_with_most_beyond_the_standard(tiny: City) -> None:
    walkable_city = walkable(tiny, EstimateModel.from_city(tiny))
    found = coverage(walkable_city, CoverageQuery("nurseries", group="all"))
    said = equity(found, tiny.demand.people["all"])
    assert found.districts.loc[said.worst_district, "beyond"] == found.districts["beyond"].max()
    assert found.districts.loc[said.best_district, "beyond"] == found.districts["beyond"].min()
    assert 0 < said.gini < 1
