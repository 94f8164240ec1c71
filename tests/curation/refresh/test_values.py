"""What sources write, as the values that facilities have; and what is the same."""

from __future__ import annotations

from typing import Any

import pytest

from locator.curation.refresh.values import (
    field_value,
    hours_values,
    same,
    split_address,
    without_telephones,
)


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("name", "  Żłobek\n nr 1 ", "Żłobek nr 1"),
        ("name", "Brak danych", None),
        ("places", 12.0, 12),
        ("places", "92", 92),
        ("places", "12,5", None),
        ("places", "-3", None),
        ("public", "TAK", True),
        ("indoor", "no", False),
        ("indoor", "perhaps", None),
        ("wheelchair", "Limited", "limited"),
        ("wheelchair", "designated", None),
        ("access", "customers", "customers"),
        ("verified_on", "2026-05-14T10:00", "2026-05-14"),
        ("verified_on", "14.05.2026", None),
        ("website", "ftp://example.org", None),
        ("website", "www.example.org", "www.example.org"),
    ],
)
def test_a_value_is_what_the_field_can_hold_or_nothing(
    name: str, written: object, value: object
) -> None:
    assert field_value(name, written) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Mo-Fr 06:30-17:00", {"opening_hours": "Mo-Fr 06:30-17:00"}),
        (
            "Poniedziałek, Wtorek, Środa, Czwartek, Piątek 6:30-16:00",
            {"opening_hours": "Mo-Fr 06:30-16:00"},
        ),
        (
            "Poniedziałek 8.00-16.00, Środa, Sobota: 9:00–12:00",
            {"opening_hours": "Mo 08:00-16:00; We,Sa 09:00-12:00"},
        ),
        ("Poniedziałek-Piątek 8:00-16:00", {"hours_text": "Poniedziałek-Piątek 8:00-16:00"}),
        (
            "Środa 8:00-16:00, inaczej",
            {"hours_text": "Środa 8:00-16:00, inaczej"},
        ),
        ("w wakacje 8:00-16:00", {"hours_text": "w wakacje 8:00-16:00"}),
    ],
)
def test_hours_are_put_into_the_grammar_only_where_nothing_else_is_said(
    written: str, value: dict[str, str]
) -> None:
    assert hours_values(written) == value


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Kasprowicza 9a/1", ("Kasprowicza", "9a/1")),
        ("28 lipca 1943 17a", ("28 lipca 1943", "17a")),
        ("28 lipca 1943", ("28 lipca 1943", None)),
        ("Kalwaryjska 9-15", ("Kalwaryjska", "9-15")),
        ("os. Kazimierzowskie 8", ("os. Kazimierzowskie", "8")),
        ("Rynek Główny", ("Rynek Główny", None)),
    ],
)
def test_an_address_in_one_text_is_taken_apart(
    written: str, address: tuple[str, str | None]
) -> None:
    assert split_address(written) == address


@pytest.mark.parametrize(
    ("name", "one", "other", "alike"),
    [
        ("street", "ul. gen. Józefa Bema", "Bema", True),
        ("street", "Lipowa", "Lipowska", False),
        ("housenumber", "6/9", "6", True),
        ("housenumber", "6/9", "6/8", False),
        ("housenumber", "12A", "12a", True),
        ("housenumber", "12A", "12", False),
        ("phone", "+48 12 422 49 35", "124224935", True),
        ("phone", "124224935; 600100200", "600 100 200; 12 422 49 35", True),
        ("phone", "124224935", "124224936", False),
        ("website", "https://www.Example.org/", "example.org", True),
        ("website", "example.org/a", "example.org/b", False),
        ("opening_hours", "Mo-Su 4:30-23:45", "Mo-Su 04:30-23:45", True),
        ("opening_hours", "Mo-Su 14:30-23:45", "Mo-Su 4:30-23:45", False),
        ("name", "ŻŁOBEK „POD LIPĄ”", "Żłobek Pod Lipą", True),
        ("places", 40, 41, False),
        ("places", None, 41, False),
        ("places", None, None, True),
    ],
)
def test_what_is_written_another_way_is_the_same(
    name: str, one: Any, other: Any, alike: bool
) -> None:
    assert same(name, one, other) is alike
    assert same(name, other, one) is alike


def test_telephones_are_left_out_of_texts_and_dates_are_not() -> None:
    said = "portier 600 123 456, (12) 644-23-95 lub +48 722 212 221; od 24-02-2025, domofon 1111"
    assert without_telephones(said, "…") == "portier …, … lub …; od 24-02-2025, domofon 1111"
