"""What sources fill beside a register's layer: OpenStreetMap's, tables, timetable, watched ones."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from locator.base.errors import InvalidParameterError
from locator.base.reading import FaultLog
from locator.city.model import default_folder, load_city
from locator.curation.check import check_folder
from locator.curation.refresh.fetching import SourceError
from locator.curation.refresh.kept import folder_of_source
from locator.curation.refresh.refreshing import keep_ours, next_step, sources_of, take_over
from locator.curation.refresh.sources import read_sources
from locator.vehicles.timetable_file import FILE_NAME
from tests.curation.refresh.conftest import Site, recorded
from tests.curation.refresh.test_readers import MSIP, archive
from tests.curation.refresh.test_refreshing import features, seen
from tests.osmdata import write_town
from tests.tinycity import at, metric

COMMON = """\
title = "OpenStreetMap"
licence = "ODbL-1.0"
attribution = "Somebody"
every_days = 7
tried = "recorded"
"""


def source(folder: Path, name: str, **values: Any) -> None:
    """Add a source to the city folder."""
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    path = folder / "sources.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    common = "" if "title" in values else COMMON.splitlines()[0] + "\n"
    common += "\n".join(COMMON.splitlines()[1:])
    path.write_text("\n".join([text, f"[{name}]", common, *lines, ""]), encoding="utf-8")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def found(folder: Path, name: str) -> dict[str, Any]:
    return {change.id: change for change in seen(folder, name)[1].difference.changes}


def take(folder: Path, name: str, *ids: str) -> None:
    take_over(*seen(folder, name, again=False), ids)


# ---------------------------------------------------------------- OpenStreetMap


def overpass(*elements: dict[str, Any]) -> str:
    stamp = {"timestamp_osm_base": "2026-11-27T10:00:00Z"}
    return json.dumps({"osm3s": stamp, "elements": elements})


LONG = "przy kasie po lewej stronie wejścia do sklepu, pod zegarem, dzwonić 600 123 456"


def element(
    number: int, xy: tuple[float, float], kind: str = "node", **tags: str
) -> dict[str, Any]:
    lon, lat = at(*xy)
    place = {"lon": lon, "lat": lat} if kind == "node" else {"center": {"lon": lon, "lat": lat}}
    return {"type": kind, "id": number, "tags": tags, **place}


@pytest.fixture
def aeds(tiny_folder: Path, site: Site) -> Path:
    """The tiny city, one of whose AEDs is node 7 of OpenStreetMap."""
    path = tiny_folder / "aeds.geojson"
    placed = '"location_precision": "exact", "location_source": "OpenStreetMap node/7"'
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"location_precision": "exact"', placed, 1), encoding="utf-8")
    source(
        tiny_folder,
        "osm_aeds",
        url=site.url(),
        reader="overpass",
        query="[out:json];",
        into="aeds",
        ids="osm",
        least_rows=1,
        gone="closed",
        name_prefix="AED",
        first_only=["name"],
    )
    with (tiny_folder / "sources.toml").open("a", encoding="utf-8") as stream:
        stream.write(
            "[osm_aeds.maybe]\n"
            'name = ["name", "defibrillator:location"]\naccess = "access"\nindoor = "indoor"\n'
            'opening_hours = "opening_hours"\nverified_on = "check_date"\n'
        )
    return tiny_folder


def test_a_device_is_known_by_its_object_and_moves_with_it(aeds: Path, site: Site) -> None:
    site.says(
        overpass(
            element(7, (1040, 3000), access="private", check_date="2026-11-01"),
            element(8, (2000, 1500), opening_hours="Mo-Fr 08:00-16:00"),
            element(9, (3000, 3000), "way", **{"defibrillator:location": LONG}),
            element(10, (90_000, 3000)),
        )
    )
    rows = found(aeds, "osm_aeds")
    assert [(name, row.kind) for name, row in rows.items()] == [
        ("aeds-w9", "new"),
        ("aeds-1", "changed"),
        ("aeds-2", "doubtful"),
    ]
    assert rows["aeds-1"].fields == {
        "access": ("yes", "private"),
        "verified_on": (None, "2026-11-01"),
    }
    assert rows["aeds-1"].moved_m == pytest.approx(40, abs=0.5)
    assert rows["aeds-2"].why == "the same place, but aeds-2 is called “AED – Urząd”"
    take(aeds, "osm_aeds")
    take(aeds, "osm_aeds", "aeds-2")
    about = features(aeds, "aeds")["aeds-w9"]["properties"]
    assert about["name"] == "AED – przy kasie po lewej stronie wejścia do sklepu, pod…"
    assert about["location_source"] == "OpenStreetMap way/9, stan na 2026-11-27"
    assert found(aeds, "osm_aeds") == {}


def test_a_device_that_left_the_map_is_closed_and_one_of_others_stays(
    aeds: Path, site: Site
) -> None:
    site.says(overpass(element(9, (3000, 3000))))
    rows = found(aeds, "osm_aeds")
    assert [(name, row.kind) for name, row in rows.items()] == [
        ("aeds-9", "new"),
        ("aeds-1", "gone"),
    ]
    assert rows["aeds-1"].fields["status"] == ("open", "closed")
    take(aeds, "osm_aeds")
    assert found(aeds, "osm_aeds") == {}
    assert check_folder(aeds) == []


# ---------------------------------------------------------------- addresses, census


@pytest.fixture
def addresses(tiny_folder: Path, site: Site) -> Path:
    columns = {"street": "nazwa_ulicy", "number": "numer_adresowy"}
    about = {"url": site.url(), "reader": "geojson", "into": "addresses.csv", **MSIP}
    source(tiny_folder, "msip", least_rows=2, columns=columns, **about)
    return tiny_folder


def msip(*rows: tuple[str, str, float, float]) -> bytes:
    points = [
        {
            "properties": {"nazwa_ulicy": street, "numer_adresowy": number},
            "geometry": {"type": "Point", "coordinates": metric(x, y)},
        }
        for street, number, x, y in rows
    ]
    crs = {"properties": {"name": "EPSG:2178"}}
    return archive(Adresy__geojson=json.dumps({"features": points, "crs": crs}))


def test_addresses_are_added_and_moved_and_those_of_others_stay(
    addresses: Path, site: Site
) -> None:
    site.says(
        msip(
            ("ul. Lipowa", "1", 500, 3500),
            ("Lipowa", "3", 640, 3500),
            ("Lipowa", "7b", 760, 3500),
            ("Lipowa", "99", 90_000, 0),
        )
    )
    rows = found(addresses, "msip")
    assert [(name, row.kind) for name, row in rows.items()] == [
        ("ulica lipowa 7B", "new"),
        ("ulica lipowa 3", "moved"),
    ]
    assert rows["ulica lipowa 7B"].name == "Lipowa 7b"
    assert rows["ulica lipowa 3"].moved_m == pytest.approx(40, abs=0.5)
    before = len((addresses / "addresses.csv").read_text(encoding="utf-8").splitlines())
    take(addresses, "msip")
    after = (addresses / "addresses.csv").read_text(encoding="utf-8").splitlines()
    assert len(after) == before + 1
    assert after[-1].startswith("Lipowa,7b,")
    assert found(addresses, "msip") == {}
    assert load_city(addresses).gazetteer.locate("Lipowa", "7B") is not None


def grid(**people: str) -> str:
    header = "GRD_ID,T,Y_LT15,Y_1564,Y_GE65"
    return "\n".join([header, *(f"{cell},{values}" for cell, values in people.items()), ""])


CELLS = {
    "CRS2178RES1000mN5553000E7420000": "1010,100,700,210",
    "CRS2178RES1000mN5552000E7422000": "400,40,300,60",
    "CRS2178RES1000mN5550000E7420000": "600,60,400,140",
    "CRS2178RES1000mN5551000E7423000": "200,-9999,-9999,-9999",
    "CRS2178RES1000mN5551000E7421000": "30,10,10,10",
    "CRS2178RES1000mN5999000E7420000": "5,1,2,2",
    "CRS3035RES1000mN5552000E7421000": "5,1,2,2",
}


def test_census_cells_of_the_city_are_compared_and_written(tiny_folder: Path, site: Site) -> None:
    columns = {
        "cell": "GRD_ID",
        "people": "T",
        "age_0_14": "Y_LT15",
        "age_15_64": "Y_1564",
        "age_65_plus": "Y_GE65",
    }
    into = {"into": "population_grid.csv", "reader": "csv", "url": site.url()}
    source(tiny_folder, "census", least_rows=3, columns=columns, **into)
    site.says(grid(**CELLS))
    rows = found(tiny_folder, "census")
    assert {name: (row.kind, dict(row.fields)) for name, row in rows.items()} == {
        "E7421N5551": ("new", {}),
        "E7420N5553": ("changed", {"people": (1000, 1010), "age_65_plus": (200, 210)}),
    }
    take(tiny_folder, "census")
    assert found(tiny_folder, "census") == {}
    assert load_city(tiny_folder).grid["people"].tolist() == [1010, 400, 600, 200, 30]
    city = load_city(tiny_folder)
    assert "locator people spread" in (next_step(sources_of(city)["census"], city) or "")


# ---------------------------------------------------------------- watched, timetable, extract


def test_a_watched_source_is_compared_with_what_was_accepted_of_it(
    tiny_folder: Path, site: Site
) -> None:
    parts = {"url": site.url("/{part}"), "parts": ["1", "2"], "reader": "bdl"}
    source(tiny_folder, "figures", least_rows=2, **parts)

    def figure(number: int, value: int) -> str:
        return json.dumps({"results": [{"id": number, "values": [{"year": "2025", "val": value}]}]})

    site.says(figure(1, 816614), "/1")
    site.says(figure(2, 183315), "/2")
    assert [row.kind for row in found(tiny_folder, "figures").values()] == ["new", "new"]
    take(tiny_folder, "figures")
    assert found(tiny_folder, "figures") == {}
    site.says(figure(2, 183000), "/2")
    assert found(tiny_folder, "figures")["2"].fields == {"value": ("183315", "183000")}
    keep_ours(*seen(tiny_folder, "figures", again=False), ["2"])
    assert found(tiny_folder, "figures") == {}


def test_a_recorded_list_of_stops_is_watched(tiny_folder: Path, site: Site) -> None:
    site.says(recorded("ztp_arcgis_stops.json"))
    columns = {"source_id": "kod_busman", "name": "Nazwa_przystanku_nr"}
    source(tiny_folder, "stops", least_rows=1, url=site.url(), reader="arcgis", columns=columns)
    with pytest.raises(
        SourceError, match="lists 0 for this city"
    ):  # Kraków's are not the tiny city's
        found(tiny_folder, "stops")


def test_an_accepted_timetable_is_imported_and_one_of_elsewhere_is_not(
    tiny_folder: Path, site: Site
) -> None:
    parts = {"url": site.url("/GTFS_{part}.zip"), "parts": ["T"], "reader": "gtfs"}
    source(tiny_folder, "ztp", into="timetable", least_rows=2, **parts)
    site.says((tiny_folder / "timetable.zip").read_bytes(), "/GTFS_T.zip")
    assert [*found(tiny_folder, "ztp")] == ["timetable", "line 1"]
    with pytest.raises(InvalidParameterError, match="no row line 9"):
        take(tiny_folder, "ztp", "line 9")
    assert not (tiny_folder / FILE_NAME).exists()
    take(tiny_folder, "ztp")
    assert (tiny_folder / FILE_NAME).exists()
    assert check_folder(tiny_folder) == []
    assert found(tiny_folder, "ztp") == {}


def test_an_accepted_extract_is_fetched_and_verified(
    tiny_folder: Path, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    content = write_town(tmp_path / "town.osm.pbf").read_bytes()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    site.says(content, "/town.osm.pbf")
    site.says(f"{md5}  town.osm.pbf\n", "/town.osm.pbf.md5")
    source(tiny_folder, "extract", url=site.url("/town.osm.pbf"), reader="extract", least_rows=1)
    assert [*found(tiny_folder, "extract")] == ["town.osm.pbf"]
    take(tiny_folder, "extract")
    assert (
        folder_of_source(load_city(tiny_folder), "extract") / "town.osm.pbf"
    ).read_bytes() == content
    assert found(tiny_folder, "extract") == {}


# ---------------------------------------------------------------- the geocoder


@pytest.fixture
def geocoded(tiny_folder: Path, site: Site) -> Path:
    url = site.url("/uug/")
    source(tiny_folder, "uug", title="GUGiK", url=url, reader="geocoder", least_rows=1)
    return tiny_folder


def answer(*, city: str = "Małe Miasto", street: str = "Nieznana", number: str = "9") -> str:
    lon, lat = at(800, 3200)
    only = {"city": city, "street": street, "number": number, "x": str(lon), "y": str(lat)}
    return json.dumps({"type": "address", "returned objects": 1, "results": {"1": only}})


def test_what_nothing_else_places_is_placed_by_the_geocoder(geocoded: Path, site: Site) -> None:
    site.says(answer(), "/uug/")
    (row,) = found(geocoded, "uug").values()
    assert site.asked[0][0] == (
        "/uug/?request=GetAddress&address=Małe+Miasto,+ul.+Nieznana+9&srid=4326"
    )
    assert (row.id, row.kind, row.fields) == (
        "nurseries-5",
        "changed",
        {"location": (None, "exact")},
    )
    take(geocoded, "uug")
    feature = features(geocoded)["nurseries-5"]
    assert feature["geometry"]["coordinates"] == [round(part, 6) for part in at(800, 3200)]
    assert feature["properties"]["location_source"] == "GUGiK, stan na 2026-11-28"
    assert found(geocoded, "uug") == {}
    assert check_folder(geocoded) == []


@pytest.mark.parametrize(
    "name",
    ["uug_none.json", "uug_address_many.json", "uug_address_one.json", "uug_street.json"]
    + ["uug_city_one.json", "uug_city_many.json"],
)
def test_a_recorded_answer_that_is_not_surely_the_address_places_nothing(
    geocoded: Path, site: Site, name: str
) -> None:
    site.says(recorded(name), "/uug/")
    assert found(geocoded, "uug") == {}


@pytest.mark.parametrize("wrong", [{"city": "Kraków"}, {"street": "Znana"}, {"number": "19"}])
def test_another_address_is_not_taken(geocoded: Path, site: Site, wrong: dict[str, str]) -> None:
    site.says(answer(**wrong), "/uug/")
    assert found(geocoded, "uug") == {}


def test_an_answer_of_the_geocoder_that_cannot_be_read_changes_nothing(
    geocoded: Path, site: Site
) -> None:
    for body in ('{"type": "address", "results": [1]}', '{"results": {"1": 2}}', "<html>"):
        site.says(body, "/uug/")
        with pytest.raises(SourceError, match="Nothing was changed"):
            found(geocoded, "uug")


# ---------------------------------------------------------------- the sources of Kraków


def test_the_sources_of_the_repository_are_sound_and_say_how_they_were_tried() -> None:
    folder = default_folder()
    layers = tomllib.loads((folder / "catalogue.toml").read_text("utf-8"))["layers"]
    log = FaultLog("sources.toml", [])
    sources = read_sources(folder, log, layers=layers)
    assert log.faults == []
    guide = Path(__file__).parents[3].joinpath("docs", "refresh.md").read_text("utf-8")
    guide = guide.partition("## How far each source was tried")[2].partition("\n## ")[0]
    for one in sources:
        (line,) = re.findall(rf"(?m)^\| .*`{one.id}`.*$", guide)
        assert line.split("|")[3].strip().startswith(one.tried)
