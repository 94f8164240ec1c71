"""What the catalogue says, and what is said about a faulty one."""

from __future__ import annotations

from pathlib import Path

import pytest

from locator.base.errors import CityFolderError
from locator.city.catalogue import UnitCode, read_catalogue
from tests.breaking import edit_feature, edit_text, fault, faults

FILE = "catalogue.toml"


def test_the_tiny_catalogue_is_read_whole(tiny_folder: Path) -> None:
    catalogue = read_catalogue(tiny_folder)
    nurseries = catalogue.layers["nurseries"]
    assert catalogue.names == {"pl": "Małe Miasto", "en": "Tiny City", "uk": "Мале Місто"}
    assert list(catalogue.layers) == ["nurseries", "aeds", "vehicles"]
    assert (nurseries.group, nurseries.standard_min, nurseries.pace_m_s) == ("age_0_2", 15, 1.0)
    assert nurseries.expected_where == {"public": (True,), "status": ("open",)}
    assert catalogue.layers["vehicles"].moves and not nurseries.moves
    assert catalogue.river is not None and catalogue.river.bank_b == (2,)
    assert catalogue.groups["age_0_2"].factor == 0.25


UNIT_CODE = """[unit_code]
scheme = "teryt"
code = "1261011"
source = "TERC"

[estimate]"""


def test_a_city_may_declare_its_official_code(tiny_folder: Path) -> None:
    assert read_catalogue(tiny_folder).unit_code is None
    edit_text(tiny_folder, FILE, "[estimate]", UNIT_CODE)
    assert read_catalogue(tiny_folder).unit_code == UnitCode("teryt", "1261011", "TERC")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"1261011"', '"126101"', "unit_code: code: is '126101'"),
        ('"1261011"', '"1361011"', "unit_code: code: is '1361011'"),
        ('"1261011"', "1261011", "unit_code: code: is 1261011"),
        ('"teryt"', '"TERYT"', "unit_code: scheme: is 'TERYT'"),
        ('source = "TERC"', "", "unit_code: source: is missing"),
        ('source = "TERC"', 'source = "TERC"\nkind = 1', "unit_code: kind: is unknown"),
    ],
)
def test_a_wrong_official_code_is_named(tiny_folder: Path, old: str, new: str, said: str) -> None:
    edit_text(tiny_folder, FILE, "[estimate]", UNIT_CODE.replace(old, new))
    assert any(line.startswith(f"{FILE}: {said}") for line in faults(tiny_folder))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "tiny"', 'id = "Tiny City"', "-: id: is 'Tiny City'"),
        ('country = "PL"', 'country = "Poland"', "-: country: is 'Poland'"),
        ('"Europe/Warsaw"', '"Europe/Krakow"', "-: timezone: is 'Europe/Krakow'"),
        ('crs_export = "EPSG:2180"', 'crs_export = "EPSG:0"', "-: crs_export: is 'EPSG:0'"),
        ('data_date = "2026-11-01"', 'data_date = "1.11.2026"', "-: data_date: is '1.11.2026'"),
        ('colour = "#b45309"', 'colour = "red"', "layers.nurseries: colour: is 'red'"),
        ('shape = "square"', 'shape = "star"', "layers.nurseries: shape: is 'star'"),
        ('icon = "Ż"', 'icon = "Żłobek"', "layers.nurseries: icon: is 'Żłobek'"),
        ('group = "age_0_2"', 'group = "babies"', "layers.nurseries: group: is 'babies'"),
        ("standard_min = 15", "standard_min = 7.5", "layers.nurseries: standard_min: is 7.5"),
        ("pace_m_s = 1.0", "pace_m_s = 9", "layers.nurseries: pace_m_s: is 9"),
        ("expected = 4", "expected = -4", "layers.nurseries: expected: is -4"),
        ("moves = true", 'moves = "yes"', "layers.vehicles: moves: is 'yes'"),
        ('column = "people"', 'column = "men"', "groups.all: column: is 'men'"),
        ("factor = 1.25", 'factor = "1,25"', "groups.age_60_plus: factor: is '1,25'"),
        ("bank_a = [1]", "bank_a = 1", "river: bank_a: is 1"),
        ("detour_across = 1.5", "detour_across = 0.5", "estimate: detour_across: is 0.5"),
        (', uk = "Мале Місто"', "", "-: names.uk: is missing"),
        ("[layers.aeds]", "[layers.AED]", "layers.AED: -: is 'AED' (allowed: [a-z][_a-z0-9]*)"),
        ("[estimate]", "[estimates]", "-: estimate: is missing (allowed: a table [estimate])"),
        ("bank_a = [1]", "bank_a = [true]", "river: bank_a: has True"),
        ('icon = "♥"', 'icon = "♥"\nicno = "x"', "layers.aeds: icno: is unknown"),
        ("{ public = [true]", "{ publik = [true]", "layers.nurseries: expected_where: names"),
        (
            'expected_source = "Invented register"\n',
            "",
            "layers.nurseries: expected_source: is mis",
        ),
    ],
)
def test_each_wrong_value_is_named(tiny_folder: Path, old: str, new: str, said: str) -> None:
    edit_text(tiny_folder, FILE, old, new)
    assert any(line.startswith(f"{FILE}: {said}") for line in faults(tiny_folder))
    assert all("allowed: " in line for line in faults(tiny_folder))


