"""What catalogues, readers of feeds, calendars, validators and GIS programs are given."""

from __future__ import annotations

import json
import tomllib
import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pyogrio
import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from jsonschema import Draft202012Validator
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Literal

from locator.api.asking import OPERATIONS
from locator.api.dcat import CONTEXT
from locator.api.operations import GEOJSON, JSON
from locator.api.turtle import turtle
from locator.city.changes import changes_of, openings_of
from locator.city.model import City, default_folder
from locator.web.pages.api import example_of
from locator.web.state import state
from tests.serving import client_of
from tests.tinycity import write_json

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "http://localhost"


# DCAT-AP ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graph(app: Any) -> Graph:
    with warnings.catch_warnings():  # rdflib's own reader calls what rdflib gives up
        warnings.simplefilter("ignore", DeprecationWarning)
        return Graph().parse(data=app.test_client().get("/catalog.jsonld").data, format="json-ld")


def test_turtle_says_what_json_ld_says(client: FlaskClient, graph: Graph) -> None:
    answer = client.get("/catalog.ttl")
    assert answer.content_type == "text/turtle; charset=utf-8"
    assert isomorphic(graph, Graph().parse(data=answer.data, format="turtle"))


def test_what_texts_may_hold_is_written_as_turtle_has_it() -> None:
    said = {"@value": 'a "b" \\ c\nd\té', "@language": "pl"}
    node = {"@context": CONTEXT, "@id": "http://x/", "@type": "dcat:Dataset", "dct:title": [said]}
    found = Graph().parse(data=turtle(node), format="turtle")
    (title,) = found.objects(URIRef("http://x/"), DCTERMS.title)
    assert title == Literal(said["@value"], lang="pl")


def test_every_layer_is_a_data_set_that_can_be_fetched(
    client: FlaskClient, graph: Graph, tiny: City
) -> None:
    sets = set(graph.objects(URIRef(f"{SITE}/catalog"), DCAT.dataset))
    ids = {str(graph.value(one, DCTERMS.identifier)) for one in sets}
    assert {f"{tiny.catalogue.id}-{layer}" for layer in tiny.catalogue.layers} < ids
    for one in sets:
        for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.theme):
            assert graph.value(one, needed) is not None
        for place in graph.objects(one, DCAT.distribution):
            for way in (DCAT.accessURL, DCAT.downloadURL):
                address = str(graph.value(place, way)).removeprefix(SITE)
                assert client.get(address).status_code == 200, address


def test_names_are_of_the_vocabularies_that_harvesters_check(graph: Graph) -> None:
    eu = "http://publications.europa.eu/resource/authority"
    for way, vocabulary in (
        (DCAT.theme, f"{eu}/data-theme/"),
        (DCTERMS.accrualPeriodicity, f"{eu}/frequency/"),
        (DCTERMS.accessRights, f"{eu}/access-right/"),
        (DCTERMS.language, f"{eu}/language/"),
        (DCAT.mediaType, "https://www.iana.org/assignments/media-types/"),
    ):
        found = set(graph.objects(None, way))
        assert found
        assert all(str(one).startswith(vocabulary) for one in found), way
    licences = set(map(str, graph.objects(None, DCTERMS.license)))
    assert licences <= {
        "https://opendatacommons.org/licenses/odbl/1-0/",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    }
    assert {one.datatype for one in graph.objects(None, DCTERMS.modified)} <= {  # type: ignore[attr-defined]
        URIRef(f"http://www.w3.org/2001/XMLSchema#{kind}")
        for kind in ("date", "gYear", "gYearMonth")
    }


def test_who_publishes_is_whom_the_operator_names(city_folder: Path) -> None:
    settings = {"OPERATOR_NAME": "Urząd", "OPERATOR_EMAIL": "a@b.pl", "OPERATOR_PHONE": "+48 12 1"}
    data = client_of(city_folder, **settings).get("/catalog.ttl").data
    found = Graph().parse(data=data, format="turtle")
    (agent,) = found.subjects(RDF.type, FOAF.Organization)
    assert str(found.value(agent, FOAF.name)) == "Urząd"
    assert "mailto:a@b.pl" in data.decode()
    assert "tel:+48121" in data.decode()


