"""Buildings become dwellings by rules that can be worked out by hand."""

from __future__ import annotations

import dataclasses
import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from locator.city.dwellings import FILE, Parameters
from locator.city.model import load_city
from locator.cli.main import main
from locator.curation.weighing import held_out
from tests.tinycity import at, feature, rectangle, write_json, write_table

P = Parameters()
HOUSE = math.sqrt(100 * P.house_m2)

Building = tuple[float, float, float, float, int]
"""West and south corner, width and depth in metres, floors."""


def area(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[list(at(x, y)) for x, y in corners]]}


@pytest.fixture
def material(tmp_path: Path) -> Path:
    """All of cell (0, 3) but its north is residential; what stands there each test says itself."""
    folder = tmp_path / "material"
    folder.mkdir()
    residential = feature(rectangle(0, 3000, 1000, 3900), **{"class": "residential"})
    write_json(folder / "landuse.geojson", [residential])
    write_table(folder / "places.csv", "name,class,lon,lat", [("far", "shop", *at(3400, 100))])
    return folder


def weigh(
    city: Path,
    material: Path,
    buildings: list[Building],
    numbers: list[tuple[float, float]],
    *more: str,
) -> Result:
    write_json(
        material / "buildings.geojson",
        [feature(area(x, y, x + w, y + d), floors=floors) for x, y, w, d, floors in buildings],
    )
    rows = [(str(i), *at(x, y)) for i, (x, y) in enumerate(numbers, 1)]
    write_table(material / "numbers.csv", "housenumber,lon,lat", rows or [("1", *at(3400, 3900))])
    return run(city, material, *more)


def run(city: Path, material: Path, *more: str) -> Result:
    files = {
        "--buildings": "buildings.geojson",
        "--house-numbers": "numbers.csv",
        "--landuse": "landuse.geojson",
        "--places": "places.csv",
    }
    options = [part for name, file in files.items() for part in (name, str(material / file))]
    said = ["--source", "Invented", "--source-date", "2026", "--json", "--geodata", str(city)]
    return CliRunner().invoke(main, ["people", "spread", *options, *said, *more])


