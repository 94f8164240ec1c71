"""An address of an official list is located by a strict rule, or not at all."""

from __future__ import annotations

import pytest

from tests.geocoding.smalltown import (
    GAZETTEER,
)


def place_of(street: str, number: str | None) -> tuple[str, str] | None:
    place = GAZETTEER.locate(street, number)
    return (place.label, place.precision) if place else None


@pytest.mark.parametrize(
    ("street", "number", "answer"),
    [
        ("ul. Rynek Główny", "1", ("Rynek Główny 1", "exact")),
        ("Kurczaba", "25", ("Jana Kurczaba 25", "exact")),
        ("Kurczaba 25", None, ("Jana Kurczaba 25", "exact")),
        ("ul. J. Kurczaba", "25", ("Jana Kurczaba 25", "exact")),
        ("ul. Marii i Bolesława Wysłouchów", "22", ("Marii i Bolesława Wysłouchów 22", "exact")),
        ("os. Osiedle Dywizjonu 303", "34", ("Osiedle Dywizjonu 303 34", "exact")),
        ("os. Dywizjonu 303", None, ("Osiedle Dywizjonu 303", "area")),
        ("Batorego", "3/5", ("Stefana Batorego 3/5", "exact")),
        ("Kalwaryjska", "9-15", ("Kalwaryjska 9-15", "exact")),
        ("Kalwaryjska", "7-9", ("Kalwaryjska 7-9", "exact")),
        ("Rynek Główny", "15", ("Rynek Główny 13", "street")),
        ("Rynek Główny", "115", ("Rynek Główny 35", "street")),  # three points, 150 m in all
        ("Rynek Główny", None, ("Rynek Główny", "street")),
        ("Jana Kurczaba", "99", ("Jana Kurczaba", "area")),
        ("ul. Turowicza", "5", ("Turowicza", "area")),
        ("ul. Jerzego Turowicza", "5", ("Turowicza", "area")),
        ("ks. Kurzei", "4", ("ks. Kurzei", "area")),
        ("Wielicka", "28B", ("Wielicka 22", "street")),
    ],
)
def test_a_published_address_is_located_by_the_rule(
    street: str, number: str | None, answer: tuple[str, str]
) -> None:
    assert place_of(street, number) == answer


@pytest.mark.parametrize(
    ("street", "number"),
    [
        ("Wielicka", "150"),  # 4 km of street, no near number
        ("Wielicka", None),
        ("Dąbrowskiego", "1"),  # two generals
        ("ul. Kasztanowa", "3"),  # only an avenue of that name is on file
        ("ul. Pokoju", "1"),
        ("ks. Józefa", "12"),  # a priest whose surname is missing
        ("Jana Józefa", "12"),
        ("Kurcaba", "25"),  # likeness is not enough here
        ("ul. Wadowska / Wielicka", None),
        ("ul. Długa, przy Batorego", None),
        ("Wieś", "1"),  # two stops of that name
        ("Warszawska", "1"),
        ("", None),
        ("ul.", "5"),
    ],
)
def test_a_doubtful_address_is_not_located(street: str, number: str | None) -> None:
    assert GAZETTEER.locate(street, number) is None


@pytest.mark.parametrize(
    ("number", "used"),
    [("52", "22"), ("53", None), ("235", "265"), ("234", None), ("295", "265"), ("296", None)],
)
def test_a_neighbour_is_at_most_thirty_numbers_away(number: str, used: str | None) -> None:
    place = GAZETTEER.locate("Wielicka", number)  # 4.8 km with three numbers on file
    found = None if place is None else (place.precision, dict(place.note_values)["used"])
    assert found == (None if used is None else ("street", used))
