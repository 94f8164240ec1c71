"""A TOML file becomes frozen dataclasses, or every fault of it is noted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BeforeValidator, Field

from locator.base.errors import Fault
from locator.base.reading import FaultLog
from locator.base.toml import declared, named, read_declared, read_tables
from locator.city.field_types import Date, Flag, Name, Text, Words, number, whole


@declared
@dataclass(frozen=True)
class Stall:
    name: Name
    price: Annotated[float, number(0, 10)]
    names: Text
    goods: Words = ()
    since: Date | None = None


@declared
@dataclass(frozen=True)
class Market:
    stalls: Annotated[dict[str, Stall], BeforeValidator(named), Field(description="tables")]
    days: Annotated[int, whole(1, 7)] = 1
    covered: Flag = False


SOUND = """\
days = 2
[stalls.apples]
price = 3
goods = ["apples", "pears"]
since = 2026-11-01
names = { pl = "Jabłka", en = "Apples", uk = "Яблука", de = "Äpfel" }
"""
APPLES = Stall(
    "apples",
    3.0,
    {"pl": "Jabłka", "en": "Apples", "uk": "Яблука"},
    ("apples", "pears"),
    "2026-11-01",
)


def read(folder: Path, text: str) -> tuple[Market | None, list[str]]:
    """Return what is read of a text, and its faults as lines."""
    (folder / "market.toml").write_text(text, encoding="utf-8")
    faults: list[Fault] = []
    found = read_declared(Market, folder, FaultLog("market.toml", faults))
    return found, [str(fault).removeprefix("market.toml: ") for fault in faults]


def test_a_sound_file_is_read_as_it_is(tmp_path: Path) -> None:
    assert read(tmp_path, SOUND) == (Market({"apples": APPLES}, 2), [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("price = 3", "price = 30", "stalls.apples: price: is 30 (allowed: a number from 0 to 10)"),
        ("price = 3", "price = '3'", "stalls.apples: price: is '3' (allowed: a number from 0"),
        ("price = 3", "price = nan", "stalls.apples: price: is nan (allowed: a number from 0"),
        ("price = 3", "price = true", "stalls.apples: price: is True (allowed: a number from 0"),
        ("price = 3\n", "", "stalls.apples: price: is missing (allowed: a number from 0 to 10)"),
        ("days = 2", "days = 2.0", "-: days: is 2.0 (allowed: a whole number from 1 to 7)"),
        ("days = 2", "covered = 1", "-: covered: is 1 (allowed: true or false)"),
        ("days = 2", "dais = 2", "-: dais: is unknown (allowed: covered, days, stalls)"),
        ('"pears"', "7", "stalls.apples: goods: has 7 (allowed: a text)"),
        ('"apples", "pears"', "", "stalls.apples: goods: is [] (allowed: a list of texts)"),
        ('"apples", "pears"', '" "', "stalls.apples: goods: has ' ' (allowed: a text)"),
        ("2026-11-01", "'May'", "stalls.apples: since: is 'May' (allowed: an ISO 8601 date)"),
        ('"Apples"', '" "', "stalls.apples: names.en: is missing (allowed: a text in pl, en, uk)"),
        ('"Apples"', "7", "stalls.apples: names.en: is 7 (allowed: a text in pl, en, uk)"),
        ("{ pl", "7 # { pl", "stalls.apples: names: is 7 (allowed: a text in pl, en, uk)"),
        ("price", "name = 'x'\nprice", "stalls.apples: name: is unknown (allowed: goods, names, "),
        ("days = 2", "stalls.pears = 7", "-: stalls.pears: is 7 (allowed: tables)"),
        ('"Apples"', f'["{"x" * 300}"]', "stalls.apples: names.en: is ['xxx"),
    ],
)
def test_a_wrong_value_is_one_fault_that_says_where_what_and_what_else(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in SOUND
    found, faults = read(tmp_path, SOUND.replace(old, new, 1))
    assert len(faults) == 1 and faults[0].startswith(said)
    assert len(faults[0]) < 250
    assert found is not None and list(found.stalls) == ["apples"]


def test_all_faults_are_told_and_what_is_right_is_kept(tmp_path: Path) -> None:
    text = SOUND.replace("price = 3", "prize = 3").replace('"pears"', "7, 8")
    found, faults = read(tmp_path, text.replace("days = 2", "days = 9"))
    assert [line.partition(" (")[0] for line in faults] == [
        "stalls.apples: price: is missing",
        "stalls.apples: goods: has 7",
        "stalls.apples: goods: has 8",
        "stalls.apples: prize: is unknown",
        "-: days: is 9",
    ]
    assert found is not None and found.stalls["apples"].names == APPLES.names


def test_nothing_is_held_where_nothing_can_stand_in(tmp_path: Path) -> None:
    assert read(tmp_path, "days = 2") == (None, ["-: stalls: is missing (allowed: tables)"])


def test_a_file_that_may_be_missing_holds_nothing(tmp_path: Path) -> None:
    faults: list[Fault] = []
    log = FaultLog("stalls.toml", faults)
    assert read_tables(Stall, tmp_path, log) == () and not faults
    assert read_declared(Market, tmp_path, log) is None and len(faults) == 1


def test_tables_know_their_names_whatever_letters_those_have(tmp_path: Path) -> None:
    text = SOUND.replace("days = 2", "").replace("stalls.apples", '"Jabłka 1"')
    (tmp_path / "stalls.toml").write_text(text, encoding="utf-8")
    (stall,) = read_tables(Stall, tmp_path, FaultLog("stalls.toml", []))
    assert stall.name == "Jabłka 1" and stall.names == APPLES.names
