"""Each kind of reply read into rows, and each way in which it may be wrong.

Replies named ``*.json`` were recorded by others, or are of the same shape; those written here have
the columns that other programs read.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from locator.curation.refresh.fetching import SourceError, fetch
from locator.curation.refresh.readers import READERS
from locator.curation.refresh.replies import ID, LAT, LON, Rows
from locator.curation.refresh.sources import Source
from tests.curation.refresh.conftest import Site, recorded
from tests.tinycity import write_tiny_city

HTML = "<!DOCTYPE html><html><body>Przerwa techniczna</body></html>"


def source_of(site: Site, reader: str, **more: Any) -> Source:
    return Source(
        id="some",
        title="Some",
        url=more.pop("url", site.url()),
        reader=reader,  # type: ignore[arg-type]
        licence="CC0-1.0",
        attribution="Somebody",
        every_days=1,
        least_rows=1,
        tried="shape",
        **more,
    )


def rows_of(site: Site, reader: str, **more: Any) -> Rows:
    source = source_of(site, reader, **more)
    return READERS[reader](source, lambda url, data: fetch(url, data))


def refused(site: Site, reader: str, body: bytes | str | None = None, **more: Any) -> str:
    if body is not None:
        site.says(body)
    with pytest.raises(SourceError) as caught:
        rows_of(site, reader, **more)
    return caught.value.message


def archive(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name.replace("__", "."), text)
    return stream.getvalue()


@pytest.mark.parametrize("reader", ["city_api", "arcgis", "overpass", "geojson", "bdl", "csv"])
def test_a_web_page_is_no_reply(site: Site, reader: str) -> None:
    more = {"query": "x"} if reader == "overpass" else {}
    assert refused(site, reader, HTML, **more).endswith("it is a web page.")


@pytest.mark.parametrize("reader", ["city_api", "arcgis", "overpass", "geojson", "bdl"])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"value": [{"Nazwa": "Żło', "it is no JSON, or cut off."),
        ("", "it is no JSON, or cut off."),
        ('{"value": [1]}', "there is no list"),
        ("[]", "it is no object of JSON."),
        ('{"error": "Quota exceeded"}', "it says “Quota exceeded”."),
        ("Żłobek".encode("cp1250"), "its text is not in utf-8."),
        ('{"value": "Ż\ufffdobek"}', "letters were lost in it."),
    ],
)
def test_json_that_is_not_whole_is_refused(
    site: Site, reader: str, body: bytes | str, said: str
) -> None:
    more = {"query": "x"} if reader == "overpass" else {}
    assert said in refused(site, reader, body, **more)


# ---------------------------------------------------------------- the city's open data


def test_the_citys_api_is_read_page_by_page_by_its_cursor_alone(site: Site) -> None:
    site.says(recorded("api_um_krakow_page.json"))
    site.says(recorded("api_um_krakow_districts_rows.json"), "/data?$after=abc==")
    found = rows_of(site, "city_api").rows
    assert [row.get("Nazwa") or row["Dzielnica"] for row in found] == [
        "Żłobek nr 1",
        "Dzielnica I Stare Miasto",
        "Dzielnica I Stare Miasto",
        "Dzielnica XIV Czyżyny",
    ]
    assert [path for path, *_ in site.asked] == ["/data", "/data?$after=abc=="]


def test_a_cursor_that_comes_again_is_refused(site: Site) -> None:
    page = {"value": [{"Nazwa": "A"}], "nextLink": "https://inside:8104/t?$after=one"}
    assert "no new cursor" in refused(site, "city_api", json.dumps(page))
    without = page | {"nextLink": "https://inside:8104/t?page=2"}
    assert "no new cursor" in refused(site, "city_api", json.dumps(without))


# ---------------------------------------------------------------- ArcGIS


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("msip_arcgis_toilets.json", ("miejsce", "ul. Dietla/ul. Starowiślna", 19.945702)),
        ("ztp_arcgis_stops.json", ("Nazwa_przystanku_nr", "Filharmonia 04", 19.932672)),
    ],
)
def test_a_recorded_layer_of_arcgis_is_read(
    site: Site, name: str, first: tuple[str, str, float]
) -> None:
    site.says(recorded(name))
    row = rows_of(site, "arcgis").rows[0]
    assert (row[first[0]], round(row[LON], 6)) == first[1:]
    assert 50.0 < row[LAT] < 50.1


def test_an_error_of_arcgis_comes_with_status_200(site: Site) -> None:
    site.says(recorded("arcgis_error_200.json"))
    assert "it says “Unable to complete operation.”" in refused(site, "arcgis")


def test_a_layer_that_exceeds_its_limit_is_read_page_by_page(site: Site) -> None:
    first = {"features": [{"attributes": {"n": 1}}], "exceededTransferLimit": True}
    site.says(json.dumps(first), "/data")
    site.says(json.dumps({"features": [{"attributes": {"n": 2}}]}), "/data?resultOffset=1")
    assert [row["n"] for row in rows_of(site, "arcgis").rows] == [1, 2]
    site.says(json.dumps({"features": [], "exceededTransferLimit": True}), "/data?resultOffset=1")
    assert "gives nothing" in refused(site, "arcgis")


def test_a_layer_in_another_system_is_refused(site: Site) -> None:
    body = json.dumps({"features": [], "spatialReference": {"wkid": 2178}})
    assert "EPSG:2178, not in EPSG:4326" in refused(site, "arcgis", body)


# ---------------------------------------------------------------- OpenStreetMap


def test_a_recorded_answer_of_overpass_is_read(site: Site) -> None:
    site.says(recorded("overpass_krakow.json"))
    found = rows_of(site, "overpass", query="[out:json];")
    assert found.date == "2026-05-31"
    assert [(row[ID], row[LON], row["name"]) for row in found.rows] == [
        ("node/979972831", 19.9541481, "Apteka Pod Orłem"),
        ("way/85676236", 19.9529689, "Qubus"),
        ("relation/1863002", 19.9362547, "Muzeum Archeologiczne"),
    ]


def test_an_answer_of_overpass_that_ran_out_of_time_is_refused(site: Site) -> None:
    body = json.dumps({"elements": [], "remark": "runtime error: Query timed out"})
    assert "not whole, since “runtime error" in refused(site, "overpass", body, query="x")


def test_geojson_of_openaedmap_has_the_ids_of_openstreetmap(site: Site) -> None:
    point = {"type": "Point", "coordinates": [19.94, 50.06]}
    about = {"@osm_id": 12, "@osm_type": "way", "access": "yes"}
    feature = {"type": "Feature", "properties": about, "geometry": point}
    site.says(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    (row,) = rows_of(site, "geojson").rows
    assert (row[ID], row[LON], row[LAT], row["access"]) == ("way/12", 19.94, 50.06, "yes")


# ---------------------------------------------------------------- archives, tables


def addresses(crs: str = "EPSG:2178") -> str:
    place = {"type": "Point", "coordinates": [7420500.0, 5553500.0]}
    feature = {"properties": {"nazwa_ulicy": "Lipowa", "numer_adresowy": "1"}, "geometry": place}
    named = {"type": "name", "properties": {"name": crs}}
    return json.dumps({"type": "FeatureCollection", "crs": named, "features": [feature]})


MSIP: dict[str, Any] = {"member": "Adresy.geojson", "crs": "EPSG:2178"}


def test_addresses_in_an_archive_come_with_the_day_that_it_states(site: Site) -> None:
    site.says(archive(Adresy__geojson=addresses(), Aktualnosc__txt="Stan na 2026-11-20"))
    found = rows_of(site, "geojson", **MSIP)
    assert found.date == "2026-11-20"
    assert [(row["nazwa_ulicy"], row[LON]) for row in found.rows] == [("Lipowa", 7420500.0)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (archive(Adresy__geojson=addresses("EPSG:2180")), "EPSG:2180, not in EPSG:2178"),
        (archive(Adresy__geojson=addresses("urn:ogc:def:crs:OGC:1.3:CRS84")), "not in EPSG:2178"),
        (archive(Ulice__geojson="{}"), "there is no Adresy.geojson in it"),
        (archive(Adresy__geojson=addresses())[:-40], "it is no archive, or cut off"),
        (HTML.encode(), "it is a web page"),
    ],
)
def test_an_archive_that_is_not_right_is_refused(site: Site, body: bytes, said: str) -> None:
    assert said in refused(site, "geojson", body, **MSIP)


def test_a_table_is_read_by_its_delimiter_and_only_its_wanted_lines(site: Site) -> None:
    table = '\ufeffNazwa;Geo\n"Żłobek ""A"";1";"19.9;50"\nB;x\n'
    site.says(table, headers={"Last-Modified": "Sat, 28 Nov 2026 10:00:00 GMT"})
    found = rows_of(site, "csv", delimiter=";", columns={"name": "Nazwa"})
    assert found.rows == ({"Nazwa": 'Żłobek "A";1', "Geo": "19.9;50"}, {"Nazwa": "B", "Geo": "x"})
    assert found.date == "2026-11-28"
    assert len(rows_of(site, "csv", delimiter=";", lines="^B").rows) == 1
    site.says(archive(grid__csv="GRD_ID,T\nN1,5\nN2,6\n"))
    packed = rows_of(site, "csv", member="grid.csv", lines="N2").rows
    assert packed == ({"GRD_ID": "N2", "T": "6"},)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Nazwa;Miejsca\nA;1\nB\n", "row 3 has 1 values, not 2"),
        ('Nazwa;Miejsca\nA;"1\n', "row "),
        ("Nazwa;Miejsca\nŻłobek;1\n".encode("cp1250"), "its text is not in utf-8"),
    ],
)
def test_a_table_that_is_cut_off_or_in_another_encoding_is_refused(
    site: Site, body: bytes | str, said: str
) -> None:
    assert said in refused(site, "csv", body, delimiter=";")


# ---------------------------------------------------------------- WFS


def wfs(matched: int | str, *numbers: int, crs: str = "urn:ogc:def:crs:EPSG::2180") -> str:
    members = "".join(
        f"<wfs:member><a:A07><a:NAZWA_ULICY>Lipowa</a:NAZWA_ULICY>"
        f"<a:NUMER_PORZADKOWY>{number}</a:NUMER_PORZADKOWY><a:GEOMETRIA>"
        f'<gml:Point srsName="{crs}"><gml:pos>244000.5 567000.25</gml:pos></gml:Point>'
        f"</a:GEOMETRIA></a:A07></wfs:member>"
        for number in numbers
    )
    return (
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:a="urn:a" '
        f'xmlns:gml="http://www.opengis.net/gml/3.2" numberMatched="{matched}">{members}'
        "</wfs:FeatureCollection>"
    )


def test_a_wfs_is_read_until_it_has_given_all_northing_first(site: Site) -> None:
    site.says(wfs(3, 1, 2), "/data?count=10000&startIndex=0")
    site.says(wfs(3, 3), "/data?count=10000&startIndex=2")
    found = rows_of(site, "wfs", crs="EPSG:2180").rows
    assert [row["NUMER_PORZADKOWY"] for row in found] == ["1", "2", "3"]
    assert (found[0][LON], found[0][LAT]) == (567000.25, 244000.5)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (wfs(3), "it ends after 0 of 3"),
        (wfs("unknown", 1), "does not say how many"),
        (wfs(1, 1, crs="urn:ogc:def:crs:EPSG::2178"), "not in EPSG:2180"),
        ("<ows:ExceptionReport xmlns:ows='urn:o'>No such layer</ows:ExceptionReport>", "No such"),
        (wfs(1, 1)[:-30], "it is no XML, or cut off"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "it declares entities"),
    ],
)
def test_a_wfs_that_is_not_right_is_refused(site: Site, body: str, said: str) -> None:
    assert said in refused(site, "wfs", body)


# ---------------------------------------------------------------- figures, timetables, extracts


def test_a_figure_is_that_of_its_latest_year(site: Site) -> None:
    site.says(recorded("gus_bdl_by_unit_shape.json"))
    parts = {"url": site.url("/data?var-id={part}"), "parts": ("633682",)}
    assert rows_of(site, "bdl", **parts).rows == ({ID: "633682", "year": "2024", "value": 14082},)
    assert site.asked[0][0] == "/data?var-id=633682"


def test_a_timetable_is_its_lines_with_their_trips(site: Site, tmp_path: Any) -> None:
    feed = write_tiny_city(tmp_path / "tiny") / "timetable.zip"
    site.says(feed.read_bytes(), "/GTFS_T.zip")
    found = rows_of(site, "gtfs", url=site.url("/GTFS_{part}.zip"), parts=("T",)).rows
    assert [row[ID] for row in found] == ["timetable", "line 1"]
    assert found[1]["trips"] > 0
    site.says(archive(stops__txt="stop_id"), "/GTFS_T.zip")
    assert "is not what it should be" in refused(
        site, "gtfs", url=site.url("/GTFS_{part}.zip"), parts=("T",)
    )


def test_an_extract_is_known_by_its_published_checksum(site: Site) -> None:
    site.says(f"{'A' * 32}  region.osm.pbf\n", "/region.osm.pbf.md5")
    (row,) = rows_of(site, "extract", url=site.url("/region.osm.pbf")).rows
    assert (row[ID], row["md5"]) == ("region.osm.pbf", "a" * 32)
    site.says("moved", "/region.osm.pbf.md5")
    assert "no checksum" in refused(site, "extract", url=site.url("/region.osm.pbf"))
