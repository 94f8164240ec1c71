"""The planners' commands on the tiny city: scenario, sites, report."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from locator.base.packed import packed_bytes
from locator.city.units import FILE as UNITS
from tests.cli.running import answer, locator
from tests.tinycity import at


@pytest.fixture
def change(tmp_path: Path) -> Path:
    lon, lat = at(3300, 1500)
    path = tmp_path / "change.json"
    data = {
        "layer": "nurseries",
        "group": "all",
        "planned": True,
        "close": ["nurseries-2"],
        "add": [{"lon": lon, "lat": lat, "places": 30, "name": "nowy"}],
    }
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


# scenario -----------------------------------------------------------------------------------


def test_a_scenario_adds_up_before_and_after(folder: Path, change: Path) -> None:
    found = answer(folder, "scenario", str(change))
    before, after = found["before"]["served"], found["after"]["served"]
    assert after - before == pytest.approx(found["gained"] - found["lost"], abs=2)
    assert sum(district["difference"] for district in found["districts"]) == after - before
    assert found["opened"] == ["nurseries-4"]
    assert found["closed"] == ["nurseries-2"]
    assert found["places_per_100"]["sites_without_places"] == 0
    assert {"place", "district", "district_name", "people", "people_after"} == set(found["gaps"][0])


def test_a_scenario_prints_city_districts_and_gaps(folder: Path, change: Path) -> None:
    result = locator(folder, "scenario", str(change))
    assert result.exit_code == 0, result.output
    for part in ("before", "after", "difference", "Opened: ", "Closed: ", "places per 100"):
        assert part in result.stdout
    nothing = change.with_name("nothing.json")
    nothing.write_text('{"layer": "nurseries"}', encoding="utf-8")
    said = locator(folder, "scenario", str(nothing)).stdout
    assert "The file changes nothing." in said
    assert "No district changes." in said


def test_a_scenario_goes_to_files(folder: Path, change: Path, tmp_path: Path) -> None:
    table = tmp_path / "districts.csv"
    assert locator(folder, "scenario", str(change), "--out", str(table)).exit_code == 0
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [row["number"] for row in rows] == ["1", "2"]
    areas = tmp_path / "areas.geojson"
    assert locator(folder, "scenario", str(change), "--out", str(areas)).exit_code == 0
    kinds = {feature["properties"]["kind"] for feature in json.loads(areas.read_text())["features"]}
    assert kinds <= {"gained", "lost", "site"}
    assert "site" in kinds


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"layer": 5, "add": [{"places": -3}]}', "4 fault(s)"),
        ('{"layer": "zoo"}', "There is no layer “zoo”"),
        ('{"layer": "nurseries", "open": ["nurseries-99"]}', "no facility nurseries-99"),
        ("{", "is not JSON"),
        ('{"layer": "vehicles"}', "move"),
    ],
)
def test_a_wrong_scenario_is_explained(
    folder: Path, tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(content, encoding="utf-8")
    result = locator(folder, "scenario", str(path))
    assert result.exit_code == 1
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_scenarios_stand_side_by_side(folder: Path, change: Path) -> None:
    address = "http://localhost/pl/what-if/nurseries?planned=1&group=all&name=Plan#map"
    alone = answer(folder, "scenario", str(change))
    told = answer(folder, "scenario", str(change), address)
    first, second = told["scenarios"]
    assert told["before"]["served"] == alone["before"]["served"]
    assert (first["after"], first["gained"]) == (alone["after"], alone["gained"])
    assert (second["name"], second["lost"]) == ("Plan", 0)
    assert second["after"] == answer(folder, "scenario", address)["after"]
    assert [row["served"][0] for row in told["districts"]] == [
        row["served_after"] for row in alone["districts"]
    ]
    said = locator(folder, "scenario", address, str(change), address).stdout
    assert "A (Plan): " in said and "B: " in said and "C (Plan): " in said
    (row,) = (line for line in said.splitlines() if "gained (people)" in line)
    cells = [cell.strip() for cell in re.split("[│|]", row)]
    assert [cell for cell in cells if cell] == [
        "gained (people)",
        *(f"{one['gained']:,}" for one in (second, first, second)),
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["no-such.json", "CHANGE"], "File 'no-such.json' does not exist."),
        (["CHANGE"] * 4, "At most 3 scenarios stand side by side."),
        (["CHANGE", "CHANGE", "--format", "csv"], "of one scenario at a time"),
        (["CHANGE", "http://localhost/nearest?q=x"], "This is no address of a scenario: “http"),
        (["CHANGE", "/what-if/zoo?planned=1"], "zoo"),
        (["CHANGE", "/what-if/aeds?group=all"], "for the same layer only"),
        (["CHANGE", "/what-if/nurseries?group=age_0_2"], "for the same group of people only"),
        (["CHANGE", "/what-if/nurseries?minutes=0"], "minutes"),
    ],
)
def test_scenarios_that_cannot_stand_side_by_side_are_refused(
    folder: Path, change: Path, given: list[str], told: str
) -> None:
    asked = [str(change) if one == "CHANGE" else one for one in given]
    result = locator(folder, "scenario", *asked)
    assert result.exit_code in (1, 2), result.output
    assert told in " ".join(result.output.split())


def test_a_scenario_needs_its_file_and_a_place_to_write(folder: Path, change: Path) -> None:
    assert locator(folder, "scenario", "no-such.json").exit_code == 2
    for out in ("x.doc", "no/such/folder/x.csv"):
        assert locator(folder, "scenario", str(change), "--out", out).exit_code == 2


# sites --------------------------------------------------------------------------------------


def test_sites_say_what_each_gains_and_how_sure_it_is(folder: Path) -> None:
    options = ("sites", "nurseries", "--group", "all", "--minutes", "10")
    found = answer(folder, *options, "-n", "2", "--method", "exact")
    gained = [site["gained"] for site in found["sites"]]
    assert len(gained) == 2
    assert gained[0] >= gained[1] > 0
    assert found["sites"][1]["total"] == pytest.approx(sum(gained), abs=0.2)
    assert (found["gap"], found["proven"], found["method"]) == (0, True, "exact")
    assert found["ties"] == sum(site["ties"] for site in found["sites"])
    assert not found["timed_out"]
    printed = locator(folder, *options, "-n", "2", "--method", "exact").stdout
    assert "No other choice of as many sites gains more: this is proven." in printed
    assert "Where to build next" in printed


def test_sites_keep_to_a_district_and_out_of_a_forbidden_area(folder: Path, tmp_path: Path) -> None:
    options = ("sites", "nurseries", "--group", "all", "--minutes", "10", "-n", "3")
    south = answer(folder, *options, "--district", "II")
    assert {site["district"] for site in south["sites"]} == {2}
    corners = [at(-100, 1900), at(9000, 1900), at(9000, 9000), at(-100, 9000), at(-100, 1900)]
    area = tmp_path / "area.geojson"
    shape = {"type": "Polygon", "coordinates": [corners]}
    area.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": shape}))
    kept = answer(folder, *options, "--forbidden", str(area))
    assert {site["district"] for site in kept["sites"]} == {2}
    avoided = answer(folder, *options, "--avoid", "II", "--avoid", "2")
    assert ({site["district"] for site in avoided["sites"]}, avoided["avoid"]) == ({1}, [2])


def test_least_missed_and_best_move_name_the_facility(folder: Path) -> None:
    options = ("sites", "nurseries", "--group", "all", "--minutes", "10")
    missed = answer(folder, *options, "--least-missed")["facilities"]
    assert [row["lost"] for row in missed] == sorted(row["lost"] for row in missed)
    assert "No facility would serve more" in locator(folder, *options, "--best-move").stdout
    moved = answer(folder, "sites", "aeds", "--minutes", "5", "--best-move", "-n", "1")[
        "facilities"
    ]
    assert len(moved) == 1
    assert moved[0]["net"] == pytest.approx(moved[0]["gained"] - moved[0]["lost"], abs=0.2)
    assert "Best moves" in locator(folder, "sites", "aeds", "--minutes", "5", "--best-move").stdout
    assert "Least missed" in locator(folder, *options, "--least-missed").stdout


def test_shorter_walks_are_another_objective(folder: Path) -> None:
    result = locator(folder, "sites", "nurseries", "--objective", "median", "-n", "1")
    assert result.exit_code == 0, result.output
    assert "person-minutes saved" in result.stdout


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["zoo"], 2, "There is no layer"),
        (["nurseries", "-n", "0"], 2, "1 to 20"),
        (["zoo", "-n", "0", "--group", "giants"], 2, "age_0_14"),
        (["zoo", "-n", "0", "--group", "giants"], 2, "1 to 20"),
        (["nurseries", "-n", "500"], 2, "1 to 20"),
        (["nurseries", "--capacity", "-3"], 2, "1 to 5000"),
        (["nurseries", "--group", "giants"], 2, "age_0_14"),
        (["nurseries", "--district", "XX"], 2, "There is no district XX"),
        (["nurseries", "--avoid", "XX"], 2, "There is no district XX"),
        (["nurseries", "--capacity", "30", "--objective", "median"], 1, "most people"),
        (["nurseries", "--least-missed", "--best-move"], 2, "either"),
        (["nurseries", "--least-missed", "--capacity", "30"], 2, "coverage only"),
        (["nurseries", "--time-limit", "0"], 2, "0.1"),
        (["vehicles"], 1, "move"),
    ],
)
def test_wrong_questions_about_sites_are_explained(
    folder: Path, args: list[str], code: int, words: str
) -> None:
    result = locator(folder, "sites", *args)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not GeoJSON"),
        ("[]", "is not GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', "has to hold polygons"),
        ('{"type": "Point", "coordinates": [19.9, 50]}', "has to hold polygons"),
        ('{"type": "Polygon", "coordinates": [[[500, 9], [501, 9], [501, 8], [500, 9]]]}', "degr"),
    ],
)
def test_a_wrong_forbidden_area_is_explained(
    folder: Path, tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "area.geojson"
    path.write_text(content, encoding="utf-8")
    result = locator(folder, "sites", "nurseries", "--forbidden", str(path))
    assert result.exit_code == 2
    assert words in result.stderr


def test_places_and_the_longest_walk_are_asked_for(folder: Path) -> None:
    options = ("sites", "nurseries", "--group", "all")
    places = (*options, "--objective", "places", "--demand-percent", "5", "--capacity", "25")
    assert answer(folder, *places)["unserved_before"] == 25
    printed = locator(folder, *places).stdout
    assert "25 of 105 people (everyone) have no place within 15 min" in printed
    missed = locator(folder, *places[:-2], "--least-missed").stdout
    assert "people who would lose their place" in missed
    centre = locator(folder, *options, "--objective", "centre", "--minutes", "5").stdout
    assert "The longest walk is" in centre and "minutes off the longest walk" in centre


# report -------------------------------------------------------------------------------------


class Words(HTMLParser):
    """Collects what a page says and which elements it uses."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.said += data