# JSON Schema --------------------------------------------------------------------------------


def schema(client: FlaskClient, path: str) -> Draft202012Validator:
    answer = client.get(f"/schemas/{path}")
    assert answer.content_type == "application/schema+json"
    found = json.loads(answer.data)
    assert found["$id"] == f"{SITE}/schemas/{path}"
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


def test_every_schema_that_is_listed_is_one(client: FlaskClient) -> None:
    listed = json.loads(client.get("/schemas").data)["schemas"]
    assert f"{SITE}/schemas/scenario.json" in listed
    for address in listed:
        schema(client, address.removeprefix(f"{SITE}/schemas/"))
    assert client.get("/schemas/nothing.json").status_code == 404


@pytest.mark.krakow
@pytest.mark.parametrize("file", sorted(default_folder().glob("*.toml")), ids=lambda f: f.name)
def test_the_schemas_accept_the_files_of_the_city(client: FlaskClient, file: Path) -> None:
    path = f"city/{file.name}.json"
    if client.get(f"/schemas/{path}").status_code == 404:
        pytest.skip("read by rules of its own")
    content = json.loads(json.dumps(tomllib.loads(file.read_text("utf-8")), default=str))
    schema(client, path).validate(content)


@pytest.mark.krakow
def test_the_schema_of_layers_accepts_every_layer_and_refuses_what_the_check_does(
    client: FlaskClient,
) -> None:
    layers = schema(client, "city/layer.geojson.json")
    districts = schema(client, "city/districts.geojson.json")
    folder = default_folder()
    districts.validate(json.loads((folder / "districts.geojson").read_text("utf-8")))
    content = json.loads((folder / "civic_centres.geojson").read_text("utf-8"))
    layers.validate(content)
    first = content["features"][0]["properties"]
    for name, wrong in (("status", "shut"), ("source", None), ("opened", "soon"), ("places", "5")):
        known = first.get(name)
        first[name] = wrong
        assert not layers.is_valid(content), name
        first[name] = known
    assert layers.is_valid(content)


def test_the_schema_of_the_catalogue_refuses_what_is_wrong(
    client: FlaskClient, city_folder: Path
) -> None:
    catalogue = schema(client, "city/catalogue.toml.json")
    content = tomllib.loads((city_folder / "catalogue.toml").read_text("utf-8"))
    plain = json.loads(json.dumps(content, default=str))
    catalogue.validate(plain)
    assert not catalogue.is_valid(plain | {"crs": "EPSG:2178"})
    assert not catalogue.is_valid({key: plain[key] for key in plain if key != "layers"})


def test_the_schema_of_scenarios_accepts_what_is_read(client: FlaskClient) -> None:
    scenario = schema(client, "scenario.json")
    scenario.validate({"layer": "nurseries", "add": [{"lon": 19.9, "lat": 50.0, "places": 3}]})
    assert not scenario.is_valid({"layer": "nurseries", "add": [{"lon": 19.9}]})
    assert not scenario.is_valid({"close": []})


ANSWERING = [one for one in OPERATIONS.values() if one.media_type in (JSON, GEOJSON)]


@pytest.mark.parametrize("one", ANSWERING, ids=lambda one: one.name)
def test_every_example_answers_what_its_schema_says(client: FlaskClient, one: Any) -> None:
    with client.application.test_request_context("/"):
        address = example_of(one, state())
    answer = client.get(address)
    told = json.loads(answer.data)
    if answer.status_code == 200:
        schema(client, f"answers/{one.name}.json").validate(told)
    else:  # the tiny city has no streets, no claims: that is an answer, too
        assert answer.status_code == 422, told
        schema(client, "answers/error.json").validate(told)


# Atom and iCalendar -------------------------------------------------------------------------


@pytest.fixture
def dated(tiny_folder: Path) -> FlaskClient:
    """A city in which something opened, closed and is to open."""
    file = tiny_folder / "nurseries.geojson"
    content = json.loads(file.read_text("utf-8"))
    told: list[dict[str, Any]] = [
        {"opened": "2025-12"},
        {"status": "closed", "closed": "2026-02-10", "name": "<A> & B"},
        {"status": "planned", "expected_opening": "2027-03"},
        {"status": "planned", "expected_opening": "2027-04-05"},
    ]
    for one, values in zip(content["features"], told, strict=False):
        one["properties"] |= values
    write_json(file, content["features"])
    return client_of(tiny_folder)


