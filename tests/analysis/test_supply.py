"""Places against people, on the tiny city."""

from itertools import product

import numpy as np
import pytest

from locator.analysis.access.supply import Extra, supply
from locator.analysis.scenario.change import NewSite, Scenario
from locator.analysis.scenario.compare import compare
from locator.analysis.scenario.supply import supply_change
from locator.base.errors import NotComputableError
from locator.walking.walkable_city import WalkableCity
from tests.tinycity import ORIGIN_XY, at


def test_every_place_that_is_reached_is_given_to_somebody(walkable_city: WalkableCity) -> None:
    found = supply(walkable_city, "nurseries", group="all")
    people = walkable_city.city.demand.people["all"]
    assert found.places == 40 + 30 + 20, "open, located nurseries; the one being built is not"
    assert people @ found.per_100 / 100 + found.stranded_places == pytest.approx(found.places)
    assert found.mean_per_100 == pytest.approx(
        100 * (found.places - found.stranded_places) / people.sum()
    )


def test_districts_sum_to_the_city(walkable_city: WalkableCity) -> None:
    found = supply(walkable_city, "nurseries", group="all")
    districts = found.districts
    assert districts["people"].sum() == pytest.approx(2100)
    given = (districts["people"] * districts["per_100"]).sum() / 100
    assert given == pytest.approx(found.places - found.stranded_places)
    assert districts["short_people"].sum() == pytest.approx(found.short_people)
    assert found.none_people <= found.short_people <= 2100


def test_a_site_with_places_adds_them_and_a_changed_capacity_replaces(
    walkable_city: WalkableCity,
) -> None:
    near = walkable_city.city.demand.xy[:1]
    more = supply(walkable_city, "nurseries", group="all", extra=Extra(near, np.array([50.0])))
    assert more.places == 140
    changed = supply(walkable_city, "nurseries", group="all", places={"nurseries-1": 10.0})
    assert changed.places == 60


def test_facilities_without_known_places_are_named_not_guessed(walkable_city: WalkableCity) -> None:
    unknown = supply(walkable_city, "nurseries", places={"nurseries-2": float("nan")})
    assert unknown.unknown == ("nurseries-2",)
    assert unknown.places == 60
    with pytest.raises(NotComputableError, match="known number of places"):
        supply(walkable_city, "aeds")


def test_nobody_falls_short_because_others_get_places(walkable_city: WalkableCity) -> None:
    """Whoever loses no place is not short of places after, who was not before."""
    moved = 0
    for x, y in product((250, 900, 1700, 2600, 3300), (250, 900, 1700, 2400, 3300, 3900)):
        added = Scenario(layer="nurseries", group="all", add=(NewSite(*at(x, y), places=300),))
        change = supply_change(walkable_city, compare(walkable_city, added))
        assert change is not None
        assert (change.after.per_100 >= change.before.per_100 - 1e-9).all()
        assert change.after.short_people <= change.before.short_people + 1e-9
        assert change.after.low_per_100 == change.before.low_per_100
        site = Extra(np.array([ORIGIN_XY]) + (x, y), np.array([300.0]))
        alone = supply(walkable_city, "nurseries", group="all", extra=site)
        moved += alone.short_people > change.before.short_people
    assert moved, "with a line that moves with the mean some would"
