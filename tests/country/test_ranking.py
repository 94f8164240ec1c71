"""Ranks carry their intervals; units are found and sorted; what is not known comes last."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from locator.base.errors import NotFoundError
from locator.country.ranking import chosen_units, ranked_rows
from locator.country.result import MEASURES
from locator.country.table import (
    CountryError,
    CountryTable,
    Service,
    ranks,
    read_table,
    simplified,
    write_table,
)
from locator.country.units import near_cells, read_country_grid, read_units
from locator.walking.graph.osm import ExtractError

NAN = float("nan")


def toy_table(shares: list[tuple[float, float, float]], names: list[str]) -> CountryTable:
    """Return units in a row, each with 1,000 people; NaN is a unit that could not be made."""
    low, share, high = np.array(shares).T
    known = np.isfinite(share)
    frame = pd.DataFrame(
        {f"aeds_{one}": np.where(known, 1.0, NAN) for one in MEASURES},
        index=pd.Index([f"{i:02d}" for i in range(1, len(names) + 1)], name="code"),
    )
    frame["aeds_low"], frame["aeds_share"], frame["aeds_high"] = low, share, high
    frame["aeds_people"] = np.where(known, 1000.0, NAN)
    frame["aeds_unserved"] = np.round(1000 * (1 - share))
    frame.insert(0, "name", names)
    frame.insert(1, "fault", pd.Series(np.where(known, None, "no street"), frame.index))
    shapes = [shapely.box(20 + 0.1 * i, 50, 20.1 + 0.1 * i, 50.1) for i in range(len(names))]
    texts = {"pl": "Defibrylatory", "en": "AEDs", "uk": "Дефібрилятори"}
    service = Service("aeds", texts, texts, texts, 5.0, 2.0, "all")
    about = {"name": "Toyland", "margin_m": 2000.0, "grid_source": "Invented"}
    return CountryTable(
        gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326"), {"aeds": service}, about
    )


TOY = toy_table(
    [(0.4, 0.5, 0.6), (0.5, 0.5, 0.5), (0.1, 0.2, 0.3), (NAN, NAN, NAN), (0.55, 0.9, 0.9)],
    ["Łany", "Osiek", "Wólka", "Nigdzie", "Zagórze"],
)


def test_equal_shares_have_one_rank_and_ranges_that_meet_are_no_order() -> None:
    found = TOY.ranked("aeds")
    # The best (0.55 to 0.9) may be behind the first (0.4 to 0.6), not behind 0.5 for sure.
    assert found["rank"].tolist() == [2, 2, 4, pd.NA, 1]
    assert found["rank_low"].tolist() == [1, 2, 4, pd.NA, 1]
    assert found["rank_high"].tolist() == [3, 3, 4, pd.NA, 2]


def test_ranks_are_those_that_brute_force_finds() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        ends = np.sort(rng.integers(0, 6, (7, 3)) / 5, axis=1)
        frame = pd.DataFrame(ends, columns=["low", "share", "high"])
        found = ranks(frame)
        for i in range(7):
            low, share, high = ends[i]
            others = np.delete(ends, i, axis=0)
            assert found["rank"][i] == 1 + (others[:, 1] > share).sum()
            assert found["rank_low"][i] == 1 + (others[:, 0] > high).sum()
            assert found["rank_high"][i] == 1 + (others[:, 2] > low).sum()
            assert found["rank_low"][i] <= found["rank"][i] <= found["rank_high"][i]


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({}, ["05", "01", "02", "03", "04"]),
        ({"sort": "worst"}, ["03", "01", "02", "05", "04"]),
        ({"sort": "left_out"}, ["03", "01", "02", "05", "04"]),
        ({"sort": "name"}, ["01", "04", "02", "03", "05"]),
        ({"sort": "code"}, ["01", "02", "03", "04", "05"]),
        ({"find": "lany"}, ["01"]),
        ({"find": "wolk"}, ["03"]),
        ({"find": "0"}, ["05", "01", "02", "03", "04"]),
        ({"find": "05"}, ["05"]),
        ({"below": 0.5}, ["03"]),
        ({"find": "xyz"}, []),
    ],
)
def test_units_are_found_and_sorted(asked: dict[str, object], codes: list[str]) -> None:
    assert chosen_units(TOY.ranked("aeds"), **asked).index.tolist() == codes  # type: ignore[arg-type]


def test_rows_say_what_is_not_known_by_none() -> None:
    rows = ranked_rows(TOY, "aeds")
    assert rows[0]["share"] == 0.9
    assert (rows[-1]["code"], rows[-1]["share"], rows[-1]["rank"]) == ("04", None, None)
    assert rows[-1]["fault"] == "no street"
    with pytest.raises(NotFoundError, match="there are: aeds"):
        ranked_rows(TOY, "dragons")


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="GeoParquet needs the extra country")
    write_table(TOY, tmp_path / "a.parquet")
    found = read_table(tmp_path / "a.parquet")
    write_table(found, tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert found.services == TOY.services
    assert found.about == TOY.about
    assert ranked_rows(found, "aeds") == ranked_rows(TOY, "aeds")
    (tmp_path / "c.parquet").write_text("no table")
    with pytest.raises(CountryError, match="no table that"):
        read_table(tmp_path / "c.parquet")
    with pytest.raises(CountryError, match="locator country build"):
        read_table(tmp_path / "d.parquet")


def test_neighbours_still_share_their_borders_when_simplified() -> None:
    wavy = np.linspace(50, 51, 400)
    middle = [(20.5 + 0.02 * np.sin(40 * y), y) for y in wavy]
    left = shapely.Polygon([(20, 50), *middle, (20, 51)])
    right = shapely.Polygon([(21, 50), *middle, (21, 51)])
    areas = simplified([left, right], vertices=100)
    assert shapely.get_num_coordinates(areas).sum() <= 100
    assert shapely.coverage_is_valid(areas)


@pytest.mark.parametrize(
    ("with_code", "crs"), [*product((True, False), ("EPSG:3035", "EPSG:2180"))]
)
def test_a_grid_of_squares_is_read_whatever_its_system(
    with_code: bool, crs: str, tmp_path: Path
) -> None:
    """As the census of 2021 comes: squares of EPSG:3035, put into another system."""
    corners = [(5035, 3045), (5036, 3045), (5035, 3046)]
    squares = [shapely.box(x * 1e3, y * 1e3, x * 1e3 + 1e3, y * 1e3 + 1e3) for x, y in corners]
    values = {"RES": [120, 0, 7], "RES_0_14": [20, 0, None], "RES_15_64": [80, 0, None]}
    frame = gpd.GeoDataFrame({**values, "RES_65_": [20, 0, None]}, geometry=squares, crs=3035)
    if with_code:
        frame["CODE"] = [f"CRS3035RES1000mN{y}000E{x}000" for x, y in corners]
    frame.to_crs(crs).to_file(tmp_path / "grid.gpkg")
    grid = read_country_grid(tmp_path / "grid.gpkg", crs="EPSG:3035")
    assert grid[["east_km", "north_km", "people"]].to_numpy().tolist() == [
        [5035, 3045, 120],
        [5035, 3046, 7],
    ]
    assert grid["age_0_14"].isna().tolist() == [False, True]


def test_a_grid_without_people_is_no_grid(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text("east_km,north_km,persons\n1,2,3\n")
    with pytest.raises(ExtractError, match="knows no people"):
        read_country_grid(path, crs="EPSG:3035")


def test_a_unit_gets_the_cells_that_reach_into_it(tmp_path: Path) -> None:
    square = shapely.box(5_035_500, 3_045_500, 5_036_500, 3_045_900)
    frame = gpd.GeoDataFrame({"teryt": ["01"]}, geometry=[square], crs=3035)
    frame.to_file(tmp_path / "units.gpkg")
    (unit,) = read_units(tmp_path / "units.gpkg")
    assert (unit.code, unit.name) == ("01", "01")
    cells = [(x, y, 1) for x in range(5030, 5040) for y in range(3040, 3050)]
    grid = pd.DataFrame(cells, columns=["east_km", "north_km", "people"])
    (near,) = near_cells(grid, [unit], "EPSG:3035")
    assert set(near["east_km"]) == {5035, 5036}
    assert 3045 in set(near["north_km"]) <= {3044, 3045, 3046}