def test_the_feed_tells_what_opened_and_closed_newest_first(dated: FlaskClient) -> None:
    answer = dated.get("/en/changes.atom")
    assert answer.content_type == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    assert feed.tag == f"{ATOM}feed"
    updated = [str(one.findtext(f"{ATOM}updated")) for one in feed.iter(f"{ATOM}entry")]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == updated[0]
    titles = [one.findtext(f"{ATOM}title") for one in feed.iter(f"{ATOM}entry")]
    assert "Closed: <A> & B" in titles
    said = {
        str(one.findtext(f"{ATOM}title")): one.findtext(f"{ATOM}summary")
        for one in feed.iter(f"{ATOM}entry")
    }
    (opened,) = (one for one in said if one.startswith("Opened: "))
    assert said[opened] == "December 2025. Only the month is known."
    for one in feed.iter(f"{ATOM}entry"):
        link = one.find(f"{ATOM}link")
        assert link is not None
        assert dated.get(link.attrib["href"].removeprefix(SITE)).status_code == 200


def test_entries_keep_their_names_and_languages_have_their_own(
    client: FlaskClient, city_folder: Path
) -> None:
    def ids(one: FlaskClient, address: str) -> list[str | None]:
        feed = ElementTree.fromstring(one.get(address).data)
        return [entry.text for entry in feed.iter(f"{ATOM}id")]

    here = ids(client, "/en/changes.atom")
    assert here == ids(client_of(city_folder), "/en/changes.atom")
    assert len({*here}) == len(here)
    assert not {*here} & {*ids(client, "/uk/changes.atom")}


def test_the_calendar_has_days_and_months_and_no_years(dated: FlaskClient) -> None:
    answer = dated.get("/en/openings.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert [(str(one["DTSTART"].dt), str(one["DTEND"].dt)) for one in events] == [
        ("2027-03-01", "2027-04-01"),
        ("2027-04-05", "2027-04-06"),
    ]
    assert [str(one.get("DESCRIPTION", "")) for one in events] == ["Only the month is known.", ""]


def test_a_year_is_known_and_stands_in_no_calendar(client: FlaskClient, tiny: City) -> None:
    assert [one.date for one in openings_of(tiny)] == ["2027"]
    assert not Calendar.from_ical(client.get("/openings.ics").data).walk("VEVENT")


def test_what_nobody_dated_did_not_change(tiny: City) -> None:
    kinds = [one.kind for one in changes_of(tiny)]
    assert kinds.count("data") == 1
    assert "closed" not in kinds


# Files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "fgb"])
def test_a_layer_is_a_file_that_gis_programs_read(
    client: FlaskClient, tiny: City, tmp_path: Path, kind: str
) -> None:
    answer = client.get(f"/download/nurseries.{kind}")
    assert f'filename="nurseries.{kind}"' in answer.headers["Content-Disposition"]
    file = tmp_path / f"a.{kind}"
    file.write_bytes(answer.data)
    found = gpd.read_file(file)
    known = tiny.facilities[tiny.facilities["layer"] == "nurseries"]
    if kind == "fgb":  # its index holds places only
        known = known[known.geometry.notna()]
    assert sorted(found["id"]) == sorted(known.index)
    assert (
        found.to_crs(4326)
        .geometry.dropna()
        .geom_equals_exact(
            known.set_index(known.index).loc[found["id"]].reset_index().geometry.dropna(), 1e-5
        )
        .all()
    )


def test_a_layer_is_called_in_its_file_as_it_is_called_here(
    client: FlaskClient, tmp_path: Path
) -> None:
    for kind in ("gpkg", "fgb"):
        file = tmp_path / f"download.{kind}"
        file.write_bytes(client.get(f"/en/download/nurseries.{kind}").data)
        told = pyogrio.read_info(file, layer="nurseries")
        assert (told["layer_name"], told["layer_metadata"]) == ("nurseries", None)


