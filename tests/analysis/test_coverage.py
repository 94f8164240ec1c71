"""Coverage: worked out by hand in the tiny city, and by a naive second reading.

The nurseries 1, 2 and 3 stand in the middle of the populated cells (0, 3), (2, 2) and (0, 0). At
1 m/s a standard of 15 minutes reaches 900 / 1.25 = 720 m, to the last square of each cell (636 m);
5 minutes reach 240 m, to the 16 squares in the middle. The half cell (3, 1) is far from them all.
Children aged 0-2 in a square: 0.25, 0.1 and 0.15, and 0.05 in the half cell.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.analysis.access.aggregate import walking_times
from locator.analysis.access.counted import counted_rows
from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.gaps import divide_areas, points_in
from locator.analysis.access.overview import coverage_overview
from locator.base.errors import InvalidParameterError, NotComputableError, NotFoundError
from locator.base.rounding import whole
from locator.city.model import City
from locator.city.population import DemandPoints
from locator.walking.choose import choose_model
from locator.walking.walkable_city import WalkableCity, nearest_facilities, walkable
from tests.breaking import changed
from tests.tinycity import at


def naive_walk_s(walkable_city: WalkableCity, ids: list[str], pace_m_s: float) -> np.ndarray:
    """Seconds to the nearest of some facilities, by comparing every pair with Python's floats."""
    bridge = walkable_city.city.projection.to_metric([at(2000, 2000)])[0]
    ends = walkable_city.city.facilities.loc[ids, ["x", "y"]].to_numpy(float)
    south = walkable_city.city.facilities.loc[ids, "district"].to_numpy() == 2

    def walk_m(start, district, end, end_south) -> float:
        if (district == 2) == end_south:
            return float(np.hypot(*(start - end))) * 1.25
        return float(np.hypot(*(start - bridge)) + np.hypot(*(bridge - end))) * 1.5

    demand = walkable_city.city.demand
    return np.array(
        [
            min(walk_m(start, district, *end) for end in zip(ends, south, strict=True)) / pace_m_s
            for start, district in zip(demand.xy, demand.district, strict=True)
        ]
    )


def test_fifteen_minutes_serve_the_three_cells_with_a_nursery(walkable_city: WalkableCity):
    found = coverage(walkable_city, CoverageQuery("nurseries"))
    assert (found.minutes, found.group, found.pace_m_s) == (15.0, "age_0_2", 1.0)
    assert (found.people, found.served, found.unserved) == (53, 50, 3)
    assert found.share == pytest.approx(50 / 53)
    assert found.districts[["name", "people", "served", "unserved"]].to_numpy().tolist() == [
        ["Północ", 35, 35, 0],
        ["Południe", 18, 15, 3],
    ]
    assert found.districts["beyond"].tolist() == pytest.approx([0, 3 / 18])
    assert (found.counted, found.counted_sites, found.model) == (3, 3, "estimate")


def test_five_minutes_serve_the_sixteen_squares_in_the_middle(walkable_city: WalkableCity):
    found = coverage(walkable_city, CoverageQuery("nurseries", minutes=5, group="all"))
    assert (found.people, found.served, found.unserved) == (2100, 320, 1780)
    assert found.districts["served"].tolist() == [16 * (10 + 4), 16 * 6]


def test_a_faster_pace_is_a_longer_reach(walkable_city: WalkableCity):
    at_pace = coverage(walkable_city, CoverageQuery("nurseries", minutes=5, pace_m_s=3.0))
    assert at_pace.served == 50
    assert at_pace.walk_s.tolist() == pytest.approx(
        (coverage(walkable_city, CoverageQuery("nurseries")).walk_s / 3).tolist()
    )


