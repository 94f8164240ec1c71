"""Which facility a record is: certain, doubtful with a reason, or none."""

from __future__ import annotations

from typing import Any

import pytest

from locator.curation.refresh.matching import Match, matches
from locator.curation.refresh.records import Record
from tests.tinycity import at, facility, point


def record(key: str, name: str, xy: tuple[float, float] | None = None, **values: str) -> Record:
    return Record(key, {"name": name, **values}, None if xy is None else at(*xy))


def on_file(*features: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {feature["properties"]["id"]: feature for feature in features}


LIPA = facility(
    point(500, 3500), id="n-1", name="Żłobek Pod Lipą", street="ul. Lipowa", housenumber="1"
)
BAJKA = facility(point(2500, 2500), id="n-2", name="Bajka", street="ul. Rzeczna", housenumber="2")
BAJKA_2 = facility(None, id="n-3", name="Bajka", street="ul. Polna", housenumber="3")


@pytest.mark.parametrize(
    ("listed", "match"),
    [
        (record("a", "Całkiem inna"), Match("n-1")),  # by its id
        (record("b", "żłobek pod lipą"), Match("n-1")),
        (record("b", "Żłobek Pod Lipą", street="Lipowa", housenumber="1"), Match("n-1")),
        (
            record("b", "Żłobek Pod Lipą", street="Polna", housenumber="3"),
            Match("n-1", "the same name, but at ul. Lipowa 1"),
        ),
        (
            record("b", "Żłobek Pod Lipą", (500, 3100)),
            Match("n-1", "the same name, but 400 m away"),
        ),
        (record("b", "Żłobek Pod Lipą", (500, 3300)), Match("n-1")),
        (record("b", "Żłobek „Pod Lipą” 2", street="Lipowa", housenumber="1"), Match("n-1")),
        (
            record("b", "Klub Malucha", street="Lipowa", housenumber="1"),
            Match("n-1", "the same address, but n-1 is called “Żłobek Pod Lipą”"),
        ),
        (
            record("b", "Klub Malucha", (510, 3500)),
            Match("n-1", "the same place, but n-1 is called “Żłobek Pod Lipą”"),
        ),
        (record("b", "Żłobek Pod Lipa 2", (510, 3500)), Match("n-1")),
        (
            record("b", "Żłobek Pod Lipami", street="Daleka", housenumber="8"),
            Match("n-1", "nearly the same name, and n-1 is called “Żłobek Pod Lipą”"),
        ),
        (record("b", "Klub Malucha", (540, 3500)), None),
        (record("b", "Klub Malucha", street="Lipowa", housenumber="2"), None),
    ],
)
def test_a_record_is_matched_by_id_name_address_and_place(
    listed: Record, match: Match | None
) -> None:
    assert matches([listed], on_file(LIPA), {"a": "n-1"}).get(listed.key) == match


def test_two_of_one_name_are_told_apart_by_their_addresses_or_not_at_all() -> None:
    there = on_file(BAJKA, BAJKA_2)
    known = record("a", "Bajka", street="Polna", housenumber="3")
    assert matches([known], there, {}) == {"a": Match("n-3")}
    assert matches([record("a", "Bajka")], there, {}) == {}


def test_no_facility_is_two_records_and_an_id_comes_first() -> None:
    twice = [record("a", "Bajka"), record("b", "Bajka", street="Rzeczna", housenumber="2")]
    assert matches(twice, on_file(BAJKA), {"a": "n-2"}) == {"a": Match("n-2")}
    assert matches(twice, on_file(BAJKA), {"a": "n-9"}) == {"b": Match("n-2")}


def test_a_name_that_all_have_says_nothing() -> None:
    there = on_file(facility(point(500, 3500), id="aeds-1", name="AED"))
    assert matches([record("a", "AED", (2000, 500))], there, {}, prefix="AED") == {}
    near = matches([record("a", "AED", (505, 3500))], there, {}, prefix="AED")
    assert near == {"a": Match("aeds-1", "the same place, but aeds-1 is called “AED”")}