def test_other_names_are_no_files(client: FlaskClient) -> None:
    for name in ("nothing.gpkg", "nurseries.exe", "streets.gpkg"):
        assert client.get(f"/download/{name}").status_code == 404


@pytest.mark.parametrize(
    "address", ["/download/nurseries.geojson", "/download/districts.fgb", "/api/layers/nurseries"]
)
def test_parts_of_a_file_are_those_bytes(client: FlaskClient, address: str) -> None:
    whole = client.get(address)
    assert whole.headers["Accept-Ranges"] == "bytes"
    size = len(whole.data)
    for asked, first, last in (
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, size - 1),
        ("bytes=-7", size - 7, size - 1),
        (f"bytes=5-{size + 50}", 5, size - 1),
    ):
        part = client.get(address, headers={"Range": asked, "Accept-Encoding": "br, gzip"})
        assert part.status_code == 206
        assert "Content-Encoding" not in part.headers
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert part.data == whole.data[first : last + 1]


def test_a_part_beyond_the_end_is_refused_with_the_size(client: FlaskClient) -> None:
    address = "/download/nurseries.geojson"
    size = len(client.get(address).data)
    answer = client.get(address, headers={"Range": f"bytes={size}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_the_whole_comes_where_a_part_would_not_fit_what_is_there(client: FlaskClient) -> None:
    address = "/download/nurseries.geojson"
    whole = client.get(address)
    for more in (
        {"Range": "bytes=0-9", "If-Range": '"another"'},
        {"Range": "bytes=0-1,4-5"},
        {"Range": "lines=0-9"},
    ):
        answer = client.get(address, headers=more)
        assert (answer.status_code, answer.data) == (200, whole.data)
    same = {"Range": "bytes=0-9", "If-Range": whole.headers["ETag"]}
    assert client.get(address, headers=same).status_code == 206
    known = {"Range": "bytes=0-9", "If-None-Match": whole.headers["ETag"]}
    assert client.get(address, headers=known).status_code == 304


def test_what_says_where_somebody_is_has_no_parts(client: FlaskClient) -> None:
    asked = "/api/nearest?q=Lipowa+1&layer=nurseries"
    answer = client.get(asked, headers={"Range": "bytes=0-9"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_tilejson_names_the_tiles_and_their_layers(client: FlaskClient) -> None:
    told = json.loads(client.get("/tiles.json").data)
    assert told["tilejson"] == "3.0.0"
    assert told["tiles"] == [f"{SITE}/tiles/{{z}}/{{x}}/{{y}}.pbf"]
    west, south, east, north = told["bounds"]
    assert west < told["center"][0] < east
    assert south < told["center"][1] < north
    assert [one["id"] for one in told["vector_layers"]][-1] == "names"


# Where they are found -----------------------------------------------------------------------


def test_pages_name_the_feed_and_the_catalogue(client: FlaskClient) -> None:
    for prefix in ("", "/en", "/uk"):
        page = client.get(f"{prefix}/data").get_data(as_text=True)
        assert 'type="application/atom+xml" title="' in page
        for address in ("/changes.atom", "/catalog.jsonld", "/catalog.ttl", "/openings.ics"):
            assert f'href="{prefix}{address}"' in page
            assert client.get(prefix + address).status_code == 200


def test_programs_of_other_sites_may_read_them(client: FlaskClient) -> None:
    for address in ("/catalog.jsonld", "/schemas", "/changes.atom", "/download/nurseries.fgb"):
        headers = client.get(address).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


# The version --------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_api_answers_the_same_where_its_version_is_named(
    client: FlaskClient, prefix: str
) -> None:
    for path in ("/layers", "/nearest?q=Lipowa+1&layer=nurseries&at=2026-11-12T10:00", "/nope"):
        one, other = (client.get(f"{prefix}/api{version}{path}") for version in ("", "/v1"))
        assert (one.status_code, one.data) == (other.status_code, other.data)
        assert other.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"{prefix}/api/v1").status_code == 200
    assert client.get(f"{prefix}/api/v10/layers").status_code == 404
