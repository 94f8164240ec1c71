"""Write a country of three units along one street, and a fourth where no street is.

Metres east (x) and north (y) of the tiny city's origin, in EPSG:2178, the system of the grid, too.

    unit 1   0 <= x < 2000, unit 2  2000 <= x < 4000, unit 3  4000 <= x < 6000, all 0 <= y < 1000
    unit 4   20 km to the east: people, but no street
    streets  Długa along y = 500 from x = 50 to 5950, with a cross street every 500 m
    pharmacy at (1900, 500), in unit 1 and 100 m from unit 2;  AED at (5000, 500), in unit 3
    people   1000 / 100 / 700 / 200 in each of the six cells of 1 km, and in unit 4's two
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from locator.country.build import CountryPlan
from tests.osmdata import write_osm
from tests.tinycity import CRS, at

CODES = ("01", "02", "03", "04")
EAST = (0.0, 2000.0, 4000.0, 20000.0)
STEP = 50


def streets() -> tuple[dict[int, tuple[float, float]], list[tuple[list[int], dict[str, str]]]]:
    """Return the nodes and ways of all streets."""
    along = list(range(50, 6000, STEP))
    nodes = {1 + i: (float(x), 500.0) for i, x in enumerate(along)}
    ways = [(list(nodes), {"highway": "residential", "name": "Długa"})]
    for number, x in enumerate(range(250, 6000, 500)):
        middle = 1 + along.index(x)
        ends = 1000 + 2 * number, 1001 + 2 * number
        nodes |= {ends[0]: (x, 60.0), ends[1]: (x, 940.0)}
        ways.append(([ends[0], middle, ends[1]], {"highway": "footway", "name": f"Boczna {x}"}))
    return nodes, ways


PLACES = {
    5000: ((1900.0, 505.0), {"amenity": "pharmacy", "name": "Apteka"}),
    5001: ((5000.0, 505.0), {"emergency": "defibrillator", "name": "Straż"}),
    5002: ((300.0, 510.0), {"addr:street": "Długa", "addr:housenumber": "3"}),
    5003: ((2300.0, 510.0), {"highway": "bus_stop", "name": "Długa"}),
    5004: ((100.0, 900.0), {"natural": "tree"}),
}


def write_extract(path: Path, places: dict[int, Any] | None = None) -> Path:
    """Write the country's only extract."""
    nodes, ways = streets()
    there = PLACES if places is None else places
    nodes |= {number: place for number, (place, _) in there.items()}
    tags = {number: kinds for number, (_, kinds) in there.items()}
    return write_osm(path, nodes, ways, tags, timestamp="2026-10-01T20:21:22Z")


def square(x: float, width: float = 2000.0) -> shapely.Polygon:
    """Return one unit's area."""
    corners = ((x, 0), (x + width, 0), (x + width, 1000), (x, 1000))
    return shapely.Polygon([at(*corner) for corner in corners])


def write_units(path: Path, areas: dict[str, shapely.Polygon] | None = None) -> Path:
    """Write the boundaries."""
    areas = areas or {code: square(x) for code, x in zip(CODES, EAST, strict=True)}
    values = {"TERYT": list(areas), "nazwa": [f"Gmina {code}" for code in areas]}
    gpd.GeoDataFrame(values, geometry=list(areas.values()), crs="EPSG:4326").to_file(path)
    return path


def write_grid(path: Path) -> Path:
    """Write the census cells."""
    cells = [(7420 + i, 5550, 1000, 100, 700, 200) for i in (0, 1, 2, 3, 4, 5, 20, 21)]
    columns = ["east_km", "north_km", "people", "age_0_14", "age_15_64", "age_65_plus"]
    pd.DataFrame(cells, columns=columns).to_csv(path, index=False)
    return path


def toy_plan(folder: Path, **more: Any) -> CountryPlan:
    """Write all that a country is made of, where it is not there yet, and say so."""
    (folder / "extracts").mkdir(exist_ok=True)
    made = {
        "boundaries": (folder / "units.geojson", write_units),
        "grid": (folder / "grid.csv", write_grid),
    }
    for path, write in made.values():
        if not path.exists():
            write(path)
    if not list((folder / "extracts").iterdir()):
        write_extract(folder / "extracts" / "all.osm.pbf")
    values = {name: path for name, (path, _) in made.items()} | {
        "extracts": folder / "extracts",
        "out": folder / "out",
        "services": ("pharmacies", "aeds"),
        "grid_crs": CRS,
        "country": "PL",
        "name": "Toyland",
    }
    return CountryPlan(**(values | more))
