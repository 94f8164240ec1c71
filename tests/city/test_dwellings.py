"""People of a census cell are put where its dwellings are, and evenly where none is known."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.coverage_steps import coverage_steps
from locator.analysis.access.gaps import divide_areas, outline
from locator.analysis.access.overview import coverage_overview
from locator.base.geo import FloatArray, IntArray, Projection
from locator.base.packed import packed_bytes
from locator.city.catalogue import GROUP_COLUMNS, AgeGroup
from locator.city.dwellings import FILE, Dwellings, Parameters
from locator.city.model import City, load_city
from locator.city.population import disaggregate
from locator.curation.notices import notices
from locator.walking.estimate import EstimateModel
from locator.walking.walkable_city import walkable
from tests.breaking import fault, faults
from tests.serving import client_of
from tests.tinycity import CRS, ORIGIN_XY, at

ABOUT: dict[str, Any] = {
    "source": "Invented houses",
    "source_date": "2026-10",
    "licence": "CC0-1.0",
    "parameters": dataclasses.asdict(Parameters()),
    "held_out": {"misplaced": 0.06, "misplaced_evenly": 0.24},
}
HOUSES = [(120, 3120, 300), (180, 3170, 100), (820, 3120, 600), (2500, 2500, 40)]
"""x, y, weight: three squares in cell (0, 3), whose first two share a square of 100 m; one alone
in cell (2, 2). The cells (0, 0) and (3, 1) have none."""


def write_houses(
    folder: Path, houses: list[tuple[float, float, float]] = HOUSES, **about: Any
) -> City:
    """Write the dwellings of a tiny city and load it."""
    write_frame(folder, house_frame(houses), **about)
    return load_city(folder)


def house_frame(houses: list[tuple[float, float, float]]) -> gpd.GeoDataFrame:
    points = shapely.points([at(x, y) for x, y, _ in houses])
    return gpd.GeoDataFrame({"weight": [w for *_, w in houses]}, geometry=points, crs="EPSG:4326")


def write_frame(folder: Path, frame: gpd.GeoDataFrame, **about: Any) -> None:
    said = {name: value for name, value in (ABOUT | about).items() if value is not None}
    (folder / FILE).write_bytes(packed_bytes(frame, about=said))


def test_a_cell_goes_to_its_dwellings_by_their_weight(tiny_folder: Path):
    demand = write_houses(tiny_folder).demand
    here = demand.cell == 0
    assert demand.method == "buildings"
    assert demand.people["all"][here].tolist() == pytest.approx([300, 100, 600])
    assert demand.people["age_65_plus"][here].tolist() == pytest.approx([60, 20, 120])
    assert demand.xy[here] - ORIGIN_XY == pytest.approx(
        np.array([(120, 3120), (180, 3170), (820, 3120)]), abs=0.1
    )
    assert demand.people["all"][demand.cell == 1].tolist() == pytest.approx([400])


def test_a_cell_without_dwellings_is_spread_evenly(tiny_folder: Path, tiny: City):
    demand = write_houses(tiny_folder).demand
    for cell in (2, 3):
        ours, evenly = demand.cell == cell, tiny.demand.cell == cell
        assert demand.people["all"][ours].tolist() == tiny.demand.people["all"][evenly].tolist()
        assert demand.lonlat[ours].tolist() == tiny.demand.lonlat[evenly].tolist()
    assert demand.cell_share.tolist() == [1, 1, 1, 0.5]


def test_every_group_keeps_its_people(tiny_folder: Path, tiny: City):
    demand = write_houses(tiny_folder).demand
    for group, people in tiny.demand.people.items():
        assert float(demand.people[group].sum()) == pytest.approx(float(people.sum()))


def test_a_border_cell_keeps_the_people_of_its_share_inside(tiny_folder: Path):
    # Cell (3, 1) lies half inside: its 100 people go to the house inside, none to the one outside.
    demand = write_houses(tiny_folder, [(3100, 1500, 5), (3900, 1500, 95)]).demand
    assert demand.people["all"][demand.cell == 3].tolist() == pytest.approx([100])


def test_without_the_file_the_spread_is_even_and_said_to_be(tiny_folder: Path, tiny: City):
    assert tiny.demand.method == "uniform" and tiny.dwellings is None
    said = "dwellings.npz: -: without it every census cell is spread evenly"
    assert any(str(notice).startswith(said) for notice in notices(tiny))
    city = write_houses(tiny_folder)
    assert not any(notice.file == FILE for notice in notices(city))


def test_houses_of_one_square_make_one_area(tiny_folder: Path):
    demand = write_houses(tiny_folder).demand
    assert demand.column[:3].tolist() == [1, 1, 8] and demand.row[:3].tolist() == [31, 31, 31]
    assert divide_areas(demand, np.array([0, 1, 2]), reach_m=5000).tolist() == [0, 0, 1]
    assert divide_areas(demand, np.array([2, 1, 0]), reach_m=5000).tolist() == [0, 1, 1]


def test_a_square_with_several_houses_is_drawn_once(tiny_folder: Path):
    city = write_houses(tiny_folder)
    walkable_city = walkable(city, EstimateModel.from_city(city))
    area = shapely.transform(outline(walkable_city, np.array([0, 1, 2])), city.projection.to_metric)
    assert area.is_valid and area.area == pytest.approx(20_000, rel=1e-6)


def test_who_is_served_and_the_caveat_follow_the_dwellings(tiny_folder: Path):
    city = write_houses(tiny_folder)
    found = coverage(walkable(city, EstimateModel.from_city(city)), CoverageQuery("nurseries"))
    assert found.people == 52 or found.people == 53  # 52.5, see the tiny city
    said = [caveat.template for caveat in found.caveats]
    assert any("floor area of dwellings" in template for template in said)
    assert not any("spread evenly" in template for template in said)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"source": None}, "-: source: is not said (allowed: a text)"),
        ({"licence": " "}, "-: licence: is not said (allowed: a text)"),
        ({"source_date": "soon"}, "-: source_date: is 'soon' (allowed: YYYY[-MM[-DD]])"),
        ({"held_out": {"misplaced": 0.1}}, "-: held_out: is not as it should be"),
        ({"parameters": None}, "-: parameters: is not as it should be (allowed: number_m, "),
        (
            {"held_out": {"misplaced": -1, "misplaced_evenly": 0.2}},
            "-: held_out.misplaced: is -1 (allowed: a number, 0 or more)",
        ),
    ],
)
def test_what_the_file_says_of_itself_is_checked(tiny_folder: Path, about: Any, said: str):
    write_frame(tiny_folder, house_frame(HOUSES), **about)
    assert fault(tiny_folder).startswith(f"{FILE}: {said}")


def test_every_wrong_weight_is_named(tiny_folder: Path):
    write_frame(tiny_folder, house_frame([(120, 3120, 0), (180, 3170, 1), (820, 3120, -2)]))
    assert faults(tiny_folder) == [
        f"{FILE}: point 1: weight: is 0 (allowed: a number above 0)",
        f"{FILE}: point 3: weight: is -2 (allowed: a number above 0)",
    ]


def test_areas_instead_of_points_are_a_fault(tiny_folder: Path):
    frame = house_frame(HOUSES)
    frame.geometry = frame.geometry.to_crs(CRS).buffer(5).to_crs("EPSG:4326")
    write_frame(tiny_folder, frame)
    assert fault(tiny_folder).startswith(f"{FILE}: -: geometry: is not of points")


def test_a_file_without_weights_is_a_fault(tiny_folder: Path):
    write_frame(tiny_folder, house_frame(HOUSES).rename(columns={"weight": "floors"}))
    assert fault(tiny_folder).startswith(f"{FILE}: -: weight: the column of numbers is missing")


def test_dwellings_elsewhere_are_a_fault(tiny_folder: Path):
    write_frame(tiny_folder, house_frame([(90_000, 90_000, 1)]))
    assert fault(tiny_folder).startswith(f"{FILE}: -: geometry: no point lies in the city")


@pytest.mark.parametrize("keep", [0, 10, 200, -1])
def test_a_file_cut_short_is_a_fault(tiny_folder: Path, keep: int):
    write_frame(tiny_folder, house_frame(HOUSES))
    path = tiny_folder / FILE
    path.write_bytes(path.read_bytes()[:keep])
    assert fault(tiny_folder).startswith(f"{FILE}: -: -: {FILE} cannot be read")


GROUPS = {name: AgeGroup(name, {}, name) for name in GROUP_COLUMNS}


@pytest.mark.slow
@given(
    inside=st.sets(st.integers(0, 399), min_size=1),
    houses=st.lists(
        st.tuples(st.integers(0, 1999), st.integers(0, 1999), st.integers(1, 900)), max_size=12
    ),
)
def test_no_cell_loses_or_wins_people_whatever_stands_in_it(
    inside: set[int], houses: list[tuple[int, int, int]]
):
    grid = pd.DataFrame(
        [(7420 + i % 2, 5550 + i // 2, 100 * (i + 1), *(np.nan,) * 3) for i in range(4)],
        columns=["east_km", "north_km", *GROUP_COLUMNS],
    )
    projection = Projection(CRS)

    def district_of(lonlat: FloatArray) -> IntArray:
        square = np.floor((projection.to_metric(lonlat) - ORIGIN_XY) / 100).astype(int)
        return np.isin(square[:, 0] + 20 * square[:, 1], list(inside)).astype(np.int64)

    lonlat = projection.to_lonlat(
        np.array([(x, y) for x, y, _ in houses], dtype=float).reshape(-1, 2) + ORIGIN_XY + 0.5
    )
    weight = np.array([w for *_, w in houses], dtype=float)
    dwellings = Dwellings(lonlat, weight, "s", "2026", "l", Parameters(), 0.0, 0.0)
    evenly, housed = (
        disaggregate(
            grid,
            GROUPS,
            crs_grid=CRS,
            projection=projection,
            district_of=district_of,
            dwellings=given_dwellings,
        )
        for given_dwellings in (None, dwellings)
    )
    for name in GROUP_COLUMNS:
        totals = [
            np.bincount(points.cell, weights=points.people[name], minlength=4)
            for points in (evenly, housed)
        ]
        assert totals[1] == pytest.approx(totals[0])
        assert (housed.people[name] >= 0).all()
    assert (housed.district > 0).all()


def test_each_step_of_the_coverage_is_shown(tiny_folder: Path, tiny: City):
    assert coverage_steps(walkable(tiny, EstimateModel.from_city(tiny))).empty
    city = write_houses(tiny_folder, [(150, 3150, 1), (2550, 2550, 1), (550, 550, 1)])
    steps = coverage_steps(walkable(city, EstimateModel.from_city(city)))
    evenly = coverage_overview(walkable(tiny, EstimateModel.from_city(tiny)))["share"]
    assert steps.index.tolist() == ["nurseries", "aeds"]
    assert steps["estimate_evenly"].tolist() == evenly.dropna().tolist()
    # Nurseries: 720 m straight at most; all three houses are nearer, the fourth cell's half is not.
    assert steps.loc["nurseries", "now"] == pytest.approx(2000 / 2100, abs=0.02)


def test_the_page_of_the_data_shows_the_steps_where_there_are_any(tiny_folder: Path):
    page = client_of(tiny_folder).get("/en/data").get_data(as_text=True)
    assert "steps-title" not in page
    write_houses(tiny_folder)
    client = client_of(tiny_folder)
    for path in ("/data", "/en/data", "/uk/data", "/en/about"):
        shown = client.get(path, follow_redirects=True).get_data(as_text=True)
        assert ("steps-title" in shown) == path.endswith("data")
    assert "6.0%" in shown and "24.0%" in shown and "Invented houses" in shown
