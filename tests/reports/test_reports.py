"""A report of the tiny city: its words, tables and files, read back."""

import json
import re
import sqlite3
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest

from locator.analysis.access.coverage import CoverageQuery, counted_by, coverage
from locator.analysis.district_report import (
    ReportQuery,
    counted_report,
    district_report,
    with_ranges,
)
from locator.base.errors import NotFoundError
from locator.base.i18n import speaking
from locator.city.catalogue import UnitCode
from locator.reports.bundle import ReportFiles, bundle_files, write_bundle
from locator.reports.content import build_report, write_value
from locator.reports.pdf import write_pdf
from locator.reports.tables import facilities_table
from locator.reports.workbook import write_workbook
from locator.walking.walkable_city import WalkableCity


@pytest.fixture(scope="module")
def files(walkable_city: WalkableCity) -> dict[str, bytes]:
    found = district_report(walkable_city, ReportQuery(layer="nurseries", group="all", minutes=10))
    with speaking("en"):
        return dict(bundle_files(ReportFiles(walkable_city.city, found)))


def test_districts_of_a_report_sum_to_the_city(walkable_city: WalkableCity) -> None:
    found = district_report(walkable_city, ReportQuery(layer="nurseries", group="all"))
    assert found.scope.served + found.scope.unserved == found.scope.people == 2100
    parts = [
        district_report(
            walkable_city, ReportQuery(layer="nurseries", group="all", district=number)
        ).scope
        for number in (1, 2)
    ]
    assert [part.people for part in parts] == [1400, 700]
    assert sum(part.served for part in parts) == found.scope.served
    for part in parts:
        assert part.curve["people"].is_monotonic_increasing
        assert part.curve.set_index("minutes").loc[15, "people"] == part.served


@pytest.mark.parametrize("district", [None, 2])
def test_a_report_says_all_but_its_ranges_while_those_are_counted(
    walkable_city: WalkableCity, district: int | None
) -> None:
    query = ReportQuery(layer="nurseries", group="all", district=district)
    counted, whole = counted_report(walkable_city, query), district_report(walkable_city, query)
    with speaking("en"):
        report = build_report(walkable_city.city, counted)
        later = build_report(walkable_city.city, with_ranges(walkable_city, counted))
        known = build_report(walkable_city.city, whole)
        files = dict(bundle_files(ReportFiles(walkable_city.city, counted)))
    assert later.answer == known.answer
    assert report.answer == re.sub(r"; [^)]*%\)", ")", known.answer)
    assert report.recommendations[-1] == known.recommendations[-1]
    tables = [
        [table for section in one.sections for table in section.tables] for one in (report, known)
    ]
    assert [one.name for one in tables[0]] == [one.name for one in tables[1]]
    for one, other in zip(*tables, strict=True):
        shared = [column.key for column in one.file_columns]
        assert set(shared) <= {column.key for column in other.file_columns}
        pd.testing.assert_frame_equal(one.rows[shared], other.rows[shared])
    assert {name.rsplit(".")[-1] for name in files} >= {"pdf", "docx", "xlsx", "gpkg"}


def test_a_report_of_a_district_stays_in_it(walkable_city: WalkableCity) -> None:
    found = district_report(walkable_city, ReportQuery(layer="nurseries", group="all", district=2))
    assert set(found.facilities["district"]) == {2}
    assert set(found.gaps["district"]) <= {2}
    assert not found.gaps.empty, "its own ten, not its part of the city's ten"
    assert found.gaps["people"].sum() <= found.scope.unserved
    assert found.siting is not None
    assert set(found.siting.sites["district"]) <= {2}
    with pytest.raises(NotFoundError, match="no district 9"):
        district_report(walkable_city, ReportQuery(layer="nurseries", district=9))


def test_the_answer_is_one_sentence_with_the_numbers(walkable_city: WalkableCity) -> None:
    found = district_report(walkable_city, ReportQuery(layer="nurseries", group="all"))
    with speaking("en"):
        report = build_report(walkable_city.city, found)
    assert f"{found.scope.served:,}" in report.answer
    assert f"{found.scope.unserved:,}" in report.answer
    headings = [section.heading for section in report.sections]
    assert headings[0] == "Where people are left out"
    assert headings[-2:] == ["Method, data and caveats", "Annex: the facilities"]
    assert "What the facilities under way change" in headings


def test_what_is_counted_is_not_compared_with_what_a_source_counts(
    walkable_city: WalkableCity,
) -> None:
    found = district_report(walkable_city, ReportQuery(layer="nurseries", group="all"))
    with speaking("en"):
        said = build_report(walkable_city.city, found).sections[0].paragraphs
    assert said[0] == (
        "Counted in the city: 3 facilities that are open and on the map; listed in all: 5, "
        "on the map: 4."
    )
    assert said[1].startswith("Officially there are 4; of these, ")