def test_every_fault_is_listed_not_the_first(tiny_folder: Path) -> None:
    edit_text(tiny_folder, FILE, 'shape = "square"', 'shape = "star"')
    edit_text(tiny_folder, FILE, 'shape = "circle"', 'shape = "blob"')
    with pytest.raises(CityFolderError) as caught:
        read_catalogue(tiny_folder)
    assert [fault.field for fault in caught.value.faults] == ["shape", "shape"]
    assert "2 fault(s)" in str(caught.value)


def test_the_faults_of_all_files_are_told_at_once(tiny_folder: Path) -> None:
    """A catalogue that is wrong in part is no reason not to look at what depends on it."""
    edit_text(tiny_folder, FILE, 'shape = "square"', 'shape = "star"')
    edit_text(tiny_folder, FILE, "[estimate]", "[estimates]")
    edit_text(tiny_folder, FILE, "bank_a = [1]", "bank_a = [9]")
    edit_text(tiny_folder, "stops.csv", "1,Most", "7,Most")
    edit_feature(tiny_folder, "nurseries.geojson", 0, status="shut")
    (tiny_folder / "likely_open.toml").write_text("guard = 5", encoding="utf-8")
    assert {line.partition(" (")[0] for line in faults(tiny_folder)} == {
        "catalogue.toml: -: estimate: is missing",
        "catalogue.toml: -: estimates: is unknown",
        "catalogue.toml: layers.nurseries: shape: is 'star'",
        "catalogue.toml: river: bank_a: names 9",
        "likely_open.toml: -: guard: is 5",
        "nurseries.geojson: nurseries-1: status: is 'shut'",
        "stops.csv: line 3: index: is 7",
    }


def test_broken_toml_is_one_fault(tiny_folder: Path) -> None:
    edit_text(tiny_folder, FILE, "[river]", "[river")
    assert fault(tiny_folder).startswith("catalogue.toml: -: -: is not valid TOML")


def test_without_a_metric_system_the_faults_of_the_tables_are_still_listed(
    tiny_folder: Path,
) -> None:
    edit_text(tiny_folder, FILE, 'crs_metric = "EPSG:2178"', 'crs_metric = "EPSG:4326"')
    edit_text(tiny_folder, "stops.csv", "1,Most", "7,Most")
    assert [line.split(":")[0] for line in faults(tiny_folder)] == ["catalogue.toml", "stops.csv"]
