"""Units of the tiny city: read, found by point, refused when broken."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from locator.base.errors import CityFolderError, Fault
from locator.base.packed import packed_bytes
from locator.base.reading import FaultLog
from locator.city.model import City, load_city
from locator.city.units import FILE, read_units, unit_names

WEST = shapely.box(0.0, 0.0, 1.0, 1.0)
EAST = shapely.box(1.0, 0.0, 2.0, 1.0)
ISLAND = shapely.box(5.0, 0.0, 6.0, 1.0)


def write(folder: Path, *rows: tuple[str | None, str | None, shapely.Geometry]) -> None:
    units, names, areas = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame({"unit": units, "name": names}, geometry=list(areas), crs="EPSG:4326")
    (folder / FILE).write_bytes(packed_bytes(frame, about={}))


def read(folder: Path) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    faults: list[Fault] = []
    return read_units(folder, FaultLog(FILE, faults)), faults


def test_a_unit_of_two_parts_is_one(tmp_path: Path) -> None:
    write(tmp_path, ("I.1", "Zachód", WEST), ("I.2", "Wschód", EAST), ("I.1", "Zachód", ISLAND))
    units, faults = read(tmp_path)
    assert faults == []
    assert units["name"].to_dict() == {"I.1": "Zachód", "I.2": "Wschód"}
    points = np.array([[0.5, 0.5], [1.5, 0.5], [5.5, 0.5], [9.0, 9.0], [1.0, 0.5]])
    assert unit_names(points, units).tolist() == ["Zachód", "Wschód", "Zachód", None, "Zachód"]


def test_a_folder_without_units_has_none(tmp_path: Path) -> None:
    units, faults = read(tmp_path)
    assert (len(units), faults) == (0, [])
    assert unit_names(np.zeros((2, 2)), units).tolist() == [None, None]


def test_every_fault_is_named(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    write(tmp_path, ("I.1", None, WEST), ("I.2", "Wschód", bow))
    _, faults = read(tmp_path)
    assert [(fault.feature, fault.field) for fault in faults] == [
        ("row 1", "name"),
        ("row 2", "geometry"),
    ]
    write(tmp_path, ("I.1", "Zachód", WEST), ("I.1", "Wschód", ISLAND))
    assert [fault.feature for fault in read(tmp_path)[1]] == ["I.1"]


def test_a_broken_file_stops_the_start(tiny_folder: Path) -> None:
    (tiny_folder / FILE).write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(CityFolderError, match=r"units\.npz cannot be read"):
        load_city(tiny_folder)


def test_krakow_has_its_units_and_facilities_know_theirs(krakow: City) -> None:
    assert len(krakow.units) == 123
    facilities = krakow.facilities
    assert facilities.at["senior_activity_centres-001", "unit"] == "Kazimierz"
    inside = facilities[facilities["x"].notna() & facilities["district"].notna()]
    assert inside["unit"].notna().mean() > 0.99