def test_files_carry_official_numbers_and_ids(files: dict[str, bytes]) -> None:
    districts = pd.read_csv(BytesIO(files["tiny-nurseries-districts.csv"]))
    assert districts["number"].tolist()[:2] == [1, 2]
    assert np.isnan(districts["number"].iloc[-1]), "the whole city has none"
    facilities = pd.read_csv(BytesIO(files["tiny-nurseries-facilities.csv"]))
    assert sorted(facilities["id"]) == [f"nurseries-{number}" for number in range(1, 6)]
    assert facilities["source_date"].str.fullmatch(r"\d{4}(-\d{2}){0,2}").all()
    sites = pd.read_csv(BytesIO(files["tiny-nurseries-sites.csv"]))
    assert {"lon", "lat", "district"} <= set(sites.columns)


def test_files_carry_the_code_of_the_city_in_every_row(
    walkable_city: WalkableCity, tmp_path: Path
) -> None:
    code = UnitCode("teryt", "1261011", "TERC")
    catalogue = replace(walkable_city.city.catalogue, unit_code=code)
    city = replace(walkable_city.city, catalogue=catalogue)
    found = district_report(walkable_city, ReportQuery(layer="nurseries", group="all", minutes=10))
    with speaking("en"):
        files = dict(bundle_files(ReportFiles(city, found)))
    tables = [name for name in files if name.endswith(".csv") and "standards" not in name]
    assert len(tables) >= 5
    for name in tables:
        rows = pd.read_csv(BytesIO(files[name]), dtype={"teryt": str})
        assert set(rows["teryt"]) == {"1261011"}, name
    assert b"teryt" not in files["tiny-nurseries-standards.csv"]
    sheet = openpyxl.load_workbook(BytesIO(files["tiny-nurseries.xlsx"]))["districts"]
    header = [cell.value for cell in sheet[1]]
    assert {row[header.index("TERYT of the city")].value for row in sheet.iter_rows(2)} == {
        "1261011"
    }
    for name in ("districts", "gaps", "facilities", "sites"):
        rows = json.loads(files[f"tiny-nurseries-{name}.geojson"])["features"]
        assert {row["properties"]["teryt"] for row in rows} == {"1261011"}
    path = tmp_path / "report.gpkg"
    path.write_bytes(files["tiny-nurseries.gpkg"])
    assert set(gpd.read_file(path, layer="sites")["teryt"]) == {"1261011"}


def test_a_layer_without_places_or_plans_leaves_those_parts_out(
    walkable_city: WalkableCity,
) -> None:
    found = district_report(walkable_city, ReportQuery(layer="aeds"))
    assert found.supply is None
    assert found.planned is None
    with speaking("en"):
        headings = [section.heading for section in build_report(walkable_city.city, found).sections]
    assert "Are there enough places?" not in headings


def test_pdf_has_the_answer_and_a_bookmark_for_every_section(files: dict[str, bytes]) -> None:
    pdf = pypdf.PdfReader(BytesIO(files["tiny-nurseries.pdf"]))
    text = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
    assert "Where people are left out" in text
    assert "10-minute walk" in text.replace("- ", "-")  # a line may end there
    assert len(pdf.outline) == 2, "the report, and its sections below it"


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
@pytest.mark.parametrize("district", [None, 2])
def test_a_report_is_pdf_ua_in_every_language(
    walkable_city: WalkableCity, language: str, district: int | None
) -> None:
    query = ReportQuery(layer="nurseries", group="all", minutes=10, district=district)
    with speaking(language):
        report = build_report(walkable_city.city, district_report(walkable_city, query))
        content = write_pdf(report, number=write_value)
    pdf = pypdf.PdfReader(BytesIO(content))
    assert pdf.root_object["/Lang"] == language
    assert b"<pdfuaid:part>1" in pdf.root_object["/Metadata"].get_object().get_data()


def test_drawings_say_what_is_to_be_seen(walkable_city: WalkableCity) -> None:
    city = walkable_city.city
    with speaking("en"):
        whole = build_report(
            city, district_report(walkable_city, ReportQuery(layer="nurseries", group="all"))
        )
    said = [drawing.said for section in whole.sections for drawing in section.drawings]
    shares = "From II Południe (86%) to I Północ (100%); the whole city: 95%."
    assert whole.map is not None
    assert [whole.map.said, *said] == [
        f"{shares} Gaps outlined: 1. Suggested sites: 0.",
        *(shares, shares),
        "within 5 min: 15%; within 10 min: 72%; within 15 min: 95%; within 20 min: 95%; "
        "within 30 min: 95%",
    ]