def test_the_half_cell_is_the_one_gap(walkable_city: WalkableCity):
    found = coverage(walkable_city, CoverageQuery("nurseries"))
    assert (found.gaps_total, found.gaps_rest_people) == (1, 0)
    gap = found.gaps.iloc[0]
    assert (gap["people"], gap["district"], gap["district_name"], gap["place"]) == (
        3,
        2,
        "Południe",
        "Most Środkowy",
    )
    in_metres = shapely.transform(gap["geometry"], walkable_city.city.projection.to_metric)
    assert in_metres.area == pytest.approx(500 * 1000, rel=1e-6)
    assert in_metres.symmetric_difference(
        shapely.transform(
            shapely.Polygon([at(3000, 1000), at(3500, 1000), at(3500, 2000), at(3000, 2000)]),
            walkable_city.city.projection.to_metric,
        )
    ).area == pytest.approx(0, abs=500)
    half_cell = walkable_city.city.demand.xy[:, 0] > 7_423_000
    far_s = naive_walk_s(walkable_city, ["nurseries-1", "nurseries-2", "nurseries-3"], 1.0)[
        half_cell
    ]
    assert gap["walk_s"] == pytest.approx(far_s.mean())


def test_whoever_lies_in_an_area_is_counted_and_nobody_on_its_edge(walkable_city: WalkableCity):
    lonlat = walkable_city.city.demand.lonlat
    corner, other = lonlat[3], lonlat[150]  # two edges of each box lead through a point
    shapes = [
        shapely.box(*np.minimum(corner, other), *np.maximum(corner, other)),
        shapely.Point(lonlat[40]).buffer(0.004),
        shapely.union(
            shapely.Point(lonlat[40]).buffer(0.002), shapely.Point(lonlat[99]).buffer(0.003)
        ),
        shapely.Point(0, 0).buffer(0.1),
        shapely.Polygon(),
        shapely.box(*lonlat.min(axis=0) - 1, *lonlat.max(axis=0) + 1),
    ]
    found = points_in(walkable_city, gpd.GeoDataFrame(geometry=shapes, crs=4326))
    naive = [[shape.contains(shapely.Point(place)) for place in lonlat] for shape in shapes]
    assert found.toarray().astype(bool).tolist() == naive
    assert found.sum(axis=1).tolist() == np.sum(naive, axis=1).tolist()
    assert 0 < sum(naive[0]) < sum(naive[5]) == len(lonlat)
    assert points_in(walkable_city, gpd.GeoDataFrame(geometry=[], crs=4326)).shape[0] == 0


def test_a_wide_gap_is_cut_into_parts_that_one_facility_could_serve(walkable_city: WalkableCity):
    # Reach 240 m: parts of at most 3 squares. Each ring of 10 x 10 less 4 x 4 squares falls into
    # 4 x 4 tiles, one of them (columns and rows 3, 4) wholly served; the half cell into 2 x 4.
    found = coverage(walkable_city, CoverageQuery("nurseries", minutes=5))
    assert found.gaps_total == 15 + 15 + 15 + 8
    assert len(found.gaps) == 10
    assert found.gaps["people"].is_monotonic_decreasing
    assert found.gaps["people"].iloc[0] == whole(9 * 0.25)
    assert found.gaps["people"].sum() + found.gaps_rest_people == found.unserved


