"""Corrections of facilities: put over what the files say, checked like all other data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from locator.base.errors import CityFolderError
from locator.city.model import City, load_city
from locator.city.overrides import FILE, overrides_of
from locator.curation.check import check_folder
from locator.curation.locate import locate_folder
from tests.breaking import edit_feature
from tests.tinycity import at, metric

HEAD = '[[override]]\nfacility = "{id}"\ndate = "2026-11-28"\nsource = "zgłoszenie"\n'


def written(folder: Path, *entries: tuple[str, str]) -> Path:
    """Write the corrections: of each a facility and the lines that say what is changed."""
    text = "\n".join(HEAD.format(id=name) + lines + "\n" for name, lines in entries)
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def corrected(folder: Path, *entries: tuple[str, str]) -> City:
    return load_city(written(folder, *entries))


def faults(folder: Path) -> list[str]:
    with pytest.raises(CityFolderError) as caught:
        load_city(folder)
    assert check_folder(folder) == list(caught.value.faults)
    return [str(fault) for fault in caught.value.faults]


def test_a_folder_without_corrections_has_none(tiny: City) -> None:
    assert tiny.overrides == ()


def test_a_closed_facility_is_closed_since_a_day_and_confirmed(tiny_folder: Path) -> None:
    city = corrected(tiny_folder, ("nurseries-3", 'status = "closed"\nclosed = "2026-11-01"'))
    row = city.facilities.loc["nurseries-3"]
    assert (row["status"], row["status_basis"], row["closed"]) == (
        "closed",
        "confirmed",
        "2026-11-01",
    )
    assert row["status_note"] is None  # it spoke of the former state
    assert "2026-11-01" not in (tiny_folder / "nurseries.geojson").read_text(encoding="utf-8")


def test_hours_and_telephone_are_those_of_the_correction(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "nurseries.geojson", id="nurseries-1", hours_text="pn-pt 7-17")
    city = corrected(
        tiny_folder, ("nurseries-1", 'opening_hours = "Mo-Th 08:00-16:00"\nphone = "12 345 67 89"')
    )
    row = city.facilities.loc["nurseries-1"]
    assert (row["opening_hours"], row["hours_text"]) == ("Mo-Th 08:00-16:00", None)
    assert (row["phone"], row["wheelchair"]) == ("12 345 67 89", None)


def test_a_moved_facility_lies_elsewhere_in_the_district_of_its_new_place(
    tiny_folder: Path,
) -> None:
    lon, lat = at(3000, 700)
    city = corrected(
        tiny_folder,
        (
            "nurseries-1",
            f'street = "ul. Nowa"\nhousenumber = "7"\nlon = {lon}\nlat = {lat}\n'
            'location_precision = "exact"\nlocation_source = "moderator"',
        ),
    )
    row = city.facilities.loc["nurseries-1"]
    assert (row["address"], row["district"]) == ("ul. Nowa 7", 2)
    assert (row["x"], row["y"]) == pytest.approx(metric(3000, 700), abs=0.01)
    assert (row.geometry.x, row.geometry.y) == (lon, lat)
    (found,) = [one for one in city.gazetteer.search("Żłobek Pod Lipą") if one.facility_id]
    assert (found.lon, found.lat) == (lon, lat)


def test_a_facility_that_a_correction_locates_is_not_located_again(tiny_folder: Path) -> None:
    lon, lat = at(3000, 700)
    place = f'lon = {lon}\nlat = {lat}\nlocation_precision = "exact"\nlocation_source = "m"'
    before = (tiny_folder / "nurseries.geojson").read_bytes()
    written(tiny_folder, ("nurseries-5", place))
    assert locate_folder(tiny_folder).empty
    assert (tiny_folder / "nurseries.geojson").read_bytes() == before
    assert load_city(tiny_folder).facilities.loc["nurseries-5", "location_precision"] == "exact"


def test_a_confirmation_sets_the_day_of_the_check_and_the_basis(tiny_folder: Path) -> None:
    city = corrected(tiny_folder, ("nurseries-3", 'verified_on = "2026-11-27"'))
    row = city.facilities.loc["nurseries-3"]
    assert (row["verified_on"], row["status_basis"]) == ("2026-11-27", "confirmed")
    assert not city.overrides[0].corrects
    # What is under construction is not open because somebody agrees with its telephone number.
    planned = corrected(tiny_folder, ("nurseries-4", 'verified_on = "2026-11-27"'))
    assert planned.facilities.loc["nurseries-4", "status"] == "under_construction"


def test_the_later_of_two_corrections_counts(tiny_folder: Path) -> None:
    city = corrected(
        tiny_folder,
        ("nurseries-1", 'phone = "1"\nwheelchair = "no"'),
        ("nurseries-2", 'phone = "3"'),
        ("nurseries-1", 'phone = "2"'),
    )
    assert city.facilities.loc["nurseries-1", ["phone", "wheelchair"]].tolist() == ["2", "no"]
    assert [one.changes["phone"] for one in overrides_of(city.overrides, "nurseries-1")] == [
        "2",
        "1",
    ]


def test_what_is_not_corrected_stays_as_it_is(tiny: City, tiny_folder: Path) -> None:
    city = corrected(tiny_folder, ("nurseries-1", 'wheelchair = "no"'))
    same = city.facilities.drop(columns="wheelchair")
    pd.testing.assert_frame_equal(same, tiny.facilities.drop(columns="wheelchair"))
    assert (city.facilities.dtypes == tiny.facilities.dtypes).all()


@pytest.mark.parametrize(
    ("facility", "lines", "said"),
    [
        ("nurseries-9", 'phone = "1"', "nurseries-9: facility: is 'nurseries-9'"),
        ("nurseries-1", "", "nurseries-1: -: changes nothing"),
        ("nurseries-1", 'phone = ""', "nurseries-1: phone: is ''"),
        ("nurseries-1", 'name = "X"', "nurseries-1: name: cannot be changed by an override"),
        ("nurseries-1", 'status = "gone"', "nurseries-1: status: is 'gone'"),
        ("nurseries-1", 'closed = "2026-11-01"', "nurseries-1: status: is None"),
        ("nurseries-1", 'opening_hours = "whenever"', "nurseries-1: opening_hours: is 'whenever'"),
        ("nurseries-1", 'wheelchair = "maybe"', "nurseries-1: wheelchair: is 'maybe'"),
        ("nurseries-1", 'verified_on = "28.11.2026"', "nurseries-1: verified_on: is '28.11.2026'"),
        ("nurseries-1", "lon = 19.0\nlat = 50.0", "nurseries-1: location_precision: is missing"),
    ],
)
def test_each_wrong_correction_is_named(
    tiny_folder: Path, facility: str, lines: str, said: str
) -> None:
    found = faults(written(tiny_folder, (facility, lines)))
    assert any(fault.startswith(f"{FILE}: {said}") for fault in found), found


def test_a_place_outside_the_city_and_one_of_a_vehicle_are_refused(tiny_folder: Path) -> None:
    place = 'lon = {}\nlat = {}\nlocation_precision = "exact"\nlocation_source = "m"'
    found = faults(
        written(
            tiny_folder,
            ("nurseries-1", place.format(*at(9000, 0))),
            ("vehicles-1", place.format(*at(500, 500))),
        )
    )
    assert "outside the city" in found[0] and found[0].startswith(f"{FILE}: nurseries-1: geometry")
    assert found[1].startswith(f"{FILE}: vehicles-1: lon: is not allowed here")


def test_all_faults_are_listed_beside_those_of_the_other_files(tiny_folder: Path) -> None:
    written(tiny_folder, ("nurseries-1", 'phone = ""\nwheelchair = "maybe"'))
    edit_feature(tiny_folder, "aeds.geojson", id="nurseries-1")
    files = [fault.partition(":")[0] for fault in faults(tiny_folder)]
    assert files == ["aeds.geojson", FILE, FILE]


@pytest.mark.parametrize(
    "text", ["[[override]", "override = 1", "[override]\na = 1", "[[overrides]]\na = 1", "\x00"]
)
def test_a_file_that_is_no_list_of_corrections_is_refused(tiny_folder: Path, text: str) -> None:
    (tiny_folder / FILE).write_text(text, encoding="utf-8")
    assert faults(tiny_folder)[0].startswith(f"{FILE}: ")


def test_who_said_so_and_when_are_asked_for(tiny_folder: Path) -> None:
    (tiny_folder / FILE).write_text(
        '[[override]]\nfacility = "nurseries-1"\ndate = "2026-11"\nphone = "1"\n', encoding="utf-8"
    )
    assert [fault.split(" (")[0] for fault in faults(tiny_folder)] == [
        f"{FILE}: nurseries-1: date: is '2026-11'",
        f"{FILE}: nurseries-1: source: is missing",
    ]
