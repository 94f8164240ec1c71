"""The collections under /ogc: by our own reading of the standard, and by GDAL's driver."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pyogrio
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyproj import Transformer
from shapely.geometry import box, shape
from waitress.server import create_server

from locator.api.ogc.collections import Features
from locator.api.ogc.documents import CONFORMS_TO
from locator.api.ogc.items import _in_span, _span
from locator.web import create_app
from tests.serving import address_of, in_a_thread
from tests.tinycity import write_tiny_city

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = write_tiny_city(tmp_path_factory.mktemp("ogc") / "tiny")
    return create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def told(client: FlaskClient, path: str, **query: Any) -> Any:
    answer = client.get(f"/en/ogc{path}", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def faults(client: FlaskClient, **query: Any) -> dict[str, str]:
    answer = client.get("/en/ogc/collections/nurseries/items", query_string=query)
    assert answer.status_code == 400
    return {one["parameter"]: one["message"] for one in answer.json["error"]["faults"]}


# conf/core, conf/geojson -------------------------------------------------------------------------


def test_from_the_landing_page_every_link_leads_somewhere(client: FlaskClient) -> None:
    seen: set[str] = set()
    waiting = ["/en/ogc"]
    while waiting:
        path = waiting.pop()
        answer = client.get(path)
        assert answer.status_code == 200, path
        if not answer.is_json:
            continue
        links = list(answer.json.get("links", []))
        for one in answer.json.get("collections", []):
            links += one["links"]
        for link in links:
            assert link["href"].startswith("http") and link["rel"] and link["type"]
            to = link["href"].removeprefix("http://localhost")
            if to.startswith("/") and to not in seen:
                seen.add(to)
                waiting.append(to)
                got = client.get(to)
                assert got.mimetype == link["type"].partition(";")[0], to
    assert len(seen) > 30
    rels = {link["rel"] for link in told(client, "")["links"]}
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= rels


def test_conformance_names_the_classes_that_these_tests_hold(client: FlaskClient) -> None:
    assert told(client, "/conformance")["conformsTo"] == list(CONFORMS_TO)
    kept = {uri.rpartition("/")[2] for uri in CONFORMS_TO}
    assert kept == {"core", "geojson", "html", "oas30", "crs"}


def test_every_kind_of_collection_is_there_and_has_features(client: FlaskClient) -> None:
    listed = told(client, "/collections")["collections"]
    ids = [one["id"] for one in listed]
    assert {"nurseries", "districts", "coverage", "gaps", "vehicles"} <= set(ids)
    for one in listed:
        page = told(client, f"/collections/{one['id']}/items")
        assert page["type"] == "FeatureCollection" and page["numberMatched"] > 0
        assert page["numberReturned"] == len(page["features"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", page["timeStamp"])
        first = page["features"][0]
        alone = told(client, f"/collections/{one['id']}/items/{first['id']}")
        assert alone["properties"] == first["properties"] and alone["links"][0]["rel"] == "self"


def test_a_gap_has_the_range_of_its_people(client: FlaskClient) -> None:
    gaps = [one["properties"] for one in told(client, "/collections/gaps/items")["features"]]
    mine = [gap for gap in gaps if gap["layer"] == "nurseries"]
    known = client.get("/api/coverage/nurseries").get_json()["gaps"]
    assert [(gap["people"], gap["low"], gap["high"]) for gap in mine] == [
        (gap["people"], gap["low"], gap["high"]) for gap in known
    ]
    assert all(gap["low"] <= gap["people"] <= gap["high"] for gap in mine) and mine


def test_pages_hold_every_feature_once_in_a_lasting_order(client: FlaskClient) -> None:
    everything = told(client, "/collections/nurseries/items")
    ids = [one["id"] for one in everything["features"]]
    assert everything["numberMatched"] == len(ids) > 2
    found, path = [], "/en/ogc/collections/nurseries/items?limit=2&f=json"
    while path:
        page = client.get(path).json
        assert page["numberMatched"] == len(ids)
        found += [one["id"] for one in page["features"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        assert ("prev" in links) == (len(found) > 2)
        path = links.get("next", "").removeprefix("http://localhost")
    assert found == ids
    last = told(client, "/collections/nurseries/items", offset=len(ids))
    assert last["features"] == [] and last["numberReturned"] == 0
    assert len(told(client, "/collections/nurseries/items", limit=10**9)["features"]) == len(ids)


def test_a_box_holds_what_touches_it_and_nothing_that_lies_nowhere(client: FlaskClient) -> None:
    everything = told(client, "/collections/nurseries/items")["features"]
    somewhere = [one for one in everything if one["geometry"]]
    west, south = somewhere[0]["geometry"]["coordinates"]
    corner = box(west, south, west + 0.02, south + 0.02)
    wanted = [one["id"] for one in somewhere if shape(one["geometry"]).intersects(corner)]
    given = ",".join(map(str, corner.bounds))
    page = told(client, "/collections/nurseries/items", bbox=given)
    assert [one["id"] for one in page["features"]] == wanted
    assert 0 < len(wanted) < len(everything)
    w, s, e, n = corner.bounds
    heights = told(client, "/collections/nurseries/items", bbox=f"{w},{s},0,{e},{n},9")
    assert heights["features"] == page["features"]
    world = told(client, "/collections/nurseries/items", bbox="-180,-90,180,90")
    assert world["numberMatched"] == len(somewhere)
    # Beyond the date line and round to us: from 170 degrees east to 30 degrees east.
    round_it = told(client, "/collections/nurseries/items", bbox="170,-90,30,90")
    assert round_it["numberMatched"] == len(somewhere)
    assert told(client, "/collections/nurseries/items", bbox="170,-90,-170,90")["features"] == []


def test_a_time_holds_what_existed_then_and_what_nobody_dated() -> None:
    opened = [_span("2024-02-01/.."), _span("../2024-01-31"), (None, None), _span("2024-03-05")]
    held = Features(list("abcd"), [{}] * 4, [None] * 4, opened)

    def chosen(given: str) -> str:
        flags = _in_span(held, _span(given))
        return "".join(id_ for id_, flag in zip(held.ids, flags, strict=True) if flag)

    assert chosen("2024-01-31") == "bc"
    assert chosen("2024-02-01") == "ac"
    assert chosen("2024-02-01T00:00:00Z") == "ac"
    assert chosen("2024-02-01T00:30:00+01:00") == "bc"  # still January in UTC
    assert chosen("../2024-01-01") == chosen("/2024-01-01") == "bc"
    assert chosen("2024-03-05T12:00:00Z/..") == "acd"
    assert chosen("2024-03-06/2024-03-07") == "ac"


def test_properties_are_filters_and_several_hold_together(client: FlaskClient) -> None:
    everything = told(client, "/collections/coverage/items")["features"]
    some = everything[0]["properties"]
    page = told(client, "/collections/coverage/items", layer=some["layer"], number=some["number"])
    assert [one["id"] for one in page["features"]] == [everything[0]["id"]]
    assert told(client, "/collections/coverage/items", layer="none")["numberMatched"] == 0
    moving = told(client, "/collections/vehicles/items")["features"][0]["properties"]["confirmed"]
    asked = {"confirmed": str(moving).lower()}
    assert told(client, "/collections/vehicles/items", **asked)["numberMatched"] > 0
    # What is not known equals nothing, not even the word for it.
    assert told(client, "/collections/nurseries/items", closed="None")["numberMatched"] == 0


def test_all_that_is_wrong_is_told_at_once(client: FlaskClient) -> None:
    said = faults(client, limit=0, offset=-1, bbox="1,2,3", datetime="yesterday", nope=1, f="xml")
    assert set(said) == {"limit", "offset", "bbox", "datetime", "nope", "f"}
    assert "from 1 to 1000" in said["limit"]
    both = faults(client, crs="EPSG:2178", **{"bbox-crs": "x"})
    assert set(both) == {"crs", "bbox-crs"} and f"{EPSG}4326" in both["crs"]
    assert set(faults(client, bbox="19,51,20,50")) == {"bbox"}
    for wrong in ("2024-13-01", "2024-02-01/2024-01-01", "..", "a/b/c", "2024-01-01T10:00:00"):
        assert set(faults(client, datetime=wrong)) == {"datetime"}, wrong
    assert set(faults(client, bbox="nan,1,2,3")) == {"bbox"}
    twice = client.get("/ogc/collections/nurseries/items?status=open&status=closed")
    assert twice.status_code == 400
    assert client.get("/ogc/conformance?limit=1").status_code == 400
    assert client.get("/ogc/collections/none/items").status_code == 404
    assert client.get("/ogc/collections/nurseries/items/none").status_code == 404


# conf/html ---------------------------------------------------------------------------------------


def test_people_get_a_page_of_the_same(client: FlaskClient) -> None:
    asks = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
    for path in ("/ogc", "/uk/ogc/collections", "/ogc/conformance", "/ogc/collections/nurseries"):
        answer = client.get(path, headers=asks)
        assert answer.mimetype == "text/html" and "Accept" in answer.headers["Vary"], path
    page = client.get("/en/ogc/collections/nurseries/items?limit=2", headers=asks)
    text = page.get_data(as_text=True)
    ids = [one["id"] for one in told(client, "/collections/nurseries/items")["features"]]
    assert all(id_ in text for id_ in ids[:2]) and ids[2] not in text
    assert f"2 of {len(ids)}" in text and "offset=2" in text
    lost = client.get("/en/ogc/collections/none", headers=asks)
    assert lost.status_code == 404 and lost.mimetype == "text/html"
    assert client.get("/ogc?f=json", headers=asks).mimetype == "application/json"
    assert client.get("/ogc", headers={"Accept": "*/*"}).mimetype == "application/json"


# conf/oas30 --------------------------------------------------------------------------------------


def test_the_description_is_of_openapi_30_and_of_what_is_served(client: FlaskClient) -> None:
    document = told(client, "/api")
    assert document["openapi"].startswith("3.0.")
    served = {str(rule) for rule in client.application.url_map.iter_rules()}
    for path, one in document["paths"].items():
        own = re.sub(r"\{(\w+)Id\}", r"<\1_id>", f"/ogc{path}").rstrip("/")
        assert own in served
        for parameter in one["get"]["parameters"]:
            # Keywords that OpenAPI 3.0 does not have.
            assert not {"const", "examples", "prefixItems", "$defs"} & set(parameter["schema"])


# conf/crs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [4326, 3857, 2178, 2180])
def test_another_system_has_its_own_axes_and_its_own_boxes(client: FlaskClient, code: int) -> None:
    plain = told(client, "/collections/nurseries/items")["features"]
    answer = client.get(f"/ogc/collections/nurseries/items?crs={EPSG}{code}")
    assert answer.headers["Content-Crs"] == f"<{EPSG}{code}>"
    turn = Transformer.from_crs("EPSG:4326", f"EPSG:{code}", always_xy=False)
    for before, after in zip(plain, answer.json["features"], strict=True):
        if before["geometry"] is None:
            assert after["geometry"] is None
            continue
        lon, lat = before["geometry"]["coordinates"]
        first, second = turn.transform(lat, lon)
        # As exact as six decimals of a degree are.
        assert after["geometry"]["coordinates"] == pytest.approx(
            [first, second], abs=1e-6 if code == 4326 else 0.1
        )
    there = next(one for one in answer.json["features"] if one["geometry"])
    first, second = there["geometry"]["coordinates"]
    near = 1e-4 if code == 4326 else 5
    asked = {
        "bbox": f"{first - near},{second - near},{first + near},{second + near}",
        "bbox-crs": f"{EPSG}{code}",
    }
    page = told(client, "/collections/nurseries/items", **asked)
    assert [one["id"] for one in page["features"]] == [there["id"]]


def test_the_stored_system_is_named_and_is_the_default(client: FlaskClient) -> None:
    one = told(client, "/collections/districts")
    assert one["storageCrs"] == one["crs"][0] == CRS84 and f"{EPSG}2178" in one["crs"]
    answer = client.get("/ogc/collections/districts/items")
    assert answer.headers["Content-Crs"] == f"<{CRS84}>"


# GDAL --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(app: Flask) -> Iterator[str]:
    server = create_server(app, host="127.0.0.1", port=0, threads=2)
    with in_a_thread(server):
        yield address_of(server)


READS = """
import json, sys
import pyogrio
source, box = sys.argv[1], tuple(json.loads(sys.argv[2]))
crs = "http://www.opengis.net/def/crs/EPSG/0/2178"
names = [str(name) for name, _ in pyogrio.list_layers(source)]
def read(**how):
    frame = pyogrio.read_dataframe(source, layer="nurseries", **how)
    found = {
        row.id: row.geometry and list(row.geometry.coords[0]) for row in frame.itertuples()
    }
    return frame.crs and frame.crs.to_epsg(), found