def test_times_are_weighted_by_people(walkable_city: WalkableCity):
    found = coverage(walkable_city, CoverageQuery("nurseries"))
    walk_s = naive_walk_s(walkable_city, ["nurseries-1", "nurseries-2", "nurseries-3"], 1.0)
    people = walkable_city.city.demand.people["age_0_2"]
    assert found.walk_s.tolist() == pytest.approx(walk_s.tolist())
    assert found.mean_s == pytest.approx(np.average(walk_s, weights=people))
    # The naive quantile: everyone in a row, 0.05 of a person being the smallest part of anyone.
    in_a_row = np.sort(np.repeat(walk_s, np.rint(people / 0.05).astype(int)))
    assert found.median_s == pytest.approx(in_a_row[len(in_a_row) // 2 - 1])
    assert found.p90_s == pytest.approx(in_a_row[int(len(in_a_row) * 0.9) - 1])
    north = walkable_city.city.demand.district == 1
    assert found.districts.loc[1, "mean_s"] == pytest.approx(
        np.average(walk_s[north], weights=people[north])
    )


def test_the_curve_and_the_bands_tell_the_same_as_the_headline(walkable_city: WalkableCity):
    found = coverage(walkable_city, CoverageQuery("nurseries"))
    within = found.curve.set_index("minutes")["people"]
    assert within.index.tolist() == list(range(61))
    assert (within[0], within[5], within[15]) == (0, 8, 50)
    assert within.is_monotonic_increasing
    bands = found.distribution
    assert bands["people"].sum() == found.people
    assert bands["share"].sum() == pytest.approx(1)
    assert bands.loc[bands["to_min"] <= 15, "people"].sum() == found.served
    assert bands["to_min"].iloc[-1] == np.inf


@given(
    minutes=st.one_of(st.integers(1, 60), st.floats(0.5, 60)),
    group=st.sampled_from(["all", "age_0_14", "age_65_plus", "age_60_plus", "age_0_2"]),
    layer=st.sampled_from(["nurseries", "aeds"]),
)
@settings(max_examples=60, deadline=None)
def test_every_number_adds_up(walkable_city: WalkableCity, minutes: float, group: str, layer: str):
    found = coverage(walkable_city, CoverageQuery(layer, minutes, group))
    assert found.served + found.unserved == found.people
    assert found.districts[["people", "served", "unserved"]].sum().tolist() == [
        found.people,
        found.served,
        found.unserved,
    ]
    assert (found.districts[["served", "unserved"]] >= 0).all(axis=None)
    assert found.curve["share"].between(0, 1).all()
    if minutes in range(61):
        assert found.curve["people"].iloc[int(minutes)] == found.served
    walk_s = naive_walk_s(walkable_city, found_ids(walkable_city, layer), found.pace_m_s)
    exact = walkable_city.city.demand.people[group][walk_s <= minutes * 60].sum()
    assert found.served == pytest.approx(exact, abs=len(found.districts) / 2 + 1e-6)


def found_ids(walkable_city: WalkableCity, layer: str) -> list[str]:
    return walkable_city.city.facilities.index[list(counted_rows(walkable_city, layer))].tolist()


def test_opening_one_more_never_worsens_anyone_and_closing_one_never_helps(tiny: City):
    before = coverage(walkable(tiny, choose_model(tiny)), CoverageQuery("nurseries"))
    opened = coverage(changed(tiny, "nurseries-4", "status", "open"), CoverageQuery("nurseries"))
    closed = coverage(changed(tiny, "nurseries-1", "status", "closed"), CoverageQuery("nurseries"))
    assert (opened.walk_s <= before.walk_s).all()
    assert (closed.walk_s >= before.walk_s).all()
    assert closed.served <= before.served <= opened.served


def test_only_usable_located_facilities_count(tiny: City, walkable_city: WalkableCity):
    assert found_ids(walkable_city, "nurseries") == ["nurseries-1", "nurseries-2", "nurseries-3"]
    assert found_ids(changed(tiny, "aeds-2", "access", "private"), "aeds") == ["aeds-1"]


def test_the_sites_of_one_centre_count_as_one_facility(tiny: City):
    walkable_city = changed(tiny, ["nurseries-1", "nurseries-2"], "centre", "centre-a")
    found = coverage(walkable_city, CoverageQuery("nurseries"))
    assert (found.counted, found.counted_sites, found.served) == (2, 3, 50)


def test_without_any_facility_nobody_is_served_and_times_are_unknown(tiny: City):
    walkable_city = changed(tiny, ["aeds-1", "aeds-2"], "status", "closed")
    found = coverage(walkable_city, CoverageQuery("aeds"))
    assert (found.served, found.unserved, found.share, found.counted) == (0, 2100, 0.0, 0)
    assert (found.mean_s, found.median_s, found.p90_s) == (None, None, None)
    assert found.unreachable == 2100
    assert found.districts[["mean_s", "median_s", "p90_s"]].isna().all(axis=None)
    assert found.gaps["walk_s"].isna().all()
    assert found.caveats[0].text.startswith("No facility of this layer")


def test_whoever_cannot_cross_is_counted_apart_from_the_mean(tiny: City):
    city = replace(tiny, crossings=tiny.crossings.iloc[:0])
    facilities = city.facilities.copy()
    facilities.loc["aeds-2", "status"] = "closed"
    city = replace(city, facilities=facilities)
    found = coverage(walkable(city, choose_model(city)), CoverageQuery("aeds", 60, pace_m_s=1.0))
    assert found.unreachable == 700
    assert found.p90_s is None
    assert found.mean_s == pytest.approx(found.districts.loc[1, "mean_s"])
    assert any("cannot" in c.text or "walked to" in c.text for c in found.caveats)


def test_the_caveats_name_what_is_missing(walkable_city: WalkableCity):
    said = {caveat.text for caveat in coverage(walkable_city, CoverageQuery("nurseries")).caveats}
    assert "Open but not on the map, so they serve nobody here: 1." in said
    assert "Sites counted as open by an older list only: 1 of 3." in said
    assert any("scaled from a wider one" in text for text in said)
    everyone = coverage(walkable_city, CoverageQuery("nurseries", group="all"))
    assert not any("scaled" in caveat.text for caveat in everyone.caveats)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        (CoverageQuery("libraries"), NotFoundError),
        (CoverageQuery("vehicles"), NotComputableError),
        (CoverageQuery("nurseries", group="teachers"), InvalidParameterError),
        (CoverageQuery("nurseries", minutes=0), InvalidParameterError),
        (CoverageQuery("nurseries", minutes=-5), InvalidParameterError),
        (CoverageQuery("nurseries", minutes=float("nan")), InvalidParameterError),
        (CoverageQuery("nurseries", pace_m_s=0), InvalidParameterError),
    ],
)
def test_a_question_without_an_answer_says_why(walkable_city, query: CoverageQuery, error: type):
    with pytest.raises(error) as raised:
        coverage(walkable_city, query)
    assert raised.value.message


