"""Census cells are spread without losing or making people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator.base.geo import FloatArray, IntArray, Projection
from locator.city.catalogue import GROUP_COLUMNS, AgeGroup
from locator.city.model import City, load_city
from locator.city.population import disaggregate
from tests.breaking import edit_text, fault, faults
from tests.tinycity import CRS, metric

FILE = "population_grid.csv"
GROUPS = {name: AgeGroup(name, {}, name) for name in GROUP_COLUMNS}


def everywhere(lonlat: FloatArray) -> IntArray:
    return np.ones(len(lonlat), dtype=np.int64)


def test_points_are_the_middles_of_squares_of_100_m(tiny: City) -> None:
    demand = tiny.demand
    assert demand.xy[0].tolist() == pytest.approx(list(metric(50, 3050)), abs=0.01)
    assert demand.square_xy[0].tolist() == pytest.approx(
        np.array([metric(0, 3000), metric(100, 3000), metric(100, 3100), metric(0, 3100)]),
        abs=0.01,
    )
    assert (demand.column[0], demand.row[0]) == (0, 30)
    assert demand.size_m == 100 and demand.method == "uniform"


def test_neighbouring_squares_differ_by_one(tiny: City) -> None:
    demand = tiny.demand
    step = np.rint((demand.xy - demand.xy[0]) / 100)
    assert (step[:, 0] == demand.column - demand.column[0]).all()
    assert (step[:, 1] == demand.row - demand.row[0]).all()


def test_a_border_cell_counts_with_its_share_inside(tiny: City) -> None:
    assert tiny.demand.cell_share.tolist() == [1, 1, 1, 0.5]
    border = tiny.demand.cell == 3
    assert float(tiny.demand.people["all"][border].sum()) == pytest.approx(100)


def test_secret_ages_follow_the_shares_of_the_city(tiny: City) -> None:
    border = tiny.demand.cell == 3
    young, old = (
        float(tiny.demand.people[group][border].sum()) for group in ("age_0_14", "age_65_plus")
    )
    assert (young, old) == pytest.approx((10, 20))


def test_only_the_secret_ages_are_divided(tiny_folder: Path) -> None:
    edit_text(tiny_folder, FILE, "600,60,400,140", "600,60,,")
    city = load_city(tiny_folder)
    cell = city.demand.cell == 2
    # The two whole cells have 1000 people aged 15-64 and 260 aged 65+: 540 are divided so.
    assert float(city.demand.people["age_65_plus"][cell].sum()) == pytest.approx(540 * 260 / 1260)
    assert float(city.demand.people["age_0_14"][cell].sum()) == pytest.approx(60)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1000,100", ",100", "line 2: people: is empty"),
        ("1000,100", "many,100", "line 2: people: is 'many'"),
        ("1000,100", "-1000,100", "line 2: people: is '-1000'"),
        ("1000,100", "999,100", "cell E7420N5553: people: is 999, the ages sum to 1000"),
        ("7422,5552", "7420,5553", "cell E7420N5553: east_km: is a cell that is listed twice"),
        ("east_km", "east", "-: east_km: the column is missing"),
    ],
)
def test_each_wrong_cell_is_named(tiny_folder: Path, old: str, new: str, said: str) -> None:
    edit_text(tiny_folder, FILE, old, new)
    assert fault(tiny_folder).startswith(f"{FILE}: {said}")


def test_a_grid_elsewhere_is_a_fault(tiny_folder: Path) -> None:
    text = "east_km,north_km,people,age_0_14,age_15_64,age_65_plus\n100,100,5,1,3,1\n"
    (tiny_folder / FILE).write_text(text, encoding="utf-8")
    assert faults(tiny_folder) == [
        f"{FILE}: -: east_km: no cell lies in the city (allowed: km in crs_grid)"
    ]


ages = st.one_of(st.none(), st.tuples(*[st.integers(0, 3000)] * 3))


@pytest.mark.slow
@given(st.lists(st.tuples(ages, st.integers(0, 9000)), min_size=1, max_size=6))
def test_people_are_conserved(cells: list[tuple[tuple[int, int, int] | None, int]]) -> None:
    grid = pd.DataFrame(
        [
            (7420 + i, 5550, sum(known) if known else people, *(known or (np.nan,) * 3))
            for i, (known, people) in enumerate(cells)
        ],
        columns=["east_km", "north_km", *GROUP_COLUMNS],
    )
    points = disaggregate(
        grid, GROUPS, crs_grid=CRS, projection=Projection(CRS), district_of=everywhere
    )
    total = float(grid["people"].sum())
    assert float(points.people["people"].sum()) == pytest.approx(total)
    by_age = sum(float(points.people[name].sum()) for name in GROUP_COLUMNS[1:])
    assert by_age == pytest.approx(total)
    assert all((people >= 0).all() for people in points.people.values())


@pytest.mark.slow
@given(st.sets(st.integers(0, 99), min_size=1))
def test_people_outside_are_left_out_in_proportion(inside: set[int]) -> None:
    grid = pd.DataFrame(
        [(7420, 5550, 700, 100, 500, 100)], columns=["east_km", "north_km", *GROUP_COLUMNS]
    )

    def some(lonlat: FloatArray) -> IntArray:
        return np.isin(np.arange(len(lonlat)), list(inside)).astype(np.int64)

    points = disaggregate(grid, GROUPS, crs_grid=CRS, projection=Projection(CRS), district_of=some)
    assert float(points.people["people"].sum()) == pytest.approx(7 * len(inside))