told = [read(PAGE_SIZE="2"), read(PAGE_SIZE="2", CRS=crs), read(bbox=box)]
print(json.dumps([names, told]))
"""


@pytest.mark.skipif("OAPIF" not in pyogrio.list_drivers(), reason="GDAL without its driver")
def test_gdal_reads_all_pages_in_any_system_within_a_box(site: str, client: FlaskClient) -> None:
    plain = {
        one["id"]: one["geometry"] and one["geometry"]["coordinates"]
        for one in told(client, "/collections/nurseries/items")["features"]
    }
    id_, (lon, lat) = next((id_, place) for id_, place in plain.items() if place)
    near = [lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4]
    # In a process of its own, for while GDAL waits no thread of this one can answer.
    done = subprocess.run(
        [sys.executable, "-c", READS, f"OAPIF:{site}/en/ogc", json.dumps(near)],
        capture_output=True,
        check=True,
        timeout=60,
    )
    names, [everything, metric, boxed] = json.loads(done.stdout)
    assert {"nurseries", "districts", "coverage", "gaps", "vehicles"} <= set(names)
    assert everything[1] == plain
    assert metric[0] == 2178
    turn = Transformer.from_crs("EPSG:4326", "EPSG:2178", always_xy=True)
    assert metric[1] == {
        one: place and pytest.approx(turn.transform(*place), abs=0.1)
        for one, place in plain.items()
    }
    assert set(boxed[1]) == {id_}
