"""Shares of the parts of a layer, and what is said beside a share, on the tiny city."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.coverage_parts import Part, coverage_parts
from locator.analysis.access.words import leaves_out, minimum_said, parts_said
from locator.analysis.scenario.change import Scenario
from locator.analysis.scenario.compare import compare
from locator.base.i18n import speaking
from locator.walking.walkable_city import WalkableCity, nearest_facilities, walkable


def parts(walkable_city: WalkableCity, layer: str, **changed: object) -> tuple[Part, ...]:
    declared = replace(walkable_city.city.catalogue.layers[layer], **changed)
    return coverage_parts(walkable_city, declared, group="all", minutes=10, pace_m_s=1.0)


def naive(walkable_city: WalkableCity, ids: list[str]) -> int:
    """The people within 600 m of one of the facilities, whole by district."""
    rows = tuple(sorted(walkable_city.city.facilities.index.get_indexer(ids).tolist()))
    inside = nearest_facilities(walkable_city, rows)[0] <= 600
    demand = walkable_city.city.demand
    return sum(
        int(np.floor(demand.people["all"][inside & (demand.district == number)].sum() + 0.5))
        for number in walkable_city.city.districts.index
    )


def test_public_ones_are_told_apart_from_private_ones(walkable_city: WalkableCity) -> None:
    """Of the three that are open and on the map, the second is private."""
    public, every = parts(walkable_city, "nurseries")
    assert (public.kind, public.counted) == ("public", 2)
    assert public.served == naive(walkable_city, ["nurseries-1", "nurseries-3"])
    assert (every.kind, every.counted) == ("all", 3)
    assert every.served == coverage(walkable_city, CoverageQuery("nurseries", 10, "all")).served
    assert public.served < every.served
    assert public.share == pytest.approx(public.served / 2100)


def test_those_that_the_city_runs_itself_are_a_part_of_the_public_ones(
    walkable_city: WalkableCity,
) -> None:
    first = walkable_city.city.facilities.at["nurseries-1", "name"]
    found = parts(walkable_city, "nurseries", municipal_where={"name": (first,)})
    assert [(part.kind, part.counted) for part in found] == [
        ("municipal", 1),
        ("public", 2),
        ("all", 3),
    ]
    assert found[0].served == naive(walkable_city, ["nurseries-1"])
    with speaking("en"):
        said = parts_said(found)
    assert said.startswith(f"municipal ones alone: {found[0].share:.1%} (1); all public ones: ")


def test_where_nothing_differs_nothing_is_told_apart(walkable_city: WalkableCity) -> None:
    assert parts(walkable_city, "aeds") == ()
    assert parts_said(()) == ""


def test_aeds_of_unknown_hours_are_a_part_of_all(walkable_city: WalkableCity) -> None:
    frame = walkable_city.city.facilities.copy()
    frame.at["aeds-2", "opening_hours"] = None
    changed = walkable(replace(walkable_city.city, facilities=frame), walkable_city.model)
    known, every = coverage_parts(
        changed, changed.city.catalogue.layers["aeds"], group="all", minutes=30, pace_m_s=1.0
    )
    assert (known.kind, known.counted, every.counted) == ("known_hours", 1, 2)
    assert known.served < every.served


@pytest.mark.parametrize(
    ("expected", "located", "all_listed", "all_located", "said"),
    [
        (49, 10, 17, 12, "10 of the 49 that there should be are on the map"),
        (pd.NA, 4, 6, 4, "4 of 6 listed are on the map"),
        (4, 4, 6, 4, "4 of 6 listed are on the map"),
        (4, 4, 6, 6, ""),
        (pd.NA, 6, 6, 6, ""),
    ],
)
def test_a_share_says_when_it_is_a_minimum(
    expected: object, located: int, all_listed: int, all_located: int, said: str
) -> None:
    row = pd.Series(
        {
            "expected": expected,
            "located": located,
            "all_listed": all_listed,
            "all_located": all_located,
            "all_not_located": all_listed - all_located,
        },
        dtype=object,
    )
    with speaking("en"):
        assert leaves_out(row) == said


def test_what_opens_off_the_map_makes_the_gain_a_minimum(walkable_city: WalkableCity) -> None:
    frame = walkable_city.city.facilities.copy()
    frame.at["nurseries-5", "status"] = "planned"
    changed = walkable(replace(walkable_city.city, facilities=frame), walkable_city.model)
    found = compare(changed, Scenario(layer="nurseries", planned=True))
    with speaking("en"):
        assert minimum_said(found) == (
            "That is at least so many: of 2 that would open, 1 is not on the map."
        )
        today = compare(walkable_city, Scenario(layer="nurseries", planned=True))
        assert minimum_said(today) == ""
