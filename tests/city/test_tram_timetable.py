"""The tram timetable of a folder is read, or its faults are listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from locator.city.model import City, load_city
from tests.breaking import edit_json, fault, faults


def test_patterns_are_read_in_order(tiny: City) -> None:
    assert tiny.timetable is not None
    first, second = tiny.timetable.patterns
    assert (first.line, first.headsign, first.stops, first.minutes) == (
        "1",
        "Polna",
        (0, 1, 2),
        (0, 6, 14),
    )
    assert second.working_day == (380, 410, 440) and second.sunday == ()


def test_a_folder_may_have_none(tiny_folder: Path) -> None:
    (tiny_folder / "timetable.json").unlink()
    assert load_city(tiny_folder).timetable is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("stops", [0, 1, 5], "stops: holds 5 (allowed: whole numbers 0 to 4)"),
        ("stops", [0, 1], "minutes: has 3 values for 2 stops"),
        ("stops", "0,1,2", "stops: is not a list of whole numbers"),
        ("minutes", [0, 14, 6], "minutes: is not in ascending order"),
        ("working_day", [-5], "working_day: holds -5"),
        ("sunday", None, "sunday: is not a list"),
        ("line", 1, "line: is 1"),
    ],
)
def test_each_wrong_part_of_a_pattern_is_named(
    tiny_folder: Path, field: str, value: Any, said: str
) -> None:
    def change(content: dict[str, Any]) -> None:
        content["patterns"][1][field] = value

    edit_json(tiny_folder, "timetable.json", change)
    assert fault(tiny_folder).startswith(f"timetable.json: pattern 1: {said}")


def test_a_pattern_goes_somewhere(tiny_folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["patterns"][0].update(stops=[], minutes=[])

    edit_json(tiny_folder, "timetable.json", change)
    assert "pattern 0: stops: has 0 values (allowed: two stops or more)" in faults(tiny_folder)[0]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ({"valid_to": "2026-12"}, "valid_to: is '2026-12' (allowed: a whole ISO 8601 date"),
        ({"valid_from": "2027-03-01"}, "valid_to: is 2027-01-31, before valid_from"),
    ],
)
def test_a_period_has_two_days_in_order(
    tiny_folder: Path, period: dict[str, str], said: str
) -> None:
    edit_json(tiny_folder, "timetable.json", lambda content: content.update(period))
    assert said in fault(tiny_folder)


def test_a_wrong_period_is_named(tiny_folder: Path) -> None:
    edit_json(tiny_folder, "timetable.json", lambda content: content.update(valid_to="soon"))
    assert fault(tiny_folder).startswith("timetable.json: -: valid_to: is 'soon'")


def test_what_is_not_a_timetable_is_named(tiny_folder: Path) -> None:
    (tiny_folder / "timetable.json").write_text("[1, 2]", encoding="utf-8")
    assert [line.split(": ")[:3] for line in faults(tiny_folder)] == [
        ["timetable.json", "-", "patterns"]
    ]
