"""The base map: what tiles hold, where they are served, and what a damaged file does."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from locator.base.geo import WGS84
from locator.base.packed import packed_bytes
from locator.city.added_streets import STREETS_FILE
from locator.city.basemap import kept_ground
from locator.city.basemap.backdrop import read_backdrop
from locator.city.basemap.files import BUILDINGS, LAND, LINES, PLACES, map_file_faults
from locator.city.basemap.ground import map_ground
from locator.city.basemap.lettering import line_offers, names_of
from locator.city.basemap.mvt import features_of, line_geometry
from locator.city.basemap.serving import UNUSED_S, BaseMap
from locator.city.basemap.shapes import Cut, _rings, _single, cut, shapes_of
from locator.city.basemap.store import BusyError, TileStore
from locator.city.basemap.tiles import tile
from locator.city.basemap.worldgrid import EXTENT, tile_range, tile_units, to_tile, world_units
from locator.city.model import City, load_city
from locator.web import create_app
from locator.web.map.style import COLOURS
from locator.web.static_files import STATIC
from tests.tinycity import at, write_tiny_city
from tests.waiting import wait_until

ABOUT = {"source": "invented", "source_date": "2026-11", "licence": "CC0-1.0"}
ZOOM = 15


def square(x: float, y: float, side: float) -> shapely.Polygon:
    return shapely.Polygon([at(x, y), at(x + side, y), at(x + side, y + side), at(x, y + side)])


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([at(*point) for point in points])


def pack(folder: Path, file: str, geometries: list[Any], columns: dict[str, list[Any]]) -> None:
    frame = gpd.GeoDataFrame(columns, geometry=geometries, crs=4326)
    (folder / file).write_bytes(packed_bytes(frame, about=ABOUT))


@pytest.fixture(scope="module")
def drawn_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny city with a park, a pond, a stream, a tram, two houses, a quarter, two streets."""
    from tests.tinycity import write_tiny_city

    folder = write_tiny_city(tmp_path_factory.mktemp("drawn") / "tiny")
    land = [square(100, 3000, 300), square(600, 3000, 80)]
    pack(folder, LAND.name, land, {"kind": ["park", "water"]})
    lines = [line((0, 3300), (900, 3300)), line((0, 3450), (900, 3450))]
    pack(folder, LINES.name, lines, {"kind": ["stream", "tram"], "name": ["Potok", None]})
    pack(folder, BUILDINGS.name, [square(500, 3500, 20), square(540, 3500, 20)], {})
    place = shapely.Point(at(450, 3200))
    pack(folder, PLACES.name, [place], {"kind": ["quarter"], "name": ["Stare Lipki"]})
    ways = [
        line((100, 3400), (500, 3400)),
        line((500, 3400), (900, 3400)),
        line((500, 3000), (500, 3400)),
    ]
    tags = {
        "highway": ["residential", "residential", "footway"],
        "name": ["Lipowa", "Lipowa", None],
        "bridge": [None, "yes", None],
        "tunnel": [None] * 3,
        "service": [None] * 3,
    }
    pack(folder, STREETS_FILE, ways, tags)
    return folder


@pytest.fixture(scope="module")
def drawn(drawn_folder: Path) -> City:
    return load_city(drawn_folder)


@pytest.fixture(scope="module")
def app(drawn_folder: Path) -> Flask:
    return create_app({"GEODATA": drawn_folder, "TESTING": True})


