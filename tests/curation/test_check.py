"""Completeness of a folder, and what in it deserves a look."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from locator.city.completeness import completeness
from locator.city.model import City, load_city
from locator.curation.notices import notices
from tests.breaking import edit_feature, edit_text
from tests.tinycity import point

DAY = date(2026, 11, 22)


def lines(folder: Path, file: str, day: date = DAY) -> list[str]:
    return [str(notice) for notice in notices(load_city(folder), today=day) if notice.file == file]


def test_completeness_compares_like_with_like(tiny: City) -> None:
    row = completeness(tiny).loc["nurseries"]
    assert row.to_dict() == {
        "expected": 4,
        "listed": 3,  # municipal and open: nurseries-1, -3 and -5
        "located_exact": 2,
        "located_street": 0,
        "located_area": 0,
        "not_located": 1,
        "located": 2,
        "open": 3,
        "all_listed": 5,
        "all_located": 4,
        "all_not_located": 1,
        "all_open": 4,
        "sites": 5,
        "sites_located": 4,
        "newest": "2026-10-15",
        "oldest": "2025",
    }


def test_without_an_expected_count_everything_is_counted(tiny: City) -> None:
    row = completeness(tiny).loc["aeds"]
    assert pd.isna(row["expected"])
    assert (row["listed"], row["located"], row["all_listed"]) == (2, 2, 2)


def test_sites_of_one_centre_count_once_with_the_best_precision(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "nurseries.geojson", 4, centre="double")
    edit_feature(tiny_folder, "nurseries.geojson", 2, centre="double")
    row = completeness(load_city(tiny_folder)).loc["nurseries"]
    assert (row["listed"], row["located_exact"], row["not_located"], row["sites"]) == (2, 2, 0, 5)


def test_an_unreadable_hour_is_a_notice_not_a_fault(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "aeds.geojson", 0, opening_hours="od rana")
    assert lines(tiny_folder, "aeds.geojson") == [
        "aeds.geojson: aeds-1: opening_hours 'od rana' cannot be read: they count as unknown"
    ]


def test_hours_that_can_be_understood_in_two_ways_are_named_with_the_first_day(
    tiny_folder: Path,
) -> None:
    edit_feature(tiny_folder, "aeds.geojson", 0, opening_hours="PH off; Mo-Fr 08:00-16:00")
    city = load_city(tiny_folder)
    found = [str(notice) for notice in notices(city, today=date(2026, 10, 1))]
    assert (
        "aeds.geojson: aeds-1: opening_hours 'PH off; Mo-Fr 08:00-16:00' can be understood in two "
        "ways, first on 2026-11-11: where they differ, they count as unknown"
    ) in found


def test_what_nobody_may_take_is_a_notice(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "aeds.geojson", 1, access="no")
    assert lines(tiny_folder, "aeds.geojson") == [
        "aeds.geojson: aeds-2: access is no: it is listed, but not counted as usable"
    ]


def test_near_duplicates_are_kept_and_named(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "aeds.geojson", 1, geometry=point(1000, 3004))
    assert lines(tiny_folder, "aeds.geojson") == [
        "aeds.geojson: aeds-1: lies 4 m from aeds-2: both are kept"
    ]


def test_what_a_written_rule_decided_is_named(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "aeds.geojson", 0, rule="aed-3", note="Przyjęto wnętrze.")
    assert lines(tiny_folder, "aeds.geojson") == [
        "aeds.geojson: aeds-1: decided by aed-3 of README.md: Przyjęto wnętrze."
    ]


def test_a_stated_district_that_the_point_denies_is_named(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, "nurseries.geojson", 0, district=2)
    assert "nurseries.geojson: nurseries-1: district 2 is stated, the point lies in 1" in lines(
        tiny_folder, "nurseries.geojson"
    )


def test_counts_that_differ_and_late_openings_are_named(tiny_folder: Path) -> None:
    assert lines(tiny_folder, "nurseries.geojson", date(2028, 1, 1)) == [
        "nurseries.geojson: -: 1 of 5 are not on the map",
        "nurseries.geojson: -: 3 listed, fewer than the 4 there should be",
        "nurseries.geojson: nurseries-4: was to open 2027, but is still under_construction: "
        "ask again",
    ]
    assert len(lines(tiny_folder, "nurseries.geojson", date(2027, 6, 1))) == 2


def test_secret_ages_and_cells_outside_are_named(tiny_folder: Path) -> None:
    edit_text(tiny_folder, "population_grid.csv", "7422,5552", "7428,5552")
    assert lines(tiny_folder, "population_grid.csv") == [
        "population_grid.csv: -: 1 cells have secret ages: divided by the city's shares (assumed)",
        "population_grid.csv: -: 1 cells with 400 people have no square in the city",
    ]


def test_an_ended_timetable_is_named(tiny_folder: Path) -> None:
    assert lines(tiny_folder, "timetable.zip", date(2027, 1, 31)) == []
    assert lines(tiny_folder, "timetable.zip", date(2027, 2, 1)) == [
        "timetable.zip: -: ended on 2027-01-31"
    ]
