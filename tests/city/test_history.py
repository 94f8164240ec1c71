"""What stood on a day: worked out by hand for the nurseries of the tiny city.

Nurseries 1 and 2 are seen by a source of 2026-10-01, nursery 3 by one of 2025; the fourth is being
built and expected in 2027; data are of 2026-11-01.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from locator.city.history import span_of, standing
from locator.city.model import load_city
from tests.breaking import edit_feature, faults

CLAIMS = """
[period]
since = "2024-05"
until = "2026-05"
basis = { pl = "Umowa", en = "Agreed", uk = "Домовлено" }

[claims.nurseries]
layer = "nurseries"
names = { pl = "Żłobki", en = "Nurseries", uk = "Ясла" }
said = { pl = "Dwa nowe", en = "Two new ones", uk = "Двоє нових" }
source = "Invented"
source_date = "2026"
total = 4
new = 2

[costs.nurseries-1]
amount = 1000.0
currency = "PLN"
source = "Invented"
source_date = "2026"
"""


def stood(folder: Path, at: str) -> tuple[list[int], list[int]]:
    """Return the nurseries that surely stood on a day, and those that may have besides."""
    city = load_city(folder)
    then = standing(city, date.fromisoformat(at))
    mine = (city.facilities["layer"] == "nurseries").to_numpy()
    sure, possible = (
        (flags[mine].nonzero()[0] + 1).tolist() for flags in (then.sure, then.possible)
    )
    assert set(sure) <= set(possible)
    return sure, sorted(set(possible) - set(sure))


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2024-05-07", "2024-05-07", "2024-05-07"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_reduced_date_is_any_day_of_its_month_or_year(value: str, first: str, last: str) -> None:
    assert span_of(value) == (date.fromisoformat(first), date.fromisoformat(last))
    assert span_of(None) is None


@pytest.mark.parametrize(
    ("at", "sure", "maybe"),
    [
        ("1990-01-01", [], [1, 2, 3, 5]),  # nobody wrote down when they opened
        ("2025-12-30", [], [1, 2, 3, 5]),
        ("2025-12-31", [3], [1, 2, 5]),  # its source has seen it by then
        ("2026-10-01", [1, 2, 3, 5], []),
        ("2026-11-28", [1, 2, 3, 5], []),
        ("2027-01-01", [1, 2, 3, 5], [4]),  # a promise is no opening
    ],
)
def test_undated_ones_may_have_stood_until_a_source_saw_them(
    tiny_folder: Path, at: str, sure: list[int], maybe: list[int]
) -> None:
    assert stood(tiny_folder, at) == (sure, maybe)


@pytest.mark.parametrize(
    ("change", "at", "sure", "possible"),
    [
        ({"opened": "2026-03"}, "2026-02-28", False, False),
        ({"opened": "2026-03"}, "2026-03-01", False, True),
        ({"opened": "2026-03"}, "2026-03-31", True, True),
        # A year that is not over at the day of its source ends with that day.
        ({"opened": "2026"}, "2026-10-01", True, True),
        ({"status": "closed", "opened": "2020", "closed": "2026-05"}, "2026-04-30", True, True),
        ({"status": "closed", "opened": "2020", "closed": "2026-05"}, "2026-05-15", False, True),
        ({"status": "closed", "opened": "2020", "closed": "2026-05"}, "2026-05-31", False, False),
        ({"status": "closed"}, "2026-09-30", False, True),
        ({"status": "closed"}, "2026-10-01", False, False),
        ({"status": "modernisation", "expected_opening": "2027"}, "2026-06-01", False, True),
        ({"status": "modernisation", "expected_opening": "2027"}, "2026-12-01", False, False),
        ({"status": "modernisation", "expected_opening": "2027"}, "2027-02-01", False, True),
        ({"status": "planned"}, "2030-01-01", False, False),
        ({"access": "no"}, "2026-11-01", False, False),
    ],
)
def test_what_is_written_down_of_one_facility(
    tiny_folder: Path, change: dict[str, Any], at: str, sure: bool, possible: bool
) -> None:
    edit_feature(tiny_folder, verified_on=None, **change)
    found = stood(tiny_folder, at)
    assert (1 in found[0], 1 in sum(found, [])) == (sure, possible)


def test_a_new_one_was_not_there_before_the_years_of_the_claims(tiny_folder: Path) -> None:
    edit_feature(tiny_folder, is_new=True, verified_on=None)
    assert 1 in stood(tiny_folder, "2024-04-30")[1]
    (tiny_folder / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    assert 1 not in sum(stood(tiny_folder, "2024-04-30"), [])
    assert 1 in stood(tiny_folder, "2024-05-01")[1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('layer = "nurseries"', 'layer = "schools"', "claims.toml: claims.nurseries: layer"),
        ('layer = "nurseries"', 'layer = ""', "claims.toml: claims.nurseries: layer"),
        (CLAIMS.partition("[claims")[0], "period = 2024\n", "claims.toml: -: period"),
        ("[costs.nurseries-1]", "[costs.nurseries-9]", "claims.toml: costs.nurseries-9: facility"),
        ("amount = 1000.0", "amount = -1.0", "claims.toml: costs.nurseries-1: amount"),
        ('since = "2024-05"', 'since = "May"', "claims.toml: period: since"),
        ("new = 2", "new = -2", "claims.toml: claims.nurseries: new"),
    ],
)
def test_faults_of_the_claims_are_named(tiny_folder: Path, old: str, new: str, said: str) -> None:
    assert old in CLAIMS
    (tiny_folder / "claims.toml").write_text(CLAIMS.replace(old, new), encoding="utf-8")
    (only,) = faults(tiny_folder)
    assert only.startswith(said)
