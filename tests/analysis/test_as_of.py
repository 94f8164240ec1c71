"""Coverage as of a day: by hand in the tiny city, where each nursery serves its own cell."""

from __future__ import annotations

from datetime import date

import pytest

from locator.analysis.access.as_of import as_of
from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.walking.walkable_city import WalkableCity


def lay(walkable_city: WalkableCity, at: date):
    found = coverage(walkable_city, CoverageQuery("nurseries", at=at))
    return found, as_of(walkable_city, found, at)


def test_a_day_on_which_only_one_nursery_is_known_to_have_stood(walkable_city: WalkableCity):
    found, then = lay(walkable_city, date(2026, 6, 1))
    assert (then.served_low, then.served_high, found.people) == (15, 50, 53)
    assert (then.low, then.high) == (15 / 53, 50 / 53)
    assert (then.counted_low, then.counted_high, then.undated) == (1, 3, 2)
    assert then.districts.to_numpy().tolist() == [[0, 1], pytest.approx([15 / 18, 15 / 18])]


def test_today_is_what_is_open_by_the_data(walkable_city: WalkableCity):
    found, then = lay(walkable_city, date(2026, 11, 1))
    assert then.undated == 0
    assert then.low == then.high == found.share
    assert found.served == coverage(walkable_city, CoverageQuery("nurseries")).served


def test_what_is_being_built_may_join_from_its_year_on(walkable_city: WalkableCity):
    before, _ = lay(walkable_city, date(2026, 12, 31))
    found, then = lay(walkable_city, date(2027, 1, 1))
    assert (before.counted, found.counted, then.counted_low) == (3, 4, 3)


def test_before_all_data_nobody_knows(walkable_city: WalkableCity):
    _, then = lay(walkable_city, date(1900, 1, 1))
    assert (then.low, then.counted_low, then.counted_high) == (0.0, 0, 3)