def key_at(x: float, y: float, zoom: int = ZOOM) -> tuple[int, int, int]:
    column, row = (world_units([at(x, y)]) // tile_units(zoom))[0].tolist()
    return zoom, column, row


# A second reader of the format, as plain as can be -------------------------------------------


def varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def fields(data: bytes) -> list[tuple[int, Any]]:
    found, place = [], 0
    while place < len(data):
        key, place = varint(data, place)
        value, place = varint(data, place)
        if key & 7 == 2:
            found.append((key >> 3, data[place : place + value]))
            place += value
        else:
            found.append((key >> 3, value))
    return found


def numbers(data: bytes) -> list[int]:
    found, place = [], 0
    while place < len(data):
        value, place = varint(data, place)
        found.append(value)
    return found


def geometry(data: bytes) -> list[list[tuple[int, int]]]:
    """Return the points, lines or rings of a geometry."""
    stream, parts, place, x, y = numbers(data), [], 0, 0, 0
    while place < len(stream):
        command, count = stream[place] & 7, stream[place] >> 3
        place += 1
        for _ in range(count if command != 7 else 0):
            x += (stream[place] >> 1) ^ -(stream[place] & 1)
            y += (stream[place + 1] >> 1) ^ -(stream[place + 1] & 1)
            place += 2
            if command == 1:
                parts.append([])
            parts[-1].append((x, y))
    return parts


def read(data: bytes) -> dict[str, list[tuple[dict[str, Any], list[list[tuple[int, int]]]]]]:
    """Return the features of each layer: attributes and geometry."""
    layers = {}
    for _, layer in fields(data):
        of = fields(layer)
        name = next(value for tag, value in of if tag == 1).decode()
        keys = [value.decode() for tag, value in of if tag == 3]
        values = [
            inner.decode() if tag == 1 else inner
            for outer, value in of
            if outer == 4
            for tag, inner in fields(value)
        ]
        layers[name] = []
        for tag, feature in of:
            if tag == 2:
                parts = dict(fields(feature))
                tags = numbers(parts.get(2, b""))
                said = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
                layers[name].append((said, geometry(parts[4])))
    return layers


# The tiles ----------------------------------------------------------------------------------


def test_a_tile_holds_what_lies_there(drawn: City) -> None:
    found = read(tile(map_ground(drawn), *key_at(500, 3400)))

    assert [said["kind"] for said, _ in found["land"]] == ["park", "water"]
    assert [said["kind"] for said, _ in found["lines"]] == ["stream", "tram"]
    assert len(found["buildings"]) == 1
    assert [len(part) for part in found["buildings"][0][1]] == [4, 4]
    assert [said for said, _ in found["streets"]] == [
        {"class": "path"},
        {"class": "minor"},
        {"class": "minor", "level": "bridge"},
    ]
    names = {(said["kind"], said["name"]) for said, _ in found["names"]}
    assert {("quarter", "Stare Lipki"), ("stop", "Lipowa"), ("street", "Lipowa")} <= names


def test_what_is_small_waits_for_its_zoom(drawn: City) -> None:
    ground = map_ground(drawn)
    far = read(tile(ground, *key_at(500, 3400, 12)))
    near = read(tile(ground, *key_at(500, 3400, 14)))

    assert "buildings" not in far
    assert [said for said, _ in far["streets"]] == [
        {"class": "minor"},
        {"class": "minor", "level": "bridge"},
    ]
    assert "buildings" not in near
    assert {"class": "path"} in [said for said, _ in near["streets"]]


def test_a_corner_of_a_house_is_drawn_where_it_stands(drawn: City) -> None:
    zoom, x, y = key_at(500, 3500, 17)
    found = read(tile(map_ground(drawn), zoom, x, y))
    corners = {
        tuple(corner) for _, parts in found["buildings"] for part in parts for corner in part
    }
    exact = world_units([at(500, 3500)])[0] - np.array([x, y]) * tile_units(zoom)
    wanted = exact / (tile_units(zoom) / EXTENT)

    assert min(np.hypot(*(np.array(corner) - wanted)) for corner in corners) < 1.5


@pytest.mark.parametrize("missing", [LAND, LINES, BUILDINGS, PLACES])
@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_a_map_without_a_file_is_a_map_without_its_layer(
    drawn_folder: Path, tmp_path: Path, missing: Any, how: str
) -> None:
    folder = Path(shutil.copytree(drawn_folder, tmp_path / "city"))
    path = folder / missing.name
    path.unlink() if how == "missing" else path.write_bytes(path.read_bytes()[:-60])
    city = load_city(folder)
    ground = map_ground(city)

    assert ground.faults == ((missing.name,) if how == "damaged" else ())
    assert "streets" in read(tile(ground, *key_at(500, 3400)))
    assert [fault.file for fault in map_file_faults(folder)] == list(ground.faults)


def test_a_city_of_nothing_but_districts_and_addresses_is_drawn_too(tiny: City) -> None:
    found = read(tile(map_ground(tiny), *key_at(500, 2000, 13)))
    kinds = {said["kind"] for said, _ in found["names"]}

    # The river is where the banks meet; streets are named where their addresses are.
    assert [said["kind"] for said, _ in found["lines"]] == ["river"]
    assert {said["kind"] for said, _ in found["borders"]} == {"district", "city"}
    assert "district" in kinds
    near = read(tile(map_ground(tiny), *key_at(500, 3400, 15)))
    assert {"stop", "street"} <= {said["kind"] for said, _ in near["names"]}


def test_the_river_lies_where_the_banks_meet(tiny: City) -> None:
    zoom, x, y = key_at(500, 2000, 14)
    ((_, parts),) = read(tile(map_ground(tiny), zoom, x, y))["lines"]
    bank = to_tile(world_units([at(500, 2000)]), zoom, x, y)[0]

    assert shapely.distance(shapely.LineString(parts[0]), shapely.Point(bank)) < 2


def test_platforms_of_one_stop_are_named_once_and_stops_outside_not_at_all(tiny: City) -> None:
    ground = map_ground(tiny)
    stops = Counter(ground.at.texts[ground.at.kinds == "stop"])

    assert stops == {"Lipowa": 1, "Most Środkowy": 1, "Polna": 1}
    assert ground.at.texts[ground.at.kinds == "stop"][0] == "Lipowa"  # the one of two platforms


def test_a_districts_name_stands_inside_it(tiny: City) -> None:
    ground = map_ground(tiny)
    rows = ground.at.kinds == "district"
    shapes = shapely.transform(
        tiny.districts.geometry.values, lambda p: world_units(p).astype(float)
    )

    assert [text.split("\n")[1] for text in ground.at.texts[rows]] == tiny.districts[
        "name"
    ].tolist()
    assert shapely.contains(
        shapes, shapely.points(ground.at.xy[ground.at.offsets[:-1][rows]])
    ).all()


def test_a_name_of_a_street_is_offered_once_wherever_tiles_meet(drawn: City) -> None:
    ground = map_ground(drawn)
    for zoom in (14, 15, 16, 17):
        left, top, right, bottom = tile_range(drawn.boundary.bounds, zoom)
        offered = [
            tuple((np.array([x, y]) * EXTENT + offer.xy[len(offer.xy) // 2]).tolist())
            for x in range(left, right + 1)
            for y in range(top, bottom + 1)
            for offer in line_offers(ground.along, zoom, x, y)
            if offer.text == "Lipowa"
        ]
        metres = 800 / (2 ** (30 - zoom) / EXTENT * 40_075_016 * np.cos(np.radians(50.1)) / 2**30)
        apart = (380 if zoom < 15 else 230) * 4
        assert len(set(offered)) == len(offered) == max(1, round(metres / apart))


def test_what_is_named_at_a_point_is_offered_from_its_own_zoom_on(drawn: City) -> None:
    (lon, lat), (far_lon, far_lat) = at(450, 3200), at(450, 3800)
    houses = pd.DataFrame(
        [("Stare Lipki", "1", lon, lat), ("Stare Lipki", "2", far_lon, far_lat)],
        columns=["street", "number", "lon", "lat"],
    )
    landmarks = pd.DataFrame(
        [("Wieża", "landmark", lon, lat, True), ("Studnia", "landmark", lon, lat, False)],
        columns=["name", "kind", "lon", "lat", "known"],
    )
    units = gpd.GeoDataFrame(
        {"name": ["Stare Lipki", "Nowe Lipki"]},
        geometry=[square(300, 3000, 300), square(600, 3000, 300)],
        crs=4326,
    )
    ground = map_ground(replace(drawn, houses=houses, landmarks=landmarks, units=units))
    offered = Counter(zip(ground.at.kinds, ground.at.texts, ground.at.zooms.tolist(), strict=True))

    assert {
        name: count for name, count in offered.items() if name[0] not in ("stop", "district")
    } == {
        ("quarter", "Stare Lipki", 11): 1,
        ("quarter", "Nowe Lipki", 11): 1,  # a unit that no place is named after
        ("neighbourhood", "Stare Lipki", 16): 2,  # among its houses
        ("known", "Wieża", 15): 1,
        ("landmark", "Studnia", 16): 1,
        ("number", "1", 16): 1,
        ("number", "2", 16): 1,
    }


def test_a_bent_street_offers_a_straight_piece_or_none() -> None:
    size = tile_units(16)
    corner = np.array([[0.2, 0.5], [0.5, 0.5], [0.5, 0.2]]) * size
    zigzag = np.array([[0.3 + 0.02 * i, 0.5 + 0.03 * (i % 2)] for i in range(20)]) * size
    lines = np.array([shapely.LineString(corner), shapely.LineString(zigzag)])
    names = names_of(lines, ["Kątowa", "Zygzak"], ["street"] * 2, [9, 9])
    offers = list(line_offers(names, 16, 0, 0))

    assert [offer.text for offer in offers] == ["Kątowa"]
    ends = offers[0].xy[-1] - offers[0].xy[0]
    assert min(abs(ends)) <= 0.35 * max(abs(ends))
    assert ends[0] >= 0  # read from left to right


# The format ---------------------------------------------------------------------------------


@given(
    st.lists(
        st.lists(st.tuples(st.integers(-70, 2200), st.integers(-70, 2200)), min_size=3, max_size=6),
        min_size=1,
        max_size=5,
    ),
    st.booleans(),
)
def test_what_is_written_reads_back(parts: list[list[tuple[int, int]]], polygons: bool) -> None:
    starts = np.cumsum([0, *(len(part) for part in parts)])
    codes = np.sort(np.arange(len(parts)) // 2)
    found = features_of(
        Cut(np.array([point for part in parts for point in part]), starts, codes), polygons=polygons
    )

    assert [code for code, _ in found] == sorted(set(codes.tolist()))
    assert [part for _, data in found for part in geometry(data)] == parts


@given(
    st.lists(st.tuples(st.integers(-3000, 5000), st.integers(-3000, 5000)), min_size=2, max_size=9)
)
def test_the_line_of_a_name_is_written_as_every_other_line(points: list[tuple[int, int]]) -> None:
    xy = np.array(points)
    starts, codes = np.array([0, len(xy)]), np.array([0])
    assert features_of(Cut(xy, starts, codes), polygons=False) == [(0, line_geometry(xy))]


@pytest.mark.parametrize("holes", [[0], [3], [0, 2, 0, 0, 1], [1, 1, 0]])
def test_rings_are_those_of_a_ragged_array(holes: list[int]) -> None:
    def polygon(number: int, count: int) -> shapely.Polygon:
        inner = [shapely.Point(4 * i, 0).buffer(1, quad_segs=i + 1) for i in range(count)]
        return shapely.box(-2, -2, 20, 2 + number).difference(shapely.union_all(inner))

    polygons = np.array([polygon(*one) for one in enumerate(holes)])
    lengths, shell = _rings(polygons)
    _, points, (rings, first) = shapely.to_ragged_array(polygons)
    assert np.array_equal(np.concatenate([[0], np.cumsum(lengths)]), rings)
    assert np.array_equal(np.flatnonzero(shell), first[:-1])
    assert np.array_equal(shapely.get_coordinates(polygons), points)


def test_shapes_of_several_parts_stand_between_the_others() -> None:
    # A comb is cut into three by the edge of the tile; what lies before and behind it stays whole.
    comb = [(100, 500), (100, -99), (300, -99), (300, 500), (500, 500), (500, -99), (700, -99)]
    before, behind = [(0, 700), (900, 700)], [(0, 800), (900, 800)]
    lines = shapely.clip_by_rect(
        [shapely.LineString(one) for one in (before, [*comb, (700, 500)], behind)],
        *(-64, -64, 1000, 1000),
    )
    parts, index = _single(lines, polygons=False)
    assert index.tolist() == [0, 1, 1, 1, 2]
    whole = [lines[0], *shapely.get_parts(lines[1]), lines[2]]
    assert [one.wkt for one in parts] == [one.wkt for one in whole]


@given(st.integers(0, 2**32 - 1), st.sampled_from([12, 14, 16]))
def test_what_is_cut_covers_what_the_shapes_cover(seed: int, zoom: int) -> None:
    random = np.random.default_rng(seed)
    centres = shapely.points(np.array([19.9, 50.06]) + random.uniform(-0.02, 0.02, (12, 2)))
    discs = shapely.buffer(centres, random.uniform(0.0005, 0.006, 12), quad_segs=4)
    discs = shapely.difference(discs, shapely.buffer(centres, 0.0003, quad_segs=4))
    x, y = (world_units([[19.9, 50.06]]) // tile_units(zoom))[0].tolist()
    found = cut(shapes_of(discs, np.zeros(12, dtype=int), np.full(12, 9)), zoom, x, y)
    units = shapely.transform(discs, lambda points: to_tile(world_units(points), zoom, x, y))
    points = shapely.points(random.uniform(0, EXTENT, (60, 2)))
    # What lies within a pixel of an edge may fall on either side of it.
    sure = shapely.distance(points, shapely.union_all(shapely.boundary(units))) > 4
    rings = [found.xy[a:b] for a, b in zip(found.starts, found.starts[1:], strict=False)]
    turns = np.array([np.sign(_area(ring)) for ring in rings])
    inside = [shapely.contains(shapely.make_valid(shapely.Polygon(r)), points) for r in rings]
    winding = np.sum(turns[:, None] * inside, axis=0) if rings else np.zeros(len(points))
    covered = shapely.contains(units[:, None], points).sum(axis=0)

    assert winding[sure].tolist() == covered[sure].tolist()


def _area(ring: Any) -> float:
    x, y = np.asarray(ring, dtype=float).T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


# Serving ------------------------------------------------------------------------------------


def address(app: Flask, key: tuple[int, int, int]) -> str:
    zoom, x, y = key
    return f"/tiles/{app.extensions['locator.city.basemap'].version}/{zoom}/{x}/{y}.pbf"


def test_a_tile_of_this_version_keeps_for_a_year(app: Flask, client: FlaskClient) -> None:
    answer = client.get(address(app, key_at(500, 3400)), headers={"Accept-Encoding": "br"})

    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.mapbox-vector-tile"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "streets" in read(brotli.decompress(answer.data))


def test_who_knows_no_brotli_gets_it_plain_and_who_has_it_nothing(client: FlaskClient) -> None:
    path = "/tiles/{}/{}/{}.pbf".format(*key_at(500, 3400))
    answer = client.get(path)
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})

    assert "Content-Encoding" not in answer.headers
    assert "streets" in read(answer.data)
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert (again.status_code, again.data) == (304, b"")


def test_an_old_version_gives_the_present_tile_and_is_not_kept_for_long(
    app: Flask, client: FlaskClient
) -> None:
    zoom, x, y = key_at(500, 3400)
    old = client.get(f"/tiles/000000000000/{zoom}/{x}/{y}.pbf")

    assert old.data == client.get(address(app, (zoom, x, y))).data
    assert old.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/15/0/0.pbf",  # elsewhere on earth
        "/tiles/8/142/86.pbf",
        "/tiles/18/145000/88000.pbf",
        "/tiles/15/99999999999999999999/1.pbf",
        "/tiles/15/-1/1.pbf",
        "/tiles/15/1.5/1.pbf",
        "/tiles/x/15/1/1.png",
    ],
)
def test_there_are_no_tiles_elsewhere(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_version_changes_with_the_data_alone(drawn_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(drawn_folder, tmp_path / "city"))
    first = BaseMap(load_city(folder)).version
    same = BaseMap(load_city(folder)).version
    pack(folder, BUILDINGS.name, [square(500, 3500, 21)], {})

    assert first == same == BaseMap(load_city(drawn_folder)).version
    assert BaseMap(load_city(folder)).version != first


def test_what_tiles_are_cut_from_is_let_go_where_none_is_drawn(drawn_folder: Path) -> None:
    now = [0.0]
    known = BaseMap(load_city(drawn_folder), clock=lambda: now[0])
    drawn, first = known._draw(*key_at(500, 3400)), known.ground
    now[0] = UNUSED_S - 1
    known.let_go()
    assert known.ground is first  # and is in use from now on
    now[0] = 2 * UNUSED_S - 2
    known.let_go()
    assert known.ground is first
    now[0] = 3 * UNUSED_S
    known.let_go()
    assert known.ground is not first
    assert known._draw(*key_at(500, 3400)) == drawn


def grounds(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.ground"))


def test_what_tiles_are_cut_from_is_made_once_and_mapped(
    drawn_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = Path(shutil.copytree(drawn_folder, tmp_path / "city")), tmp_path / "cache"
    keys = [key_at(500, 3400, zoom) for zoom in range(9, 18)]
    plain = BaseMap(load_city(folder))
    first, again = BaseMap(load_city(folder), cache), BaseMap(load_city(folder), cache)
    assert [first._draw(*key) for key in keys] == [plain._draw(*key) for key in keys]
    with monkeypatch.context() as patch:
        patch.setattr(kept_ground, "map_ground", None)  # needed no more
        assert [again._draw(*key) for key in keys] == [plain._draw(*key) for key in keys]
    for known in (first.ground, again.ground):
        arrays = [known.at.words, known.along.xy, *vars(known.layers["streets"]).values()]
        mapped = [array for array in arrays if isinstance(array, np.ndarray)]
        assert not any(array.flags.owndata for array in mapped)
        assert all(array.flags.aligned for array in mapped)

    pack(folder, BUILDINGS.name, [square(500, 3500, 21)], {})
    other = BaseMap(load_city(folder), cache)
    assert other.ground.faults == ()
    assert [file.stem for file in grounds(cache)] == [other.version]
    assert first._draw(*keys[0]) == plain._draw(*keys[0])  # of the file that is gone


def test_a_damaged_file_of_what_tiles_are_cut_from_is_made_again(
    drawn_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    city, key = load_city(drawn_folder), key_at(500, 3400)
    drawn = BaseMap(city, tmp_path)._draw(*key)
    (file,) = grounds(tmp_path)
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
    assert BaseMap(city, tmp_path)._draw(*key) == drawn
    assert "is damaged; it is made again" in caplog.text
    assert file.read_bytes() == whole


def test_what_was_made_of_a_damaged_file_or_of_others_meanwhile_is_not_kept(
    drawn_folder: Path, tmp_path: Path
) -> None:
    folder, cache = Path(shutil.copytree(drawn_folder, tmp_path / "city")), tmp_path / "cache"
    known = BaseMap(load_city(folder), cache)
    pack(folder, BUILDINGS.name, [square(500, 3500, 21)], {})
    assert "buildings" in known.ground.layers
    (folder / LAND.name).write_bytes(b"damaged")
    assert BaseMap(load_city(folder), cache).ground.faults == (LAND.name,)
    assert grounds(cache) == []


def test_where_nothing_can_be_kept_tiles_are_cut_from_memory(
    drawn_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    known = BaseMap(load_city(drawn_folder), tmp_path / "cache")
    assert known._draw(*key_at(500, 3400)) == BaseMap(load_city(drawn_folder))._draw(
        *key_at(500, 3400)
    )
    assert "is not kept" in caplog.text


def test_the_style_for_other_programs_has_a_colour_for_everything(client: FlaskClient) -> None:
    for theme in ("light", "dark"):
        style = json.loads(client.get(f"/tiles/{theme}.json").text)
        assert style["version"] == 8
        assert style["sources"]["map"]["tiles"] == ["http://localhost/tiles/{z}/{x}/{y}.pbf"]
        ids = [layer["id"] for layer in style["layers"]]
        assert len(ids) == len(set(ids))
        layers = {layer.get("source-layer") for layer in style["layers"]} - {None}
        assert layers == {"land", "lines", "buildings", "streets", "borders", "names"}
    assert client.get("/tiles/sepia.json").status_code == 404


# What was drawn is kept ---------------------------------------------------------------------


class Drawing:
    def __init__(self) -> None:
        self.calls: list[tuple[int, int, int]] = []

    def __call__(self, zoom: int, x: int, y: int) -> bytes:
        self.calls.append((zoom, x, y))
        return np.random.default_rng(x).bytes(5000)  # does not get smaller


def test_what_was_drawn_is_not_drawn_again_not_by_another_process_either(tmp_path: Path) -> None:
    first, second = Drawing(), Drawing()
    tiles = [TileStore(first, tmp_path / "v1.sqlite").tile((9, 1, 1)) for _ in range(2)]

    assert TileStore(second, tmp_path / "v1.sqlite").tile((9, 1, 1)) == tiles[0] == tiles[1]
    assert (len(first.calls), second.calls) == (1, [])


def test_another_version_sweeps_out_what_the_old_one_kept(tmp_path: Path) -> None:
    TileStore(Drawing(), tmp_path / "v1.sqlite").tile((9, 1, 1))
    drawing = Drawing()
    TileStore(drawing, tmp_path / "v2.sqlite").tile((9, 1, 1))

    assert len(drawing.calls) == 1
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} == {"v2"}


def test_what_is_kept_is_bounded_and_the_oldest_goes_first(tmp_path: Path) -> None:
    drawing = Drawing()
    store = TileStore(drawing, tmp_path / "v1.sqlite", max_bytes=100_000)
    for x in range(60):
        store.tile((12, x, 0))
        with sqlite3.connect(tmp_path / "v1.sqlite") as kept:
            (size,) = kept.execute("SELECT total(length(data)) FROM tiles").fetchone()
        kept.close()
        assert size <= 100_000
    drawing.calls.clear()
    store.tile((12, 59, 0))
    store.tile((12, 0, 0))
    assert drawing.calls == [(12, 0, 0)]


@pytest.mark.parametrize("broken", ["a file in the way", "not a database"])
def test_without_a_place_on_disk_tiles_are_kept_in_memory(tmp_path: Path, broken: str) -> None:
    if broken == "a file in the way":
        (tmp_path / "tiles").write_text("")
    else:
        (tmp_path / "tiles").mkdir()
        (tmp_path / "tiles" / "v1.sqlite").write_bytes(b"rubbish" * 1000)
    drawing = Drawing()
    store = TileStore(drawing, tmp_path / "tiles" / "v1.sqlite")

    assert store.tile((9, 1, 1)) == store.tile((9, 1, 1))
    assert len(drawing.calls) == 1


def test_many_who_ask_for_one_tile_wait_for_one_drawing_and_too_many_are_sent_away() -> None:
    begun, go_on = threading.Event(), threading.Event()
    calls = []

    def slow(*key: int) -> bytes:
        calls.append(key)
        begun.set()
        assert go_on.wait(20)
        return b"tile"

    store = TileStore(slow, in_line=3)
    answers: list[bytes] = []
    asking = [
        threading.Thread(target=lambda: answers.append(store.tile((9, 1, 1)))) for _ in range(3)
    ]
    asking[0].start()
    assert begun.wait(20)
    for one in asking[1:]:
        one.start()
    wait_until(lambda: not store._line._value)  # all three stand in line
    with pytest.raises(BusyError):
        store.tile((9, 2, 2))
    go_on.set()
    for one in asking:
        one.join(20)
    assert (len(answers), len(set(answers)), calls) == (3, 1, [(9, 1, 1)])


def test_who_is_sent_away_is_told_when_to_come_again(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: int) -> bytes:
        raise BusyError

    monkeypatch.setattr(app.extensions["locator.city.basemap"], "tile", busy)
    answer = client.get(address(app, key_at(500, 3400)))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


# The look -----------------------------------------------------------------------------------


def colours(theme: str) -> dict[str, str]:
    sheet = (STATIC / "map" / "basemap.css").read_text(encoding="utf-8")
    part = sheet.partition("@media (prefers-color-scheme: dark)")[0 if theme == "light" else 2]
    return dict(re.findall(r"--map-([\w-]+): (#[0-9a-f]{6});", part))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_has_its_twin_and_letters_can_be_read_on_their_halo(theme: str) -> None:
    palette = colours(theme)

    assert set(palette) == set(COLOURS)
    for name in COLOURS:
        if name.endswith("name"):
            assert contrast(palette[name], palette["halo"]) >= 4.5, name
            assert contrast(palette[name], palette["land"]) >= 4.5, name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ground_is_calm_so_that_signs_stand_out(theme: str) -> None:
    palette = colours(theme)
    sign_edge = "#ffffff"
    for name in COLOURS:
        if not name.endswith(("name", "number", "edge", "boundary", "halo", "gap")):
            against_land = contrast(palette[name], palette["land"])
            assert against_land <= 3.0, name
    assert theme == "light" or contrast(sign_edge, palette["land"]) > 10


def test_a_small_map_has_what_the_folder_knows(tmp_path: Path) -> None:
    city = load_city(write_tiny_city(tmp_path / "tiny"))
    nothing = read_backdrop(city.folder, city.projection)
    assert [len(shapes) for shapes in vars(nothing).values()] == [0] * 5
    box = shapely.box(19.9, 50.0, 19.91, 50.01)
    pond, wood = shapely.box(19.9, 50.0, 19.901, 50.001), shapely.box(19.9, 50.0, 19.902, 50.002)
    land = gpd.GeoDataFrame(
        {"kind": ["residential", "water", "wood"]}, geometry=[box, pond, wood], crs=WGS84
    )
    (city.folder / "land.npz").write_bytes(packed_bytes(land, about={}))
    found = read_backdrop(city.folder, city.projection)
    assert shapely.area(found.green) == pytest.approx([4 * 7990], rel=0.02)
    assert shapely.area(found.water) == pytest.approx([7990], rel=0.02)
    (city.folder / "land.npz").write_bytes(b"PK")
    assert len(read_backdrop(city.folder, city.projection).green) == 0
