"""What GDAL writes in a program of its own is what it writes in the one that asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from locator.reports.geofiles import geofile

PLACES = gpd.GeoDataFrame(
    {"name": ["Łąka", None], "places": [12, 30]},
    geometry=[shapely.Point(19.9, 50.0), shapely.Point(20.0, 50.1)],
    crs="EPSG:4326",
)
FLAT = {"driver": "FlatGeobuf", "SPATIAL_INDEX": "YES"}


def test_the_file_is_the_same_where_no_program_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    apart = geofile("places.fgb", [(PLACES, FLAT)])
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert geofile("places.fgb", [(PLACES, FLAT)]) == apart


def test_several_layers_are_written_into_one_file(tmp_path: Path) -> None:
    options = {"driver": "GPKG", "DESCRIPTION": "Miejsca"}
    layers = [(PLACES, options | {"layer": "one"}), (PLACES[:1], options | {"layer": "two"})]
    made = tmp_path / "places.gpkg"
    made.write_bytes(geofile(made.name, layers))
    assert gpd.list_layers(made)["name"].tolist() == ["one", "two"]
    assert gpd.read_file(made, layer="one")["name"].fillna("").tolist() == ["Łąka", ""]
    assert len(gpd.read_file(made, layer="two")) == 1


def test_who_asks_does_not_load_what_writes() -> None:
    program = (
        "import sys\nfrom tests.reports.test_geofiles import FLAT, PLACES, geofile\n"
        "assert len(geofile('places.fgb', [(PLACES, FLAT)])) > 1000\n"
        "sys.exit('pyogrio' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


def test_what_gdal_refuses_is_told() -> None:
    with pytest.raises(RuntimeError, match="(?s)GDAL ended with 1: .*nothing"):
        geofile("places.nothing", [(PLACES, {"driver": "nothing"})])
