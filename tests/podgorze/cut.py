"""Cut the piece of Podgórze out of the city folder: ``python -m tests.podgorze.cut``.

The piece is kept in the repository, so that a change of the city's data changes no test; it is cut
anew only when a format changes. Everything in it keeps source, date and licence of where it is
cut from (geodata/README.md).
"""

from __future__ import annotations

import csv
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from locator.base.packed import packed_bytes, read_packed
from locator.city.model import default_folder

FOLDER = Path(__file__).parent / "city"
BOX = (19.9430, 50.0385, 19.9560, 50.0465)
"""West, south, east, north: Rynek Podgórski, the foot of Krzemionki, the bank of the Vistula."""

MARGIN_DEG = 0.004
"""Streets, land and houses round the box stay: walks may leave it."""

LAYERS = ("aeds", "senior_activity_centres", "day_care_homes")
_ABOUT_OF_FORMAT = {"format", "geometry", "rows", "scale", "columns"}


def main() -> None:
    """Write the folder anew."""
    source = default_folder()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    _catalogue(source)
    shutil.copy(source / "kinds.toml", FOLDER)
    _districts(source)
    for layer in LAYERS:
        _features(source / f"{layer}.geojson")
    for table in ("addresses.csv", "stops.csv", "street_names.csv", "landmarks.csv"):
        _table(source / table)
    _grid(source / "population_grid.csv")
    wide = shapely.box(*BOX).buffer(MARGIN_DEG, join_style="mitre")
    for name in ("streets", "land", "waters_and_rails", "buildings", "place_names"):
        _packed(source / f"{name}.npz", wide)
    for name in ("addresses", "dwellings"):
        _packed(source / f"{name}.npz", shapely.box(*BOX))


def _catalogue(source: Path) -> None:
    text = (source / "catalogue.toml").read_text(encoding="utf-8")
    river, estimate = text.index("[river]"), text.index("[estimate]")
    head, layers = text[:river] + text[estimate:], []
    start = head.index("[layers.")
    for part in head[start:].split("\n\n"):
        if any(f"[layers.{layer}]" in part or f"[layers.{layer}." in part for layer in LAYERS):
            layers.append(part)
    cut = head[:start] + "\n\n".join(layers) + "\n"
    cut = cut.replace('id = "krakow"', 'id = "podgorze"')
    tomllib.loads(cut)
    (FOLDER / "catalogue.toml").write_text(cut, encoding="utf-8")


def _districts(source: Path) -> None:
    district = next(
        feature
        for feature in json.loads((source / "districts.geojson").read_text())["features"]
        if feature["properties"]["roman"] == "XIII"
    )
    area = shapely.intersection(
        shapely.from_geojson(json.dumps(district["geometry"])), shapely.box(*BOX)
    )
    district["geometry"] = json.loads(shapely.to_geojson(shapely.set_precision(area, 1e-6)))
    district["properties"]["residents"] = None
    _write_features(FOLDER / "districts.geojson", [district])


def _features(file: Path) -> None:
    kept = [
        feature
        for feature in json.loads(file.read_text(encoding="utf-8"))["features"]
        if feature["geometry"] and _inside(*feature["geometry"]["coordinates"])
    ]
    _write_features(FOLDER / file.name, kept)


def _write_features(file: Path, features: list[Any]) -> None:
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    file.write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n')


def _table(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        rows = [row for row in reader if row["lon"] and _inside(row["lon"], row["lat"])]
    _write_rows(file.name, list(reader.fieldnames or ()), _renumbered(rows))


def _renumbered(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row | {"index": str(i)} if "index" in row else row for i, row in enumerate(rows)]


def _grid(file: Path) -> None:
    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True)
    east, north = to_grid.transform([BOX[0], BOX[2]], [BOX[1], BOX[3]])
    low, high = (
        np.floor([min(east) / 1000, min(north) / 1000]),
        [max(east) / 1000, max(north) / 1e3],
    )
    with file.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        rows = [
            row
            for row in reader
            if low[0] <= float(row["east_km"]) <= high[0]
            and low[1] <= float(row["north_km"]) <= high[1]
        ]
    _write_rows(file.name, list(reader.fieldnames or ()), rows)


def _write_rows(name: str, columns: list[str], rows: list[dict[str, str]]) -> None:
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _packed(file: Path, area: Any) -> None:
    frame, about = read_packed(file)
    kept: gpd.GeoDataFrame = frame[frame.intersects(area)].reset_index(drop=True)
    said = {name: value for name, value in about.items() if name not in _ABOUT_OF_FORMAT}
    (FOLDER / file.name).write_bytes(packed_bytes(kept, about=said, scale=about["scale"]))


def _inside(lon: float | str, lat: float | str) -> bool:
    return BOX[0] <= float(lon) <= BOX[2] and BOX[1] <= float(lat) <= BOX[3]


if __name__ == "__main__":
    main()