def report(folder: Path, out: Path, *args: str) -> list[Path]:
    result = locator(folder, "report", "--layer", "nurseries", "--out", str(out), *args)
    assert result.exit_code == 0, result.output
    return [Path(line) for line in result.stdout.splitlines()]


def test_a_report_is_a_whole_set_of_files(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    written = report(folder, out, "--district", "II", "--language", "en")
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in written)
    assert {path.suffix for path in written} == {
        ".pdf",
        ".docx",
        ".html",
        ".xlsx",
        ".csv",
        ".gpkg",
        ".geojson",
    }
    assert all(path.name.startswith("tiny-nurseries-II") for path in written)
    districts = gpd.read_file(out / "tiny-nurseries-II.gpkg", layer="districts")
    assert districts.crs.to_epsg() == 2180
    assert "districts" in openpyxl.load_workbook(out / "tiny-nurseries-II.xlsx").sheetnames


def test_the_report_of_a_scenario_is_written_from_its_file(
    folder: Path, change: Path, tmp_path: Path
) -> None:
    out = tmp_path / "reports"
    options = ("report", "--scenario", str(change), "--out", str(out))
    assert locator(folder, *options, "--language", "en").exit_code == 0
    names = {path.name for path in out.iterdir()}
    assert {"tiny-nurseries-scenario.pdf", "tiny-nurseries-scenario-districts.csv"} <= names
    assert locator(folder, *options, "--layer", "nurseries").exit_code == 2
    assert locator(folder, *options, "--minutes", "10").exit_code == 2
    assert locator(folder, *options, "--transit").exit_code == 2
    assert locator(folder, "report", "--out", str(out)).exit_code == 2