def test_a_city_without_people_says_so(tiny: City):
    nobody = replace(
        tiny.demand, people={group: people * 0 for group, people in tiny.demand.people.items()}
    )
    city = replace(tiny, demand=nobody)
    with pytest.raises(NotComputableError):
        coverage(walkable(city, choose_model(city)), CoverageQuery("nurseries"))
    overview = coverage_overview(walkable(city, choose_model(city)))
    assert overview.loc["nurseries", "people"] == 0


def test_a_city_without_demand_points_says_so_too(tiny: City):
    none = np.arange(0)
    points = replace(
        grid(none, none, none),
        people={group: np.zeros(0) for group in tiny.demand.people},
        xy=np.zeros((0, 2)),
    )
    walkable_city = walkable(replace(tiny, demand=points), choose_model(tiny))
    with pytest.raises(NotComputableError):
        coverage(walkable_city, CoverageQuery("nurseries"))
    assert coverage_overview(walkable_city).loc["nurseries", "served"] == 0


def test_the_overview_repeats_the_reports(walkable_city: WalkableCity):
    overview = coverage_overview(walkable_city)
    assert overview.index.tolist() == ["nurseries", "aeds", "vehicles"]
    for layer in ("nurseries", "aeds"):
        found = coverage(walkable_city, CoverageQuery(layer))
        for column in ("people", "served", "unserved", "share", "mean_s", "p90_s", "counted"):
            assert overview.loc[layer, column] == getattr(found, column)
    assert not overview.loc["vehicles", "computable"]
    assert overview.loc["vehicles"].isna()["served"]


