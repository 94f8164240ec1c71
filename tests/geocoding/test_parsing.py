"""Names of streets, numbers of houses and coordinates are taken apart."""

from __future__ import annotations

import pytest

from locator.geocoding.coordinates import parse_pair
from locator.geocoding.names import HouseNumber, name_fits, parse_name, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3/5", HouseNumber(3, last=5)),
        ("12/12U2", HouseNumber(12, last=12)),
        ("14/16", HouseNumber(14, last=16)),
        ("9-15", HouseNumber(9, last=15, ranged=True)),
        ("42/1A", HouseNumber(42, last=1)),
        ("15B", HouseNumber(15, "b")),
        ("2 a", HouseNumber(2, "a")),
        ("51AA", HouseNumber(51, "aa")),
        ("18D/LU5", HouseNumber(18, "d")),
        ("20 bud. A", HouseNumber(20)),
        ("bl. 41", HouseNumber(41)),
        ("LU5", None),
        ("", None),
        (None, None),
    ],
)
def test_house_numbers_are_taken_apart(text: str | None, number: HouseNumber | None) -> None:
    assert parse_number(text) == number


def test_names_are_taken_apart() -> None:
    name = parse_name("ul. gen. M. Karaszewicza-Tokarzewskiego")
    assert (name.kind, name.titles, name.core) == (
        "ulica",
        ("gen",),
        ("m", "karaszewicza", "tokarzewskiego"),
    )
    assert parse_name("Bieńczycki Plac Targowy").core == ("bienczycki", "plac", "targowy")


def test_a_shorter_name_fits_only_with_the_same_end() -> None:
    known = ("jana", "henryka", "dabrowskiego")
    assert name_fits(("j", "dabrowskiego"), known)
    assert name_fits(("henryka", "dabrowskiego"), known)
    assert not name_fits(("henryka", "jana", "dabrowskiego"), known)
    assert not name_fits(("jana", "henryka"), known)


@pytest.mark.parametrize("text", ["12 14", "28 lipca 1943", "Długa 42", "50.06", "1.5 km"])
def test_what_is_no_pair_of_coordinates_is_not_read_as_one(text: str) -> None:
    assert parse_pair(text) is None
