"""Where next, on the tiny city: worked out by hand or by going through every choice."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.scenario.change import NewSite, Scenario
from locator.analysis.scenario.compare import compare
from locator.analysis.siting.closures import closures, relocations
from locator.analysis.siting.query import candidate_places, completed, walks_to
from locator.analysis.siting.solve import SitingQuery, where_next
from locator.base.errors import InvalidParameterError, NotComputableError, NotFoundError
from locator.base.memory import Memory
from locator.city.model import City
from locator.walking.estimate import EstimateModel
from locator.walking.walkable_city import WalkableCity, nearest_facilities, walkable

ALL = SitingQuery(layer="nurseries", minutes=10, group="all")


def served(walkable_city: WalkableCity, query: SitingQuery, columns: tuple[int, ...]) -> float:
    """The people within the standard of the existing facilities or the given candidates."""
    query = completed(walkable_city, query)
    places = candidate_places(walkable_city, query)
    walks = walks_to(
        walkable_city, places, query, walkable_city.city.demand.people["all"]
    ).toarray()
    now_m, _ = nearest_facilities(
        walkable_city, tuple(walkable_city.usable_rows[query.layer].tolist())
    )
    inside = (now_m <= query.minutes * 60 * query.pace_m_s) | (walks[:, list(columns)] > 0).any(
        axis=1
    )
    return float(walkable_city.city.demand.people["all"][inside].sum())


@pytest.mark.parametrize("count", [1, 2])
def test_exact_sites_equal_the_best_of_every_choice(
    walkable_city: WalkableCity, count: int
) -> None:
    query = replace(ALL, count=count, method="exact")
    answer = where_next(walkable_city, query)
    before = served(walkable_city, query, ())
    best = max(
        served(walkable_city, query, choice)
        for choice in combinations(range(answer.candidates), count)
    )
    assert answer.sites["gained"].sum() == pytest.approx(best - before)
    assert answer.unserved_before == pytest.approx(answer.people - before)
    assert answer.gap == pytest.approx(0, abs=1e-6)


def test_a_site_is_a_named_place_of_the_city(walkable_city: WalkableCity) -> None:
    sites = where_next(walkable_city, replace(ALL, count=20)).sites
    assert set(sites["kind"]) <= {"address", "stop"}
    assert "Za Miastem" not in set(sites["name"]), "a stop outside the city is no candidate"
    assert (sites["gained"].diff().dropna() <= 1e-9).all(), "each further site gains no more"


def test_candidates_of_one_district_and_outside_a_forbidden_area(
    walkable_city: WalkableCity,
) -> None:
    query = completed(walkable_city, ALL)
    south = candidate_places(walkable_city, replace(query, district=2))
    assert set(south["district"]) == {2}
    outline = walkable_city.city.districts.geometry.loc[2]
    north = candidate_places(walkable_city, replace(query, forbidden=outline))
    assert set(north["district"]) == {1}
    assert set(candidate_places(walkable_city, replace(query, avoid=(2,)))["district"]) == {1}
    with pytest.raises(NotComputableError, match="No candidate"):
        candidate_places(walkable_city, replace(query, district=1, avoid=(1,)))
    with pytest.raises(NotComputableError, match="No candidate"):
        candidate_places(walkable_city, replace(query, forbidden=shapely.box(-180, -90, 180, 90)))


@pytest.mark.parametrize("status", ["under_construction", "modernisation", "planned"])
def test_whatever_is_under_way_counts_as_planned(tiny: City, status: str) -> None:
    facilities = tiny.facilities.copy()
    facilities.loc["nurseries-4", "status"] = status
    walkable_city = walkable(replace(tiny, facilities=facilities), EstimateModel.from_city(tiny))
    today, then = (
        where_next(walkable_city, replace(ALL, minutes=20, planned=flag)).unserved_before
        for flag in (False, True)
    )
    assert then < today
    opened = compare(walkable_city, Scenario(layer="nurseries", group="all", planned=True))
    assert opened.opened == ("nurseries-4",)


@pytest.mark.parametrize("status", ["closed", "open"])
def test_what_is_not_under_way_is_not_planned(tiny: City, status: str) -> None:
    facilities = tiny.facilities.copy()
    facilities.loc["nurseries-4", "status"] = status
    walkable_city = walkable(replace(tiny, facilities=facilities), EstimateModel.from_city(tiny))
    assert compare(walkable_city, Scenario(layer="nurseries", planned=True)).opened == ()


def test_planned_facilities_count_only_when_asked_for(walkable_city: WalkableCity) -> None:
    without, counted = (
        where_next(walkable_city, replace(ALL, minutes=20, planned=flag)).unserved_before
        for flag in (False, True)
    )
    assert counted < without


def test_p_median_shortens_the_walks(walkable_city: WalkableCity) -> None:
    answer = where_next(walkable_city, replace(ALL, objective="median", count=2))
    assert (answer.sites["gained"] > 0).all()
    assert 0 <= answer.gap < 0.5
    proven = where_next(walkable_city, replace(ALL, objective="median", count=2, method="exact"))
    assert proven.sites["gained"].sum() >= answer.sites["gained"].sum() - 1e-6
    assert proven.gap == pytest.approx(0, abs=1e-6)


def test_closing_loses_only_those_whom_nobody_else_serves(walkable_city: WalkableCity) -> None:
    frame = closures(walkable_city, ALL)
    rows = walkable_city.usable_rows["nurseries"]
    people = walkable_city.city.demand.people["all"]
    limit_m = 10 * 60 * walkable_city.city.catalogue.layers["nurseries"].pace_m_s
    now_m, _ = nearest_facilities(walkable_city, tuple(rows.tolist()))
    for row in rows.tolist():
        rest = tuple(other for other in rows.tolist() if other != row)
        then_m, _ = nearest_facilities(walkable_city, rest)
        lost = people[(now_m <= limit_m) & (then_m > limit_m)].sum()
        assert frame.loc[walkable_city.city.facilities.index[row], "lost"] == pytest.approx(lost)


def test_a_move_is_a_closing_and_the_best_opening(walkable_city: WalkableCity) -> None:
    frame = relocations(walkable_city, ALL)
    assert frame["net"].is_monotonic_decreasing
    for moved, row in frame.iterrows():
        change = Scenario(
            layer="nurseries",
            group="all",
            minutes=10,
            close=(str(moved),),
            add=(NewSite(row["lon"], row["lat"]),),
        )
        before = coverage(walkable_city, CoverageQuery("nurseries", 10, "all"))
        found = compare(walkable_city, change, before=before)
        told = (row["lost"], row["gained"], row["net"])
        assert told == (
            found.people_lost,
            found.people_gained,
            found.after.served - found.before.served,
        )


def test_what_is_not_open_yet_is_not_ranked_but_counts_as_a_neighbour(
    walkable_city: WalkableCity,
) -> None:
    planned = replace(ALL, planned=True)
    today, then = closures(walkable_city, ALL), closures(walkable_city, planned)
    assert set(then.index) == set(today.index) == {f"nurseries-{one}" for one in (1, 2, 3)}
    assert (then["lost"] <= today["lost"].reindex(then.index)).all()
    assert set(relocations(walkable_city, planned).index) == set(today.index)


def test_sites_closings_and_moves_count_what_a_scenario_counts(krakow: City) -> None:
    walkable_city = walkable(krakow, EstimateModel.from_city(krakow))
    layer = "senior_activity_centres"
    query = SitingQuery(layer=layer, count=5)
    before = coverage(walkable_city, CoverageQuery(layer))
    found = where_next(walkable_city, query)
    sites = [NewSite(lon, lat) for lon, lat in found.sites[["lon", "lat"]].itertuples(index=False)]
    for count in (1, 3, 5):
        change = Scenario(layer=layer, add=tuple(sites[:count]))
        gained = compare(walkable_city, change, before=before).people_gained
        assert found.sites["total"].iloc[count - 1] == gained
    assert found.sites["gained"].sum() == found.sites["total"].iloc[-1]

    missed = closures(walkable_city, query)
    several = missed[missed["sites"].map(len) > 1]
    assert not several.empty, "this city has centres with several sites"
    centre = krakow.facilities["centre"]
    for first, row in pd.concat([several, missed.tail(2)]).iterrows():
        assert first == row["sites"][0]
        if len(row["sites"]) > 1:
            assert centre.loc[list(row["sites"])].nunique() == 1
        change = Scenario(layer=layer, close=row["sites"])
        assert compare(walkable_city, change, before=before).people_lost == row["lost"]

    for moved, row in relocations(walkable_city, query).head(2).iterrows():
        there = (NewSite(row["lon"], row["lat"]),)
        change = Scenario(layer=layer, close=(str(moved),), add=there)
        then = compare(walkable_city, change, before=before)
        assert (row["lost"], row["gained"]) == (then.people_lost, then.people_gained)


@pytest.mark.parametrize(
    ("layer", "objective"),
    [("nurseries", "cover"), ("nurseries", "median"), ("carer_support", "cover")],
)
def test_five_sites_of_the_city_are_proven(krakow: City, layer: str, objective: str) -> None:
    walkable_city = walkable(krakow, EstimateModel.from_city(krakow))
    # So long a limit that it decides nothing: what is proven is proven without a solver.
    query = SitingQuery(layer=layer, objective=objective, time_limit_s=3600)
    quick, proven = (
        where_next(walkable_city, replace(query, method=m)) for m in ("greedy", "exact")
    )
    assert len(proven.sites) == 5
    assert not proven.timed_out
    assert proven.gap < 1e-5
    gained, before = proven.sites["gained"].sum(), quick.sites["gained"].sum()
    # The whole people of a choice are summed by district, which may differ by one in each.
    assert before - 18 <= gained <= quick.bound + 18
    assert (proven.sites["gained"] > 0).all()


@pytest.mark.parametrize("count", [0, 21, 500, -3])
def test_a_count_out_of_range_is_named(walkable_city: WalkableCity, count: int) -> None:
    with pytest.raises(InvalidParameterError, match="from 1 to 20") as raised:
        where_next(walkable_city, replace(ALL, count=count))
    assert raised.value.parameter == "n"


def test_wrong_questions_get_clear_answers(walkable_city: WalkableCity) -> None:
    with pytest.raises(NotFoundError, match="no layer"):
        where_next(walkable_city, SitingQuery(layer="zoo"))
    with pytest.raises(InvalidParameterError, match="group has to be one of"):
        where_next(walkable_city, replace(ALL, group="age_200"))
    with pytest.raises(NotComputableError, match="move"):
        where_next(walkable_city, SitingQuery(layer="vehicles"))
    with pytest.raises(InvalidParameterError, match="more than 0"):
        where_next(walkable_city, replace(ALL, capacity=-3))
    with pytest.raises(NotComputableError, match="most people"):
        where_next(walkable_city, replace(ALL, capacity=30, objective="median"))
    with pytest.raises(NotFoundError, match="no district"):
        where_next(walkable_city, replace(ALL, district=99))
    with pytest.raises(NotFoundError, match="no district 99") as raised:
        where_next(walkable_city, replace(ALL, avoid=(1, 99)))
    assert raised.value.parameter == "avoid"


def test_with_a_capacity_no_site_gains_more_than_it_holds(walkable_city: WalkableCity) -> None:
    sites = where_next(walkable_city, replace(ALL, capacity=50, count=3)).sites
    assert (sites["gained"] <= 50).all()
    assert np.isfinite(sites["gained"]).all()
    exact = where_next(walkable_city, replace(ALL, capacity=50, count=3, method="exact"))
    assert (exact.sites["gained"] <= 50).all()
    assert exact.sites["gained"].sum() >= sites["gained"].sum() - 1e-6
    assert exact.gap == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("layer", ["nurseries", "aeds"])
@pytest.mark.parametrize("minutes", [3.0, 8.0, 20.0])
def test_walks_too_many_to_be_remembered_give_the_same_answers(
    tiny: City, layer: str, minutes: float
) -> None:
    model = EstimateModel.from_city(tiny)
    kept, walked_anew = walkable(tiny, model), walkable(tiny, model, memory=Memory(0))
    for capacity, method in ((None, "exact"), (None, "greedy"), (20.0, "exact")):
        query = SitingQuery(layer=layer, count=2, minutes=minutes, capacity=capacity, method=method)
        pair = [where_next(walkable_city, query) for walkable_city in (kept, walked_anew)]
        assert_frame_equal(pair[0].sites, pair[1].sites)
        assert pair[0].bound == pytest.approx(pair[1].bound, rel=1e-9)
    query = SitingQuery(layer=layer, minutes=minutes)
    assert_frame_equal(relocations(kept, query), relocations(walked_anew, query))
    assert len(walked_anew.memory) == 0 < len(kept.memory)