def weights(city: Path) -> dict[tuple[int, int], float]:
    """Return the weights by the place of their square of 100 m."""
    loaded = load_city(city)
    assert loaded.dwellings is not None
    xy = loaded.projection.to_metric(loaded.dwellings.lonlat) - (7_420_000, 5_550_000)
    places = [(int(x // 100), int(y // 100)) for x, y in xy]
    assert len(set(places)) == len(places)
    return dict(zip(places, loaded.dwellings.weight.tolist(), strict=True))


def test_footprint_times_floors_and_small_houses_by_the_family(tiny_folder: Path, material: Path):
    result = weigh(
        tiny_folder,
        material,
        [(110, 3110, 20, 30, 4), (310, 3110, 10, 10, 1), (510, 3110, 10, 10, 3)],
        [(120, 3120), (315, 3115), (515, 3115)],
    )
    assert result.exit_code == 0, result.output
    assert weights(tiny_folder) == pytest.approx(
        {(1, 31): 2400, (3, 31): HOUSE, (5, 31): 300}, abs=1
    )


def test_unknown_floors_are_those_of_the_nearest_known_or_the_default(
    tiny_folder: Path, material: Path
):
    tall = [(110 + 16 * i, 3110, 15, 20, floors) for i, floors in enumerate((4, 4, 11))]
    asking = [(160, 3210, 20, 20, 1), (810, 3810, 20, 20, 1)]  # 100 m and 700 m away
    buildings = [*tall, *asking]
    result = weigh(tiny_folder, material, buildings, [(x + 5, y + 5) for x, y, *_ in buildings])
    assert result.exit_code == 0, result.output
    found = weights(tiny_folder)
    assert found[1, 32] == pytest.approx(400 * 4, abs=1)
    assert found[8, 38] == pytest.approx(400 * P.floors, abs=1)


def test_what_is_no_dwelling_weighs_nothing(tiny_folder: Path, material: Path):
    land = json.loads((material / "landuse.geojson").read_text(encoding="utf-8"))["features"]
    land.append(feature(rectangle(300, 3000, 400, 3900), **{"class": "industrial"}))
    write_json(material / "landuse.geojson", land)
    write_table(
        material / "places.csv", "name,class,lon,lat", [("Szkoła", "school", *at(515, 3115))]
    )
    buildings: list[Building] = [
        (110, 3110, 10, 10, 1),
        (310, 3110, 20, 30, 4),  # in a works
        (510, 3110, 20, 30, 4),  # a school
        (610, 3110, 60, 60, 1),  # a hall
        (810, 3110, 20, 30, 4),  # without a number, where others have one
    ]
    numbers = [(x + 5, y + 5) for x, y, *_ in buildings[:-1]]
    assert weigh(tiny_folder, material, buildings, numbers).exit_code == 0
    assert list(weights(tiny_folder)) == [(1, 31)]


def test_where_no_house_has_a_number_residential_land_decides(tiny_folder: Path, material: Path):
    buildings = [(110, 3110, 10, 10, 1), (110, 3950, 10, 10, 1)]
    assert weigh(tiny_folder, material, buildings, []).exit_code == 0
    assert weights(tiny_folder) == pytest.approx({(1, 31): HOUSE}, abs=1)


def test_a_number_beside_a_house_is_its_own_and_numbers_share_alike(
    tiny_folder: Path, material: Path
):
    numbers = [(105, 3120), (395, 3120), (500, 3120)]  # 5 m before, 5 m behind, 110 m away
    assert weigh(tiny_folder, material, [(110, 3110, 280, 20, 2)], numbers).exit_code == 0
    assert weights(tiny_folder) == pytest.approx({(1, 31): 5600, (3, 31): 5600}, rel=1e-3)


def test_outside_residential_land_and_among_shops_a_house_weighs_less(
    tiny_folder: Path, material: Path
):
    shops = [("s", "shop", *at(110, 3115)) for _ in range(10)]
    nothing = [("b", "bus", *at(110, 3115)) for _ in range(10)]
    write_table(material / "places.csv", "name,class,lon,lat", shops + nothing)
    buildings = [(110, 3110, 10, 10, 1), (310, 3950, 10, 10, 1)]
    numbers = [(115, 3115), (315, 3955)]
    assert weigh(tiny_folder, material, buildings, numbers).exit_code == 0
    assert weights(tiny_folder) == pytest.approx(
        {(1, 31): HOUSE * math.exp(-10 / P.businesses), (3, 39): HOUSE * P.mixed}, abs=1
    )


def test_files_may_be_gzipped_and_one_feature_a_line(tiny_folder: Path, material: Path):
    weigh(tiny_folder, material, [(110, 3110, 10, 10, 1)], [(115, 3115)])
    first = (tiny_folder / FILE).read_bytes()
    house = feature(area(110, 3110, 120, 3120), floors=1)
    for name, text in {
        "buildings.geojsonseq.gz": json.dumps(house) + "\n",
        "numbers.csv.gz": (material / "numbers.csv").read_text(encoding="utf-8"),
        "landuse.geojson.gz": (material / "landuse.geojson").read_text(encoding="utf-8"),
    }.items():
        with gzip.open(material / name, "wt", encoding="utf-8") as stream:
            stream.write(text)
    options = [
        *("--buildings", str(material / "buildings.geojsonseq.gz")),
        *("--house-numbers", str(material / "numbers.csv.gz")),
        *("--landuse", str(material / "landuse.geojson.gz")),
    ]
    assert run(tiny_folder, material, *options).exit_code == 0
    assert (tiny_folder / FILE).read_bytes() == first


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("buildings.geojson", "{", "buildings.geojson cannot be read as GeoJSON."),
        ("buildings.geojson", '{"type": "FeatureCollection", "features": []}', "floors"),
        ("numbers.csv", "number,lon,lat\n1,20,50\n", "numbers.csv lacks the columns housenumber;"),
        ("numbers.csv", "housenumber,lon,lat\n1,x,50\n", "numbers.csv, line 2: lon is 'x'"),
        ("places.csv", "", "places.csv is not a CSV table"),
        ("places.csv", "class,lon,lat\n", "places.csv has no rows."),
        ("landuse.geojson", "[]", "landuse.geojson"),
    ],
)
def test_a_bad_file_is_named_and_nothing_is_written(
    tiny_folder: Path, material: Path, file: str, text: str, said: str
):
    weigh(tiny_folder, material, [(110, 3110, 10, 10, 1)], [(115, 3115)])
    before = (tiny_folder / FILE).read_bytes()
    (material / file).write_text(text, encoding="utf-8")
    result = run(tiny_folder, material)
    assert result.exit_code == 2 and said in result.output
    assert (tiny_folder / FILE).read_bytes() == before


def test_no_dwelling_is_no_answer(tiny_folder: Path, material: Path):
    result = weigh(tiny_folder, material, [(3110, 3110, 10, 10, 1)], [])
    assert result.exit_code == 1 and "No dwelling was found in the city." in result.output
    assert not (tiny_folder / FILE).exists()


def test_a_broken_file_is_replaced(tiny_folder: Path, material: Path):
    (tiny_folder / FILE).write_bytes(b"broken")
    assert weigh(tiny_folder, material, [(110, 3110, 10, 10, 1)], [(115, 3115)]).exit_code == 0
    assert load_city(tiny_folder).demand.method == "buildings"


def test_what_is_held_out_by_hand():
    # Blocks of 2 x 2 hold cells (0, 0) and (1, 0), or each alone: in two of four ways they are one
    # block of 100 people. Weights 1 : 3 put 25 and 75 where 40 and 60 live: 15 of 100 misplaced.
    grid = pd.DataFrame({"east_km": [0, 1], "north_km": [0, 0], "people": [40, 60]})
    assert held_out(grid, np.array([1.0, 3.0])) == pytest.approx(0.15 / 2)
    assert held_out(grid, np.ones(2)) == pytest.approx(0.10 / 2)
    assert held_out(grid, np.zeros(2)) == pytest.approx(0.10 / 2)


def test_the_parameters_that_kraków_was_spread_with_stand_in_its_file(krakow):
    assert krakow.dwellings is not None
    assert dataclasses.asdict(krakow.dwellings.parameters) == dataclasses.asdict(Parameters())
    assert krakow.dwellings.misplaced < 0.06 < 0.2 < krakow.dwellings.misplaced_evenly