def test_a_set_of_facilities_is_walked_to_once(walkable_city: WalkableCity):
    rows = counted_rows(walkable_city, "nurseries")
    first, second = nearest_facilities(walkable_city, rows), nearest_facilities(walkable_city, rows)
    assert first[0] is second[0]
    with pytest.raises(ValueError, match="read-only"):
        first[0][0] = 0


def test_the_serving_facility_is_named_by_its_row(walkable_city: WalkableCity):
    walk_m, row = nearest_facilities(walkable_city, (0, 1, 2))
    assert set(row.tolist()) <= {0, 1, 2}
    alone = np.stack([nearest_facilities(walkable_city, (i,))[0] for i in range(3)])
    assert (alone.min(axis=0) == walk_m).all()
    assert (np.take_along_axis(alone, row[None], axis=0)[0] == walk_m).all()


def test_no_facilities_and_unlocated_ones_serve_nobody(walkable_city: WalkableCity):
    unlocated = walkable_city.city.facilities.index.get_loc("nurseries-5")
    for rows in ((), (unlocated,)):
        walk_m, row = nearest_facilities(walkable_city, rows)
        assert np.isinf(walk_m).all()
        assert (row == -1).all()


squares = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 2)),
    min_size=1,
    max_size=60,
    unique_by=lambda square: square[:2],
)


@given(squares, st.floats(1, 2000))
def test_areas_are_connected_stay_in_a_district_and_are_small_enough(square, reach_m: float):
    column, row, district = np.array(square).T
    demand = grid(column, row, district)
    area = divide_areas(demand, np.arange(len(column)), reach_m=reach_m)
    longest = max(1, int(reach_m * 2**0.5 / 100))
    assert sorted(set(area.tolist())) == list(range(area.max() + 1))
    for number in range(area.max() + 1):
        members = np.flatnonzero(area == number)
        assert len(set(district[members].tolist())) == 1
        assert np.ptp(column[members]) < longest
        assert np.ptp(row[members]) < longest
        reached, border = {members[0]}, [members[0]]
        while border:
            i = border.pop()
            near = [
                j
                for j in members
                if j not in reached and max(abs(column[i] - column[j]), abs(row[i] - row[j])) == 1
            ]
            reached.update(near)
            border += near
        assert len(reached) == len(members)


def grid(column, row, district) -> DemandPoints:
    n = len(column)
    return DemandPoints(
        xy=np.column_stack([column, row]) * 100.0,
        lonlat=np.zeros((n, 2)),
        district=district,
        cell=np.arange(n),
        column=column,
        row=row,
        square_xy=np.zeros((n, 4, 2)),
        people={"all": np.ones(n)},
        size_m=100.0,
        method="uniform",
        cell_share=np.ones(n),
    )


def test_in_krakow_every_layer_adds_up_and_its_gaps_are_valid(krakow: City):
    walkable_city = walkable(krakow, choose_model(krakow))
    for layer in krakow.catalogue.layers.values():
        if layer.moves:
            continue
        found = coverage(walkable_city, CoverageQuery(layer.id))
        assert found.served + found.unserved == found.people == found.districts["people"].sum()
        assert found.served == found.districts["served"].sum()
        assert found.gaps.geometry.is_valid.all()
        assert found.gaps["people"].sum() + found.gaps_rest_people == found.unserved
        assert found.gaps["place"].notna().all()
        inner = shapely.transform(found.gaps.geometry.to_numpy(), krakow.projection.to_metric)
        assert shapely.area(shapely.union_all(inner)) == pytest.approx(
            shapely.area(inner).sum(), rel=1e-6
        )


def test_a_quantile_is_the_time_within_which_that_share_arrives():
    walk_s = np.arange(1000.0, 0, -1)
    assert walking_times(walk_s, np.ones(1000)) == (500.5, 500.0, 900.0)
    halved = np.where(walk_s > 500, 1.0, 3.0)  # 1,500 people within 500 s, 500 beyond
    assert walking_times(walk_s, halved) == (pytest.approx(375.5), 334.0, 800.0)
