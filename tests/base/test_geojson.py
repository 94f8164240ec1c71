"""Every GeoJSON that leaves the program is RFC 7946's, and the same thing is told in one way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from locator.base.geojson import feature, geometry_json
from locator.cli.main import main
from tests.tinycity import at
from tests.web.test_long_values import PART

GEOJSON = "application/geo+json"
CLOCKWISE = shapely.Polygon(
    [(0, 0), (0, 9), (9, 9), (9, 0)], [[(1, 1), (2, 1), (2, 2), (1, 2)], [(3, 3), (3, 4), (4, 4)]]
)


def test_a_point_is_written_as_any_other_geometry_is() -> None:
    for lon, lat in ((19.1234565, 50.0000005), (-0.0000001, 50.1), (20.0, 50.0)):
        point, (part,) = shapely.Point(lon, lat), shapely.MultiPoint([(lon, lat)]).geoms
        many = geometry_json(shapely.MultiPoint([part]))
        assert many is not None
        assert geometry_json(point) == {"type": "Point", "coordinates": many["coordinates"][0]}
    assert geometry_json(shapely.Point()) is None


def polygons(value: Any) -> Iterator[list[list[list[float]]]]:
    """Yield the rings of every polygon anywhere in a JSON value."""
    if isinstance(value, dict):
        if value.get("type") == "Polygon":
            yield value["coordinates"]
        elif value.get("type") == "MultiPolygon":
            yield from value["coordinates"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from polygons(item)


def signed_area(ring: list[list[float]]) -> float:
    """Return twice the area of a ring, positive if it runs counterclockwise."""
    x, y = np.array(ring).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


def check(collection: Any) -> int:
    """Hold a collection against RFC 7946; return how many polygons it has."""
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    assert all(one["type"] == "Feature" and "properties" in one for one in collection["features"])
    found = list(polygons(collection))
    for outer, *holes in found:
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in (outer, *holes))
        assert signed_area(outer) > 0
        assert all(signed_area(hole) < 0 for hole in holes)
    return len(found)


def addresses(app: Flask) -> Iterator[str]:
    given = {"layer": "nurseries", "layer_id": "nurseries", "kind": "x"}
    for rule in app.url_map.iter_rules():
        if str(rule).endswith("json") or "/api/" in str(rule):
            yield PART.sub(lambda part: given.get(part.group(1), "x"), str(rule))


def test_rings_run_by_the_right_hand_rule_as_they_are_written() -> None:
    made = geometry_json(CLOCKWISE)
    assert made is not None
    outer, *holes = made["coordinates"]
    assert signed_area(outer) > 0 > max(map(signed_area, holes))
    assert shapely.equals(shapely.from_geojson(json.dumps(made)), CLOCKWISE)
    several = shapely.GeometryCollection([CLOCKWISE, shapely.MultiPolygon([CLOCKWISE])])
    assert [signed_area(outer) > 0 for outer, *_ in polygons(geometry_json(several))] == [True] * 2


def test_coordinates_are_rounded_and_nothing_is_invented() -> None:
    point = shapely.Point(19.938312345678, 50.061498765432)
    assert geometry_json(point) == {"type": "Point", "coordinates": [19.938312, 50.061499]}
    assert geometry_json(point, 5) == {"type": "Point", "coordinates": [19.93831, 50.0615]}
    assert geometry_json(None) is None and geometry_json(shapely.Polygon()) is None
    assert feature({"a": 1}, None) == {"type": "Feature", "geometry": None, "properties": {"a": 1}}
    assert feature({}, None, id_="n-1")["id"] == "n-1"


def test_every_address_that_sends_geojson_keeps_to_it(app: Flask) -> None:
    lon, lat = at(500, 3000)
    start = f"lat={lat}&lon={lon}"
    seen: dict[str, int] = {}
    for path in addresses(app):
        change = "minutes=4&close=nurseries-1"
        for query in ("", start, f"{start}&layer=nurseries", "minutes=3", change):
            answer = app.test_client().get(f"{path}?{query}")
            if answer.status_code == 200 and answer.mimetype == GEOJSON:
                seen[path] = max(seen.get(path, 0), check(answer.get_json(force=True)))
    assert {path for path, areas in seen.items() if areas} >= {
        "/api/districts",
        "/api/coverage/nurseries.geojson",
        "/coverage/nurseries/gaps.geojson",
        "/maps/coverage/nurseries.geojson",
        "/what-if/nurseries/areas.geojson",
    }
    assert len(seen) >= 15


def test_every_file_of_the_command_line_keeps_to_it(city_folder: Path, tmp_path: Path) -> None:
    change = tmp_path / "change.json"
    change.write_text(json.dumps({"layer": "nurseries", "close": ["nurseries-1"], "minutes": 4}))
    for args in (
        ["coverage", "nurseries", "--minutes", "3", "--out", str(tmp_path / "gaps.geojson")],
        ["scenario", str(change), "--out", str(tmp_path / "change.geojson")],
        ["report", "--layer", "nurseries", "--out", str(tmp_path)],
    ):
        done = CliRunner().invoke(main, ["--geodata", str(city_folder), *args])
        assert done.exit_code == 0, done.output
    written = {
        path.name: check(json.loads(path.read_bytes())) for path in tmp_path.glob("*.geojson")
    }
    assert {name for name, areas in written.items() if areas} >= {
        "gaps.geojson",
        "change.geojson",
        "tiny-nurseries-districts.geojson",
        "tiny-nurseries-gaps.geojson",
    }


def test_the_gaps_are_one_file_whoever_is_asked(
    client: FlaskClient, city_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "gaps.geojson"
    question = ["coverage", "nurseries", "--minutes", "3"]
    args = ["--geodata", str(city_folder), *question, "--out", str(out)]
    assert CliRunner().invoke(main, args).exit_code == 0
    told = {
        client.get(f"{language}{path}?minutes=3").data
        for language in ("", "/en", "/uk")
        for path in ("/api/coverage/nurseries.geojson", "/coverage/nurseries/gaps.geojson")
    }
    assert told == {out.read_bytes()}
    (first, *_) = json.loads(out.read_bytes())["features"]
    assert list(first["properties"]) == [
        "people",
        "low",
        "high",
        "district",
        "district_name",
        "unit",
        "place",
        "walk_s",
    ]
