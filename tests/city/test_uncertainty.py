"""How far a folder may be from the truth: measured distributions, read and checked once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from locator.city.model import City, load_city
from locator.city.uncertainty import Quantiles
from tests.breaking import edit_text, faults

MEASURED = """\
[walks]
shares = [0.0, 0.5, 1.0]
estimate = [0.5, 1.0, 2.0]
measured = { pl = "zmierzono", en = "measured", uk = "виміряно" }

[places]
shares = [0.0, 1.0]
exact = [0, 20]
street = [0, 100]
measured = { pl = "adresy", en = "addresses", uk = "адреси" }

[people]
misplaced = 0.2
side_m = 500.0
measured = { pl = "rejestr", en = "a register", uk = "реєстр" }
"""


@pytest.fixture
def folder(tiny_folder: Path) -> Path:
    (tiny_folder / "uncertainty.toml").write_text(MEASURED, encoding="utf-8")
    return tiny_folder


def test_a_folder_without_the_file_has_measured_nothing(tiny: City) -> None:
    known = tiny.uncertainty
    assert (known.walks, known.places, known.people, known.measured) == (None, None, None, {})
    assert (known.walk_ratios, known.places_m) == ({}, {})


def test_what_was_measured_is_read(folder: Path) -> None:
    known = load_city(folder).uncertainty
    assert known.walk_ratios == {"estimate": Quantiles((0.0, 0.5, 1.0), (0.5, 1.0, 2.0))}
    assert set(known.places_m) == {"exact", "street"}
    assert known.people is not None
    assert (known.people.misplaced, known.people.side_m) == (0.2, 500.0)
    assert {key: said["en"] for key, said in known.measured.items()} == {
        "walks": "measured",
        "places": "addresses",
        "people": "a register",
    }


def test_a_value_lies_straight_between_those_measured_and_never_beyond_them() -> None:
    measured = Quantiles((0.1, 0.5, 0.9), (10.0, 20.0, 60.0))
    found = measured.at(np.array([0.0, 0.1, 0.3, 0.5, 0.7, 1.0]))
    assert found.tolist() == [10.0, 10.0, 15.0, 20.0, 40.0, 60.0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "shares = [0.0, 0.5, 1.0]",
            "shares = [0.0, 0.5, 0.4]",
            "shares: is [0.0, 0.5, 0.4] (allowed: at least two ascending numbers from 0 to 1)",
        ),
        (
            "estimate = [0.5, 1.0, 2.0]",
            "estimate = [0.5, 1.0]",
            "estimate: has 2 values (allowed: 3, as shares has)",
        ),
        (
            "exact = [0, 20]",
            "exact = [-1, 20]",
            "exact: is [-1, 20] (allowed: at least two ascending numbers from 0 to 5000)",
        ),
        ("misplaced = 0.2\n", "", "misplaced: is missing (allowed: a number from 0 to 0.9)"),
        ('en = "a register", ', "", "measured.en: is missing (allowed: a text in pl, en, uk)"),
    ],
)
def test_a_fault_is_named(folder: Path, old: str, new: str, said: str) -> None:
    edit_text(folder, "uncertainty.toml", old, new)
    assert any(fault.endswith(said) for fault in faults(folder)), faults(folder)


def test_a_table_that_nobody_knows_is_refused(folder: Path) -> None:
    edit_text(folder, "uncertainty.toml", "[places]", "[place]")
    assert any("place: is unknown" in fault for fault in faults(folder))


def test_krakow_measured_its_walks_its_places_and_its_people(krakow: City) -> None:
    known = krakow.uncertainty
    assert set(known.walk_ratios) == {"network", "estimate"}
    assert set(known.places_m) == {"exact", "street", "area"}
    assert set(known.measured) == {"walks", "places", "people"}
    medians = {name: float(q.at(np.array([0.5]))[0]) for name, q in known.places_m.items()}
    assert medians["street"] < medians["exact"] < medians["area"]
