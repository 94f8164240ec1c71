"""Where next, on the tiny city: worked out by hand or by going through every choice."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely

from locator.city import City
from locator.closing import best_move, least_missed
from locator.errors import InvalidParameterError, NotComputableError, NotFoundError
from locator.siting import SitingQuery, candidate_places, completed, walks_to, where_next
from locator.walking.estimate import EstimateModel
from locator.walking.walkable import WalkableCity, nearest_facilities, walkable


@pytest.fixture(scope="module")
def ground(tiny: City) -> WalkableCity:
    return walkable(tiny, EstimateModel.from_city(tiny))


ALL = SitingQuery(layer="nurseries", minutes=10, group="all")


def served(ground: WalkableCity, query: SitingQuery, columns: tuple[int, ...]) -> float:
    """The people within the standard of the existing facilities or the given candidates."""
    query = completed(ground, query)
    places = candidate_places(ground, query)
    walks = walks_to(ground, places, query).toarray()
    now_m, _ = nearest_facilities(ground, tuple(ground.usable_rows[query.layer].tolist()))
    inside = (now_m <= query.minutes * 60 * query.pace_m_s) | (walks[:, list(columns)] > 0).any(
        axis=1
    )
    return float(ground.city.demand.people["all"][inside].sum())


@pytest.mark.parametrize("count", [1, 2])
def test_exact_sites_equal_the_best_of_every_choice(ground: WalkableCity, count: int) -> None:
    query = replace(ALL, count=count, method="exact")
    answer = where_next(ground, query)
    before = served(ground, query, ())
    best = max(
        served(ground, query, choice) for choice in combinations(range(answer.candidates), count)
    )
    assert answer.sites["gained"].sum() == pytest.approx(best - before)
    assert answer.unserved_before == pytest.approx(answer.people - before)
    assert answer.gap == pytest.approx(0, abs=1e-6)


def test_a_site_is_a_named_place_of_the_city(ground: WalkableCity) -> None:
    sites = where_next(ground, replace(ALL, count=20)).sites
    assert set(sites["kind"]) <= {"address", "stop"}
    assert "Za Miastem" not in set(sites["name"]), "a stop outside the city is no candidate"
    assert (sites["gained"].diff().dropna() <= 1e-9).all(), "each further site gains no more"


def test_candidates_of_one_district_and_outside_a_forbidden_area(ground: WalkableCity) -> None:
    query = completed(ground, ALL)
    south = candidate_places(ground, replace(query, district=2))
    assert set(south["district"]) == {2}
    outline = ground.city.districts.geometry.loc[2]
    north = candidate_places(ground, replace(query, forbidden=outline))
    assert set(north["district"]) == {1}
    assert set(candidate_places(ground, replace(query, avoid=(2,)))["district"]) == {1}
    with pytest.raises(NotComputableError, match="No candidate"):
        candidate_places(ground, replace(query, district=1, avoid=(1,)))
    with pytest.raises(NotComputableError, match="No candidate"):
        candidate_places(ground, replace(query, forbidden=shapely.box(-180, -90, 180, 90)))


def test_planned_facilities_count_only_when_asked_for(ground: WalkableCity) -> None:
    without, counted = (
        where_next(ground, replace(ALL, minutes=20, with_planned=flag)).unserved_before
        for flag in (False, True)
    )
    assert counted < without


def test_p_median_shortens_the_walks(ground: WalkableCity) -> None:
    answer = where_next(ground, replace(ALL, objective="median", count=2))
    assert (answer.sites["gained"] > 0).all()
    assert 0 <= answer.gap < 0.5


def test_closing_loses_only_those_whom_nobody_else_serves(ground: WalkableCity) -> None:
    frame = least_missed(ground, ALL)
    rows = ground.usable_rows["nurseries"]
    people = ground.city.demand.people["all"]
    limit_m = 10 * 60 * ground.city.catalogue.layers["nurseries"].pace_m_s
    now_m, _ = nearest_facilities(ground, tuple(rows.tolist()))
    for row in rows.tolist():
        rest = tuple(other for other in rows.tolist() if other != row)
        then_m, _ = nearest_facilities(ground, rest)
        lost = people[(now_m <= limit_m) & (then_m > limit_m)].sum()
        assert frame.loc[ground.city.facilities.index[row], "lost"] == pytest.approx(lost)


def test_a_move_is_a_closing_and_the_best_opening(ground: WalkableCity) -> None:
    frame = best_move(ground, ALL)
    assert (frame["net"] == frame["gained"] - frame["lost"]).all()
    assert frame["net"].is_monotonic_decreasing
    one = where_next(ground, replace(ALL, count=1))
    # Whoever is moved, the site can still gain what it gains beside everything that exists.
    assert (frame["gained"] >= one.sites["gained"].iloc[0] - 1e-9).all()


@pytest.mark.parametrize("count", [0, 21, 500, -3])
def test_a_count_out_of_range_is_named(ground: WalkableCity, count: int) -> None:
    with pytest.raises(InvalidParameterError, match="from 1 to 20") as raised:
        where_next(ground, replace(ALL, count=count))
    assert raised.value.parameter == "n"


def test_wrong_questions_get_clear_answers(ground: WalkableCity) -> None:
    with pytest.raises(NotFoundError, match="no layer"):
        where_next(ground, SitingQuery(layer="zoo"))
    with pytest.raises(NotFoundError, match="no age group"):
        where_next(ground, replace(ALL, group="age_200"))
    with pytest.raises(NotComputableError, match="move"):
        where_next(ground, SitingQuery(layer="vehicles"))
    with pytest.raises(InvalidParameterError, match="more than 0"):
        where_next(ground, replace(ALL, capacity=-3))
    with pytest.raises(NotComputableError, match="greedy"):
        where_next(ground, replace(ALL, capacity=30, method="exact"))
    with pytest.raises(NotFoundError, match="no district"):
        where_next(ground, replace(ALL, district=99))
    with pytest.raises(NotFoundError, match="no district 99") as raised:
        where_next(ground, replace(ALL, avoid=(1, 99)))
    assert raised.value.parameter == "avoid"


def test_with_a_capacity_no_site_gains_more_than_it_holds(ground: WalkableCity) -> None:
    sites = where_next(ground, replace(ALL, capacity=50, count=3)).sites
    assert (sites["gained"] <= 50).all()
    assert np.isfinite(sites["gained"]).all()
