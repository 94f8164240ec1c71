"""What a change would do, on the tiny city."""

from dataclasses import replace

import numpy as np
import pytest

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.scenario.change import NewSite, Scenario
from locator.analysis.scenario.compare import compare
from locator.base.errors import InvalidParameterError, NotFoundError, OutsideCityError
from locator.base.geo import Projection
from locator.walking.walkable_city import WalkableCity
from tests.tinycity import CRS, ORIGIN_XY

NONE = Scenario(layer="nurseries", group="all")


def site(x: float, y: float, *, places: int | None = None) -> NewSite:
    lon, lat = Projection(CRS).to_lonlat([[ORIGIN_XY[0] + x, ORIGIN_XY[1] + y]])[0]
    return NewSite(lon=float(lon), lat=float(lat), places=places, name="nowy")


def test_no_change_changes_nothing(walkable_city: WalkableCity) -> None:
    assert NONE.changes_nothing
    found = compare(walkable_city, NONE)
    assert (found.gained, found.lost) == (0, 0)
    assert found.after.served == found.before.served
    assert (found.districts["difference"] == 0).all()
    assert found.areas.empty


def test_opening_what_is_being_built_gains_people_and_names_what_is_not_located(
    walkable_city: WalkableCity,
) -> None:
    found = compare(walkable_city, replace(NONE, planned=True))
    assert found.opened == ("nurseries-4",)
    assert found.lost == 0
    assert found.gained > 0
    # The people of the last cell, 100 in 50 squares of 2: those within 15 min x 1 m/s = 900 m,
    # 720 m straight, of (3000, 500), and not reached before.
    demand, people = walkable_city.city.demand, walkable_city.city.demand.people["all"]
    straight = np.hypot(*(demand.xy - np.add(ORIGIN_XY, (3000, 500))).T)
    new = (straight * 1.25 <= 900) & (demand.xy[:, 1] < ORIGIN_XY[1] + 2000)
    was = found.before.walk_s <= 900
    assert found.gained == pytest.approx(people[new & ~was].sum())
    assert found.areas["change"].tolist() == ["gained"]


def test_closing_takes_away_and_before_and_after_add_up(walkable_city: WalkableCity) -> None:
    found = compare(walkable_city, replace(NONE, close=("nurseries-1",)))
    assert found.gained == 0
    assert found.lost > 0
    assert found.after.served == pytest.approx(found.before.served - found.lost, abs=1)
    assert found.districts["difference"].sum() == found.after.served - found.before.served
    assert (found.gaps["people_after"] >= found.gaps["people"] - 1).all()


def test_an_added_site_serves_its_neighbours(walkable_city: WalkableCity) -> None:
    found = compare(walkable_city, replace(NONE, add=(site(3300, 1500),)))
    people = walkable_city.city.demand.people["all"]
    assert 0 < found.gained <= people.sum()
    assert found.lost == 0
    again = compare(walkable_city, replace(NONE, add=(site(3300, 1500), site(3300, 1500))))
    assert again.gained == found.gained


def test_a_shorter_standard_only_loses(walkable_city: WalkableCity) -> None:
    found = compare(walkable_city, replace(NONE, minutes=5))
    assert found.gained == 0
    assert found.after.minutes == 5
    assert (
        found.after.served == coverage(walkable_city, CoverageQuery("nurseries", 5, "all")).served
    )


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (replace(NONE, layer="zoo"), NotFoundError, "no layer"),
        (replace(NONE, group="age_200"), InvalidParameterError, "group has to be one of"),
        (replace(NONE, open=("nurseries-99",)), NotFoundError, "no facility nurseries-99"),
        (replace(NONE, open=("aeds-1",)), InvalidParameterError, "belongs to the layer aeds"),
        (replace(NONE, open=("nurseries-1",)), InvalidParameterError, "open already"),
        (replace(NONE, close=("nurseries-4",)), InvalidParameterError, "cannot be closed"),
        (replace(NONE, add=(site(90_000, 0),)), OutsideCityError, "outside the city"),
        (replace(NONE, add=(site(1000, 2010),)), InvalidParameterError, "in the river"),
        (replace(NONE, add=(site(500, 500, places=-3),)), InvalidParameterError, "given: -3"),
        (replace(NONE, add=(site(500, 500),) * 21), InvalidParameterError, "At most 20"),
    ],
)
def test_a_change_that_makes_no_sense_is_told_why(
    walkable_city: WalkableCity, change: Scenario, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        compare(walkable_city, change)


def test_whole_people_add_up(walkable_city: WalkableCity) -> None:
    found = compare(walkable_city, replace(NONE, planned=True))
    assert found.before.served + found.people_gained - found.people_lost == found.after.served
    assert found.people_lost == 0
