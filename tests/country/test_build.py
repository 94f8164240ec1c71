"""A country of four units: made, made again, and the same in parts as as a whole."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import osmium
import pytest
import shapely
from click.testing import CliRunner

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.base.errors import InvalidParameterError
from locator.city.model import load_city
from locator.cli.main import main
from locator.country import passes
from locator.country.build import Built, CountryPlan, build_country
from locator.country.table import read_table
from locator.walking.choose import choose_model
from locator.walking.graph.osm import ExtractError
from locator.walking.walkable_city import walkable
from tests.country.toycountry import PLACES, square, toy_plan, write_extract, write_units

pytest.importorskip("pyarrow", reason="GeoParquet needs the extra country")


def build(plan: CountryPlan) -> Built:
    """Make the country in this process."""
    return build_country(plan, workers=0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[CountryPlan, Built]:
    """The toy country; nobody changes it."""
    plan = toy_plan(tmp_path_factory.mktemp("country"))
    return plan, build(plan)


@pytest.fixture
def mine(made: tuple[CountryPlan, Built], tmp_path: Path) -> CountryPlan:
    """A copy of it that may be changed."""
    old = made[0].out.parent
    shutil.copytree(old, tmp_path / "copy")
    return toy_plan(tmp_path / "copy")


def test_each_unit_has_a_city_and_one_row(made: tuple[CountryPlan, Built]) -> None:
    plan, built = made
    assert (built.made, built.kept, list(built.faults)) == (3, 0, ["04"])
    units = built.table.units
    assert units.index.tolist() == ["01", "02", "03", "04"]
    assert units["name"].tolist() == ["Gmina 01", "Gmina 02", "Gmina 03", "Gmina 04"]
    assert units["pharmacies_people"].tolist()[:3] == [2000, 2000, 2000]
    assert units["data_date"].tolist()[:3] == ["2026-10-01"] * 3
    for code in ("01", "02", "03"):
        assert (plan.out / "units" / code / "city" / "streets.graph").is_file()
    assert not (plan.out / "units" / "04" / "city").exists()


def test_a_unit_is_counted_as_its_folder_is_later(made: tuple[CountryPlan, Built]) -> None:
    plan, _ = made
    for code in ("01", "02", "03"):
        told = json.loads((plan.out / "units" / code / "result.json").read_text(encoding="utf-8"))
        town = load_city(plan.out / "units" / code / "city")
        for service, counts in told["services"].items():
            found = coverage(walkable(town, choose_model(town)), CoverageQuery(service))
            assert counts["served"] == found.served
            assert counts["mean_s"] == found.mean_s


def test_a_unit_that_cannot_be_made_says_why(made: tuple[CountryPlan, Built]) -> None:
    row = made[1].table.units.loc["04"]
    assert row["fault"] == made[1].faults["04"] != ""
    assert row[["pharmacies_share", "pharmacies_people", "model"]].isna().all()


def test_a_facility_beyond_the_border_counts(made: tuple[CountryPlan, Built]) -> None:
    units = made[1].table.units
    assert units["pharmacies_facilities"].tolist()[:3] == [1, 1, 0]
    assert units["pharmacies_inside"].tolist()[:3] == [1, 0, 0]
    assert units["pharmacies_share"].iloc[1] > 0.2
    assert units["pharmacies_share"].iloc[2] == 0


def test_parts_sum_to_the_whole(made: tuple[CountryPlan, Built], tmp_path: Path) -> None:
    whole = write_units(tmp_path / "whole.geojson", {"00": square(0, 6000)})
    one = build(replace(made[0], boundaries=whole, out=tmp_path / "out")).table.units
    units = made[1].table.units.iloc[:3]
    for column in ("people", "served", "unserved"):
        for service in ("pharmacies", "aeds"):
            name = f"{service}_{column}"
            assert int(units[name].sum()) == int(one[name].iloc[0]) > 0


def test_what_is_there_is_not_made_again(mine: CountryPlan) -> None:
    before = {path: path.stat().st_mtime_ns for path in mine.out.glob("units/*/*.json")}
    table = (mine.out / "country.parquet").read_bytes()
    built = build(mine)
    assert (built.made, built.kept) == (0, 3)
    assert {path: path.stat().st_mtime_ns for path in mine.out.glob("units/*/*.json")} == before
    assert built.file.read_bytes() == table


def test_what_was_broken_off_is_made_anew(mine: CountryPlan) -> None:
    table = (mine.out / "country.parquet").read_bytes()
    units = mine.out / "units"
    (units / "01" / "result.json").unlink()
    (units / "02" / "result.json").write_text('{"key": "hal', encoding="utf-8")
    shutil.rmtree(units / "03" / "city")
    (units / "03" / ".city.abc").mkdir()
    for path in mine.out.glob("cuts/*/02.*"):
        path.unlink()
    built = build(mine)
    assert (built.made, built.kept) == (3, 0)
    assert not (units / "03" / ".city.abc").exists()
    assert built.file.read_bytes() == table


def test_a_changed_input_redoes_what_it_concerns(mine: CountryPlan) -> None:
    """An AED more in unit 3: its neighbour 1, 3 km away, has nothing to do with it."""
    places = PLACES | {6000: ((5700.0, 505.0), {"emergency": "defibrillator"})}
    write_extract(mine.extracts / "all.osm.pbf", places)
    built = build(mine)
    assert (built.made, built.kept) == (2, 1)
    assert built.table.units["aeds_inside"].tolist()[:3] == [0, 0, 2]
    grid = mine.grid.read_text(encoding="utf-8")
    mine.grid.write_text(grid.replace("7420,5550,1000,100", "7420,5550,1100,200"), "utf-8")
    built = build(mine)
    assert (built.made, built.kept) == (1, 2)
    assert built.table.units["pharmacies_people"].tolist()[:3] == [2100, 2000, 2000]


def test_cut_in_many_passes_it_is_the_same(
    made: tuple[CountryPlan, Built], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "FAN", 2)
    plan = replace(made[0], out=tmp_path / "out")
    assert build(plan).file.read_bytes() == made[1].file.read_bytes()
    for code in ("01", "02", "03"):
        contents = {
            path.read_bytes()
            for out in (made[0].out, plan.out)
            for path in out.glob(f"cuts/*/{code}.*")
        }
        assert len(contents) == 1


def test_a_unit_between_two_extracts_has_all_of_both(
    made: tuple[CountryPlan, Built], tmp_path: Path
) -> None:
    """The same again, cut in two by what is mapped: the halves hold every street."""
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    first = {5000: PLACES[5000], 5002: PLACES[5002]}
    second = {number: place for number, place in PLACES.items() if number not in first}
    write_extract(extracts / "east.osm.pbf", second)
    write_extract(extracts / "west.osm.pbf", first)
    plan = replace(made[0], extracts=extracts, out=tmp_path / "out")
    got, wanted = build(plan).table.units, made[1].table.units
    shares = ["pharmacies_served", "aeds_served", "pharmacies_share"]
    assert got[shares].equals(wanted[shares])


def test_a_cut_keeps_what_a_city_is_made_of(made: tuple[CountryPlan, Built]) -> None:
    (path,) = made[0].out.glob("cuts/*/01.*")
    tags = [dict(item.tags) for item in osmium.FileProcessor(str(path)) if len(item.tags)]
    assert {"amenity": "pharmacy", "name": "Apteka"} in tags
    assert {"natural": "tree"} not in tags
    header = osmium.FileProcessor(str(path)).header
    assert header.get("osmosis_replication_timestamp") == "2026-10-01T20:21:22Z"
    area = shapely.box(*map(float, str(header.box()).strip("()").replace("/", " ").split()))
    assert area.contains(square(0))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"code_column": "KOD"}, InvalidParameterError, "it has: TERYT, nazwa"),
        ({"services": ("dragons",)}, InvalidParameterError, "no layer “dragons”"),
        ({"margin_m": -1.0}, InvalidParameterError, "0 m or more"),
        ({"country": None}, InvalidParameterError, "give --country"),
    ],
)
def test_what_cannot_be_used_is_said(
    made: tuple[CountryPlan, Built], change: dict[str, object], error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        build(replace(made[0], **change))  # type: ignore[arg-type]


def test_a_unit_without_a_name_is_called_by_its_code(
    made: tuple[CountryPlan, Built], tmp_path: Path
) -> None:
    """Digits alone, as TERYT has them, are no id of a city."""
    area = gpd.GeoDataFrame({"TERYT": ["1261011"]}, geometry=[square(0)], crs="EPSG:4326")
    area.to_file(tmp_path / "units.geojson")
    boundaries, out = tmp_path / "units.geojson", tmp_path / "out"
    built = build(replace(made[0], boundaries=boundaries, out=out, services=("aeds",)))
    assert (built.made, dict(built.faults)) == (1, {})
    assert built.table.units.loc["1261011", "name"] == "1261011"


def test_streets_alone_are_enough_for_a_unit(
    made: tuple[CountryPlan, Built], tmp_path: Path
) -> None:
    """No address, no stop, no facility anywhere near: nobody is within reach, and this is known."""
    extract = write_extract(tmp_path / "bare.osm.pbf", {})
    units = build(replace(made[0], extracts=extract, out=tmp_path / "out")).table.units
    assert units["aeds_served"].tolist()[:3] == [0, 0, 0]
    assert units["aeds_share"].tolist()[:3] == [0, 0, 0]


def test_units_need_codes_of_their_own(made: tuple[CountryPlan, Built], tmp_path: Path) -> None:
    areas = {"01": square(0), "../x": square(2000)}
    path = write_units(tmp_path / "units.geojson", areas)
    with pytest.raises(ExtractError, match="row 2: the code “../x”"):
        build(replace(made[0], boundaries=path))


def test_the_command_tells_and_ranks(made: tuple[CountryPlan, Built]) -> None:
    plan = made[0]
    asked = ["country", "build", "--boundaries", plan.boundaries, "--grid", plan.grid]
    asked += ["--extracts", plan.extracts, "--out", plan.out, "--services", "pharmacies,aeds"]
    asked += ["--grid-crs", plan.grid_crs, "--country", "PL", "--name", "Toyland"]
    done = CliRunner().invoke(main, [*map(str, asked), "--workers", "0", "--json"])
    assert done.exit_code == 1  # unit 4
    told = json.loads(done.stdout)
    assert (told["units"], told["made"], told["kept"], list(told["failed"])) == (4, 0, 3, ["04"])
    report = ["country", "report", str(plan.out), "--service", "pharmacies"]
    shown = CliRunner().invoke(main, report)
    assert shown.exit_code == 0
    assert "within 15 min at 1.1 m/s" in shown.stdout
    lines = CliRunner().invoke(main, [*report, "--format", "csv"]).stdout.splitlines()
    assert lines[0].startswith("service,code,name,rank,rank_low,rank_high,share,low,high")
    assert [line.split(",")[1] for line in lines[1:]] == ["01", "02", "03", "04"]
    worst = [*report, "--sort", "worst", "--limit", "1", "--json"]
    (row,) = json.loads(CliRunner().invoke(main, worst).stdout)["services"]["pharmacies"]
    assert (row["code"], row["share"], row["unserved"]) == ("03", 0.0, 2000)
    assert read_table(plan.out / "country.parquet").services["aeds"].minutes == 5