def test_a_whole_set_is_the_city_each_district_and_each_unit(folder: Path, tmp_path: Path) -> None:
    one = {"unit": ["I.1"], "name": ["Lipowa"]}
    shape = gpd.read_file(folder / "districts.geojson").geometry.iloc[[0]].to_numpy()
    units = gpd.GeoDataFrame(one, geometry=shape, crs="EPSG:4326")
    (folder / UNITS).write_bytes(packed_bytes(units, about={}))
    languages = ("--language", "pl", "--language", "en")
    out = tmp_path / "out"
    written = report(folder, out, "--all", *languages, "--format", "xlsx")
    names = [f"tiny-nurseries{area}.xlsx" for area in ("", "-I", "-II", "-I.1")]
    assert [path.relative_to(out) for path in written] == [
        Path(language, name) for language in ("pl", "en") for name in names
    ]
    assert all(path.is_file() for path in written)
    tables = report(folder, out, "--unit", "lipowa", "--format", "csv")
    assert all(path.name.startswith("tiny-nurseries-I.1-") for path in tables)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--unit", "IX.9"), "There is no one neighbourhood unit IX.9"),
        (("--unit", "I.1", "--all"), "Give either --district, --unit"),
        (("--format", "doc"), "'doc' is not one of"),
    ],
)
def test_a_wrong_set_is_refused(
    folder: Path, tmp_path: Path, given: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "out"
    result = locator(folder, "report", "--layer", "nurseries", "--out", str(out), *given)
    assert result.exit_code == 2
    assert said in result.output
    assert not out.exists()


def test_the_page_of_a_report_stands_alone(folder: Path, tmp_path: Path) -> None:
    report(folder, tmp_path, "--language", "en")
    text = (tmp_path / "tiny-nurseries.html").read_text(encoding="utf-8")
    page = Words()
    page.feed(text)
    assert '<html lang="en">' in text
    assert page.tags.count("h1") == 1
    assert page.tags.count("svg") == 4
    assert "caption" in page.tags
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not {"src", "onclick", "style"} & page.attributes
    assert "Where people are left out" in page.said
    assert "@media print" in text


def test_the_page_escapes_what_the_data_say(folder: Path, tmp_path: Path) -> None:
    path = folder / "nurseries.geojson"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["features"][0]["properties"]["name"] = "<script>alert(1)</script>"
    path.write_text(json.dumps(data), encoding="utf-8")
    report(folder, tmp_path)
    text = (tmp_path / "tiny-nurseries.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_report_by_tram_has_the_numbers_of_the_coverage(folder: Path, tmp_path: Path) -> None:
    asked = ("--minutes", "30", "--transit", "--depart", "2026-11-02T06:00", "--max-walk", "7")
    told = answer(folder, "coverage", "nurseries", *asked)["transit"]
    written = report(folder, tmp_path, "--district", "II", "--format", "csv", *asked)
    (path,) = (one for one in written if one.stem.endswith("transit-transit"))
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    second = next(one for one in told["districts"] if one["number"] == 2)
    assert [int(row["served"]) for row in rows] == [second["served"], told["served"]]


def test_all_districts_are_the_city_and_each_of_them(folder: Path, tmp_path: Path) -> None:
    written = report(folder, tmp_path, "--all-districts")
    assert [path.name for path in written if path.suffix == ".pdf"] == [
        "tiny-nurseries.pdf",
        "tiny-nurseries-I.pdf",
        "tiny-nurseries-II.pdf",
    ]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--layer", "zoo"], 2, "There is no layer"),
        (["--layer", "nurseries", "--district", "99"], 2, "Districts: I Północ, II Południe"),
        (["--layer", "nurseries", "--district", "I", "--all-districts"], 2, "either"),
        (["--layer", "nurseries", "--minutes", "-1"], 2, "1 to 60"),
        (["--layer", "nurseries", "--language", "de"], 2, "'pl', 'en', 'uk'"),
        (["--layer", "nurseries", "--sites", "500"], 2, "1<=x<=20"),
        (["--layer", "vehicles"], 1, "move"),
    ],
)
def test_wrong_questions_about_reports_are_explained(
    folder: Path, tmp_path: Path, args: list[str], code: int, words: str
) -> None:
    result = locator(folder, "report", *args, "--out", str(tmp_path / "r"))
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert not (tmp_path / "r").exists()
