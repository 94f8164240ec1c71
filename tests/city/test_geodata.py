"""The city folder of Kraków holds what it has to, and says where it is from."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
import shapely

from locator.base.opening_hours.state import is_valid_hours
from locator.city.completeness import completeness
from locator.city.districts import district_of
from locator.city.model import City, default_folder
from locator.curation.check import check_folder
from locator.vehicles.own import own_stop_id, own_timetable

LAYERS = [
    "senior_activity_centres",
    "day_care_homes",
    "third_age_universities",
    "nurseries",
    "aeds",
    "mpk_aeds",
    "carer_support",
    "crisis_support",
    "family_support",
    "newcomers",
    "civic_centres",
    "social_welfare",
]


def of(city: City, layer: str) -> pd.DataFrame:
    return city.facilities[city.facilities["layer"] == layer]


def test_the_folder_is_sound_and_has_its_layers(krakow: City) -> None:
    assert check_folder(default_folder()) == []
    assert list(krakow.catalogue.layers) == LAYERS


def test_every_facility_says_where_it_is_from(krakow: City) -> None:
    frame = krakow.facilities
    assert frame["source"].notna().all() and frame["licence"].notna().all()
    located = frame["location_precision"].notna()
    assert frame.loc[located, "location_source"].notna().all()
    assert (located == frame["x"].notna()).all()
    # Only a source with a check date gives one: OpenStreetMap's AEDs.
    assert set(frame.loc[frame["verified_on"].notna(), "layer"]) == {"aeds"}


def test_a_point_of_a_stop_is_from_the_timetable(krakow: City) -> None:
    basis = krakow.facilities["location_source"].dropna()
    stops = basis[basis.str.startswith("przystanek")]
    assert len(stops) and stops.str.contains("ZTP").all()


def test_quotation_marks_come_in_pairs(krakow: City) -> None:
    for column in ("name", "place_note", "note"):
        said = krakow.facilities[column].dropna()
        assert not said[said.str.count("„") != said.str.count("”")].tolist()


def test_expected_counts_are_those_of_the_city(krakow: City) -> None:
    rows = completeness(krakow)
    expected = rows["expected"].dropna().to_dict()
    assert expected == {
        "senior_activity_centres": 62,
        "nurseries": 22,
        "mpk_aeds": 17,
        "family_support": 49,
    }
    assert (rows["listed"] <= rows["expected"].fillna(10**6)).all()


def test_senior_activity_centres(krakow: City) -> None:
    centres = of(krakow, "senior_activity_centres")
    assert (len(centres), centres["centre"].nunique()) == (71, 65)
    confirmed = centres[centres["status_basis"] == "confirmed"]
    assert confirmed["centre"].nunique() == 51
    assert centres.loc[centres["status_basis"] == "last_known", "status_note"].notna().all()
    assert centres.loc[centres["is_new"].fillna(False), "name"].tolist() == [
        "CAS IB Polska w Hucie"
    ]
    assert int(centres["street"].isna().sum()) == 5


def test_nurseries(krakow: City) -> None:
    nurseries = of(krakow, "nurseries")
    assert nurseries["status"].value_counts().to_dict() == {
        "open": 164,
        "under_construction": 11,
        "modernisation": 1,
    }
    built = nurseries[nurseries["status"] == "under_construction"]
    assert built["public"].all() and built["is_new"].all()
    assert (built.loc[built["places"].notna(), "places_basis"] == "approximate").all()
    register = nurseries[nurseries["source_date"] == "2025-07-08"]
    assert len(register) == 155 and register["places"].notna().all()


def test_day_care_homes_of_the_new_programme_have_20_places(krakow: City) -> None:
    homes = of(krakow, "day_care_homes")
    new = homes[homes["is_new"].fillna(False)]
    assert new["places"].tolist() == [20, 20, 20]
    assert new["address"].tolist() == ["ul. Ujastek 7", "al. Pokoju 62", "ul. Biskupińska 14"]


def test_all_aeds_are_kept_and_each_decision_is_named(krakow: City) -> None:
    aeds = of(krakow, "aeds")
    assert len(aeds) == 321
    closed = aeds[aeds["status"] != "open"]
    assert closed["rule"].str.contains("aed-2").all() and closed["status_note"].notna().all()
    barred = aeds[aeds["access"].isin(["no"])]
    assert (barred["status"] != "open").all()
    assert aeds["opening_hours"].dropna().map(is_valid_hours).all()


def test_seventeen_units_on_seventeen_lines(krakow: City) -> None:
    units = of(krakow, "mpk_aeds")
    vehicles = units["vehicle"].tolist()
    assert len({vehicle["line"] for vehicle in vehicles}) == 17
    assert sorted(vehicle["unit"] for vehicle in vehicles) == list(range(1, 18))
    table = own_timetable(krakow)
    assert table is not None
    assert {vehicle["assignment"] for vehicle in vehicles} == {"assumed"}
    assert {vehicle["fleet_number"] for vehicle in vehicles} == {None}
    assert units["note"].str.startswith("Założenie").all()
    assert (units["location_precision"] == "area").all()
    for (_, unit), vehicle in zip(units.iterrows(), vehicles, strict=True):
        (trip, *_) = table.working_day_trips(vehicle["line"], vehicle["headsign"])
        first = table.path_stop[table.path_first[table.trip_path[trip]]]
        assert table.stop_ids[first] == own_stop_id(vehicle["base"]["stop"])
        point = (unit.geometry.x, unit.geometry.y)
        assert point == pytest.approx(tuple(table.stop_lonlat[first]))


def test_what_the_city_names_without_an_address_is_listed(krakow: City) -> None:
    families, crisis = of(krakow, "family_support"), of(krakow, "crisis_support")
    for name in ("Hula Hop", "Integracyjne Centrum Rodziców", "Sprzężonymi"):
        (row,) = [row for _, row in families.iterrows() if name in row["name"]]
        assert row["geometry"] is None
    points = crisis[crisis["name"].str.startswith("Centrum Pierwszej Pomocy")]
    assert points["x"].notna().tolist() == [True, False, False, False]


def test_phones_are_international(krakow: City) -> None:
    for phones in krakow.facilities["phone"].dropna():
        for phone in phones.split("; "):
            assert re.fullmatch(r"\+48 (12 \d{3} \d\d \d\d|\d{3} \d{3} \d{3})", phone)


def test_opening_hours_of_the_source_are_readable(krakow: City) -> None:
    hours = krakow.facilities["opening_hours"].dropna()
    assert hours.map(is_valid_hours).all()


def test_an_exact_point_lies_in_the_stated_district(krakow: City) -> None:
    frame = krakow.facilities
    sure = frame[frame["location_precision"].eq("exact") & frame["district"].notna()]
    points = sure.geometry.get_coordinates().to_numpy()
    assert (district_of(points, krakow.districts) == sure["district"].to_numpy()).all()


def test_people_of_the_census(krakow: City) -> None:
    people = {group: float(values.sum()) for group, values in krakow.demand.people.items()}
    # Cell residents times the area share inside the city sum to 791,825 (facts of the census).
    assert people["all"] == pytest.approx(791_825, rel=0.001)
    ages = people["age_0_14"] + people["age_15_64"] + people["age_65_plus"]
    assert ages == pytest.approx(people["all"])
    assert people["age_60_plus"] / people["age_65_plus"] == pytest.approx(
        200_338 / 163_054, rel=1e-5
    )
    assert people["age_0_2"] / people["age_0_14"] == pytest.approx(37_713 * 0.6 / 111_516, rel=1e-5)


def test_districts_and_river(krakow: City) -> None:
    river = krakow.catalogue.river
    assert river is not None
    assert sorted(river.bank_a + river.bank_b) == list(range(1, 19))
    assert int(krakow.districts["residents"].sum()) == 703_697
    assert len(krakow.crossings) == 10


def test_rings_of_districts_follow_the_right_hand_rule(krakow: City) -> None:
    rings = shapely.get_exterior_ring(krakow.districts.geometry.to_numpy())
    assert shapely.is_ccw(rings).all()  # RFC 7946, 3.1.6
    assert shapely.coverage_is_valid(krakow.districts.geometry.to_numpy())


def test_the_timetable_has_46_patterns_of_23_lines(krakow: City) -> None:
    table = own_timetable(krakow)
    assert table is not None
    assert (len(table.lines), len(set(table.lines))) == (46, 23)
    ids = krakow.stops.index.map(own_stop_id)
    for stop_id, name, lonlat in zip(
        table.stop_ids, table.stop_names, table.stop_lonlat, strict=True
    ):
        stop = krakow.stops.iloc[ids.get_loc(stop_id)]
        assert (stop["name"], stop["lon"], stop["lat"]) == (name, *lonlat)


def test_colours_stand_out_on_white_and_on_dark(krakow: City) -> None:
    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    layers = krakow.catalogue.layers.values()
    for layer in layers:
        light = luminance(layer.colour) + 0.05
        assert 1.05 / light >= 3 and light / (luminance("#1e1e1e") + 0.05) >= 3
    assert len({(layer.icon, layer.shape) for layer in layers}) == len(layers)
    assert len({layer.colour for layer in layers}) == len(layers)


def test_files_are_reviewable(krakow: City) -> None:
    for layer in krakow.catalogue.layers:
        text = (default_folder() / f"{layer}.geojson").read_text(encoding="utf-8")
        features = [line for line in text.splitlines() if line.startswith('{"type": "Feature",')]
        assert len(features) == len(of(krakow, layer))
        for line in features:
            properties = json.loads(line.rstrip(","))["properties"]
            assert list(properties)[0] == "id" and None not in properties.values()
