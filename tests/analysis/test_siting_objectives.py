"""Fewest sites for a share, and most people for the money: by hand, and against every choice."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy import sparse

from locator.analysis.siting.exact import best_choice
from locator.analysis.siting.lagrangian import lagrangian_bound
from locator.analysis.siting.least import least_sites
from locator.analysis.siting.limits import Budget
from locator.analysis.siting.mclp import budget_cover, exact_cover, gains_of, greedy_cover
from locator.analysis.siting.query import candidate_places, completed, limit_m, walks_to
from locator.analysis.siting.solve import SitingQuery, where_next
from locator.analysis.siting.work import Work
from locator.base.errors import InvalidParameterError, NotComputableError, NotFoundError
from locator.walking.walkable_city import WalkableCity, nearest_facilities

pytestmark = pytest.mark.slow

# Four sites and five houses. Site 0 serves 6 for 10, site 1 serves 5 for 4, site 2 serves 4 for 4,
# site 3 serves 2 for 1; nobody is served by two.
REACH = sparse.csc_array(
    np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0] * 4])
)
PEOPLE = np.array([6.0, 5, 4, 2, 3])
PRICES = np.array([10.0, 4, 4, 1])
ASKED = SitingQuery(layer="nurseries", minutes=10, group="all")


@pytest.mark.parametrize(
    ("money", "chosen", "people"),
    [(1, [3], 2), (4, [1], 5), (5, [1, 3], 7), (9, [1, 2, 3], 11), (10, [1, 2, 3], 11)]
    + [(11, [1, 2, 3], 11), (14, [0, 1], 11), (15, [0, 1, 3], 13), (19, [0, 1, 2, 3], 17)],
)
def test_money_buys_most_people(money: float, chosen: list[int], people: float) -> None:
    found = budget_cover(REACH, PEOPLE, Budget(PRICES, money), work=Work(20))
    assert found.people == people and found.gap == 0
    assert PRICES[found.chosen].sum() <= money
    if money != 14:  # there sites 1, 2 and 3 serve as many
        assert sorted(found.chosen.tolist()) == chosen


@pytest.mark.parametrize(
    ("needed", "count"), [(1, 1), (6, 1), (6.1, 2), (11, 2), (15, 3), (15.5, 4), (17, 4)]
)
def test_the_fewest_sites_that_are_enough(needed: float, count: int) -> None:
    found = least_sites(
        lambda sites, work: exact_cover(REACH, PEOPLE, sites, work=work),
        needed,
        10,
        work=Work(20),
    )
    assert found.reached and found.fewest == len(found.cover.chosen) == count


def test_more_than_all_sites_serve_is_not_reached() -> None:
    found = least_sites(
        lambda sites, _: greedy_cover(REACH, PEOPLE, sites), 17.5, 10, work=Work(20)
    )
    assert not found.reached and found.cover.people == 17


@pytest.mark.parametrize("seed", range(20))
def test_random_cities_are_answered_as_every_choice_answers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, sites = 14, 8
    reach = np.where(rng.random((points, sites)) < 0.3, rng.uniform(1, 900, (points, sites)), 0.0)
    walks, people = sparse.csc_array(reach), rng.integers(1, 40, points).astype(float)
    prices = rng.integers(1, 9, sites).astype(float)
    served = {
        one: float(people[(reach[:, list(one)] > 0).any(axis=1)].sum())
        for count in range(sites + 1)
        for one in combinations(range(sites), count)
    }
    last = 0.0
    for money in (3.0, 11.0):
        best = max(who for one, who in served.items() if prices[list(one)].sum() <= money)
        budget = Budget(prices, money)
        found = budget_cover(walks, people, budget, work=Work(20))
        assert found.people == pytest.approx(best) and found.gap == 0
        assert prices[found.chosen].sum() <= money
        quick = budget_cover(walks, people, budget, work=None)
        assert quick.people - 1e-9 <= best <= quick.bound + 1e-6
        assert prices[quick.chosen].sum() <= money
        hurried = best_choice(gains_of(walks, people), budget, work=Work(0.0))
        assert sum(hurried.added) - 1e-9 <= best <= hurried.bound + 1e-6
        assert prices[hurried.chosen].sum() <= money
        bound = lagrangian_bound(gains_of(walks, people), budget, [], rounds=40)
        assert bound.total - 1e-9 <= best <= bound.bound * (1 + 1e-6)
        assert found.people >= last - 1e-9, "more money never serves fewer"
        last = found.people
    everybody = served[tuple(range(sites))]
    capacity = float(rng.integers(20, 60))
    for share in (0.6, 1.0):
        needed = share * everybody
        fewest = min(len(one) for one, who in served.items() if who >= needed - 1e-9)

        def solve(count: int, work: Work) -> object:
            return exact_cover(walks, people, count, work=work)

        found_least = least_sites(solve, needed, sites, work=Work(20))  # type: ignore[arg-type]
        assert found_least.fewest == len(found_least.cover.chosen) == fewest
        most = max(who for one, who in served.items() if len(one) == fewest)
        assert found_least.cover.people == pytest.approx(most)
        hurried_least = least_sites(
            lambda count, _: exact_cover(walks, people, count, work=Work(0.0)),
            needed,
            sites,
            work=Work(0.0),
        )
        assert hurried_least.fewest <= fewest
        if hurried_least.reached:
            assert len(hurried_least.cover.chosen) >= fewest
        greedy_least = least_sites(
            lambda count, _: greedy_cover(walks, people, count), needed, sites, work=Work(0.0)
        )
        proven = greedy_least.fewest == len(greedy_least.cover.chosen)
        assert not greedy_least.reached or greedy_least.timed_out == (not proven)
        assert exact_cover(walks, people, fewest, capacity=capacity).people <= most + 1e-6


def _reach(walkable_city: WalkableCity, query: SitingQuery) -> tuple[np.ndarray, np.ndarray]:
    query = completed(walkable_city, query)
    people = walkable_city.city.demand.people["all"]
    rows = tuple(walkable_city.usable_rows["nurseries"].tolist())
    now_m, _ = nearest_facilities(walkable_city, rows)
    waiting = np.where(now_m > limit_m(query), people, 0.0)
    places = candidate_places(walkable_city, query)
    return walks_to(walkable_city, places, query, waiting).toarray() > 0, waiting


@pytest.mark.parametrize("avoid", [(), (1,), (2,)])
@pytest.mark.parametrize("percent", [75, 80, 90])
def test_the_tiny_city_needs_as_many_sites_as_every_choice_says(
    walkable_city: WalkableCity, percent: float, avoid: tuple[int, ...]
) -> None:
    query = replace(ASKED, objective="target_share", target_percent=percent, avoid=avoid)
    reach, waiting = _reach(walkable_city, query)
    everybody = walkable_city.city.demand.people["all"].sum()
    needed = percent / 100 * everybody - (everybody - waiting.sum())
    if waiting[reach.any(axis=1)].sum() < needed:
        with pytest.raises(NotComputableError, match="Not even 100 sites"):
            where_next(walkable_city, query)
        return
    found = where_next(walkable_city, query)
    assert found.proven
    count = len(found.sites)
    enough = {
        one
        for one in combinations(range(reach.shape[1]), count)
        if waiting[reach[:, list(one)].any(axis=1)].sum() >= needed - 1e-6
    }
    assert enough or count == 0
    if count > 1:
        fewer = combinations(range(reach.shape[1]), count - 1)
        assert all(waiting[reach[:, list(one)].any(axis=1)].sum() < needed for one in fewer)
    if count == 1:
        assert found.ties == len(enough) - 1


def test_equal_money_is_a_number_of_sites(walkable_city: WalkableCity) -> None:
    money = replace(ASKED, objective="budget", budget=3.5, price=1.1)
    bought, counted = (
        where_next(walkable_city, money),
        where_next(walkable_city, replace(ASKED, count=3)),
    )
    assert bought.sites["total"].iloc[-1] == counted.sites["total"].iloc[-1]
    assert bought.proven and bought.cost == 3.3 and counted.cost is None


def test_a_dear_district_is_left_for_a_cheap_one(walkable_city: WalkableCity) -> None:
    query = replace(ASKED, objective="budget", budget=1.0, price=1.0)
    for dear, other in ((1, 2), (2, 1)):
        found = where_next(walkable_city, replace(query, district_prices=((dear, 2.0),)))
        assert set(found.sites["district"]) <= {other}
    # Where all gain the same and one is cheaper, the cheaper is named.
    cheap = where_next(
        walkable_city, replace(query, budget=5.0, price=5.0, district_prices=((1, 4.0),))
    )
    assert cheap.cost in (4.0, 5.0)


def test_wrong_objectives_are_named(walkable_city: WalkableCity) -> None:
    for wrong, parameter, kind in (
        ({"objective": "target_share"}, "objective", InvalidParameterError),
        (
            {"objective": "target_share", "target_percent": 101},
            "target_percent",
            InvalidParameterError,
        ),
        ({"objective": "budget", "price": 5.0}, "objective", InvalidParameterError),
        ({"objective": "budget", "budget": 5.0}, "objective", InvalidParameterError),
        ({"objective": "budget", "budget": 5.0, "price": 6.0}, "budget", NotComputableError),
        ({"objective": "budget", "budget": 5e9, "price": 6.0}, "budget", NotComputableError),
        ({"objective": "budget", "budget": -5.0, "price": 6.0}, "budget", InvalidParameterError),
        ({"target_percent": 50}, "target_percent", NotComputableError),
        ({"price": 50.0}, "price", NotComputableError),
        ({"district_prices": ((1, 50.0),)}, "price_in", NotComputableError),
    ):
        with pytest.raises(kind) as raised:
            where_next(walkable_city, replace(ASKED, **wrong))
        assert raised.value.parameter == parameter
    with pytest.raises(NotFoundError):
        where_next(
            walkable_city,
            replace(ASKED, objective="budget", budget=5, price=1, district_prices=((99, 1.0),)),
        )


def test_a_share_that_is_reached_needs_no_site(walkable_city: WalkableCity) -> None:
    found = where_next(walkable_city, replace(ASKED, objective="target_share", target_percent=0.1))
    assert found.sites.empty and found.proven and found.bound == 0