def test_workbook_tables_equal_the_csv_files(files: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(BytesIO(files["tiny-nurseries.xlsx"]))
    served = [row[2].value for row in book["districts"].iter_rows(min_row=2)]
    csv = pd.read_csv(BytesIO(files["tiny-nurseries-districts.csv"]))
    assert served == csv["served"].tolist()
    assert served[-1] == sum(served[:-1])


def test_sheets_are_named_in_the_language_of_the_report(walkable_city: WalkableCity) -> None:
    found = district_report(walkable_city, ReportQuery(layer="nurseries", group="all", minutes=10))
    with speaking("pl"):
        content = write_workbook(build_report(walkable_city.city, found), method_sheet="Metoda")
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames[:4] == ["Metoda", "dzielnice", "progi", "luki"]
    assert book.sheetnames[-1] == "placówki"


def test_geopackage_is_in_the_national_crs_with_every_layer(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "report.gpkg"
    path.write_bytes(files["tiny-nurseries.gpkg"])
    assert set(gpd.list_layers(path)["name"]) == {"districts", "gaps", "facilities", "sites"}
    districts = gpd.read_file(path, layer="districts")
    assert districts.crs.to_epsg() == 2180
    assert len(districts) == 2
    # The tiny city is 3.5 km by 4 km; the national system stretches it by under a thousandth.
    assert districts.area.sum() == pytest.approx(14e6, rel=2e-3)
    assert len(gpd.read_file(path, layer="facilities")) == 5


def test_layers_of_a_geopackage_are_described_and_carry_ranks_and_places(
    walkable_city: WalkableCity, files: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "report.gpkg"
    path.write_bytes(files["tiny-nurseries.gpkg"])
    with sqlite3.connect(path) as database:
        said = dict(database.execute("SELECT table_name, description FROM gpkg_contents"))
    assert said["gaps"] == "The largest areas of people beyond the standard, most people first"
    assert all(said.values())
    districts = gpd.read_file(path, layer="districts")
    assert districts["rank"].tolist() == [1, 2]
    assert (districts["low"] <= districts["share"]).all()
    facilities = gpd.read_file(path, layer="facilities").set_index("id")
    known = walkable_city.city.facilities.loc[facilities.index]
    assert facilities["kind"].tolist() == known["kind"].tolist()
    assert facilities.loc["nurseries-1", "district"] == 1
    assert np.isnan(facilities.loc["nurseries-5", "district"])
    assert {"unit", "operator", "public"} <= set(facilities.columns)
    assert gpd.read_file(path, layer="gaps")["rank"].tolist() == list(range(1, 11))


def test_the_annex_lists_facilities_by_district_and_operator(walkable_city: WalkableCity) -> None:
    found = district_report(walkable_city, ReportQuery(layer="nurseries", group="all"))
    numbers = [2, 1, 1, 1, np.nan]
    operators = [None, "Zebra", "Alfa", "Alfa", "Zebra"]
    names = ["n", "n", "Żabka", "Arka", "n"]
    listed = found.facilities.assign(
        district=pd.array(numbers, dtype="Int64"), operator=operators, name=names
    )
    with speaking("en"):
        table = facilities_table(walkable_city.city, listed, is_whole=True)
    rows = table.rows[["roman", "operator", "name"]].to_numpy().tolist()
    assert rows == [
        ["I", "Alfa", "Arka"],
        ["I", "Alfa", "Żabka"],
        ["I", "Zebra", "n"],
        ["II", "–", "n"],
        ["–", "Zebra", "n"],
    ]
    assert [column.key for column in table.codes] == ["id", "number", "unit", "kind", "public"]


def test_geojson_is_lon_lat_without_a_crs_member(files: dict[str, bytes]) -> None:
    collection = json.loads(files["tiny-nurseries-facilities.geojson"])
    assert set(collection) == {"type", "features"}
    located = [f["geometry"] for f in collection["features"] if f["geometry"]]
    assert (len(located), len(collection["features"])) == (4, 5)
    assert np.abs(np.array(located[0]["coordinates"]) - [19.88, 50.1]).max() < 0.1


def test_a_failed_report_leaves_the_folder_as_it_was(
    walkable_city: WalkableCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = district_report(walkable_city, ReportQuery(layer="nurseries", group="all"))
    (tmp_path / "tiny-nurseries.pdf").write_text("old")

    def full(*_: object, **__: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("locator.reports.bundle.geopackage", full)
    with pytest.raises(OSError, match="No space"):
        list(write_bundle(ReportFiles(walkable_city.city, found), tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["tiny-nurseries.pdf"]
    assert (tmp_path / "tiny-nurseries.pdf").read_text() == "old"
    monkeypatch.undo()
    assert len(list(write_bundle(ReportFiles(walkable_city.city, found), tmp_path))) >= 8
    assert (tmp_path / "tiny-nurseries.pdf").read_bytes().startswith(b"%PDF")


def test_a_report_by_the_register_counts_its_people_throughout(
    walkable_city: WalkableCity,
) -> None:
    query = ReportQuery(layer="nurseries", group="all", minutes=10, people="register")
    found = district_report(walkable_city, query)
    register = counted_by(walkable_city, "register")
    everyone = round(float(register.city.demand.people["all"].sum()))
    assert found.scope.people == found.coverage.people == everyone
    assert found.coverage.people != 2100
    asked = CoverageQuery("nurseries", 10, "all", people="register")
    assert found.scope.served == coverage(walkable_city, asked).served
    assert found.planned is not None and found.change is not None
    assert found.planned.before.people_from == found.planned.after.people_from == "register"
    assert found.change.after == found.planned.after.served
    assert found.planned.after.people == everyone
    assert found.siting is not None
    assert round(found.siting.people) == everyone
    assert found.supply is not None
    assert round(found.supply.districts["people"].sum()) == everyone
    census = district_report(walkable_city, replace(query, people="census"))
    assert census.scope.people == 2100
