"""Several layers at once, against each of them alone."""

import pytest

from locator.analysis.access.combined import CombinedQuery, combined
from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.base.errors import InvalidParameterError, NotComputableError, NotFoundError
from locator.walking.walkable_city import WalkableCity

BOTH = ("nurseries", "aeds")


def test_all_and_any_follow_from_the_walks_to_each(walkable_city: WalkableCity) -> None:
    alone = [coverage(walkable_city, CoverageQuery(layer, 10, "all", 1.0)).walk_s for layer in BOTH]
    people = walkable_city.city.demand.people["all"]
    inside = [walk_s <= 600 for walk_s in alone]
    for need, mask in (("all", inside[0] & inside[1]), ("any", inside[0] | inside[1])):
        found = combined(
            walkable_city, CombinedQuery(layers=BOTH, need=need, minutes=10, pace_m_s=1.0)
        )  # type: ignore[arg-type]
        assert found.served == pytest.approx(people[mask].sum(), abs=1)
        assert found.served + found.unserved == found.people == 2100
        assert found.districts["served"].sum() == found.served


def test_people_by_number_of_layers_add_up(walkable_city: WalkableCity) -> None:
    found = combined(walkable_city, CombinedQuery(layers=BOTH))
    none, one, two = found.counts["people"]
    assert none + one + two == pytest.approx(2100)
    assert two == pytest.approx(found.served, abs=1)
    either = combined(walkable_city, CombinedQuery(layers=BOTH, need="any"))
    assert one + two == pytest.approx(either.served, abs=1)
    assert max(found.single.values()) <= either.share + 1e-3
    assert min(found.single.values()) >= found.share - 1e-3


def test_wrong_questions_are_told_why(walkable_city: WalkableCity) -> None:
    with pytest.raises(InvalidParameterError, match="at least two"):
        combined(walkable_city, CombinedQuery(layers=("aeds", "aeds")))
    with pytest.raises(NotFoundError, match="no layer"):
        combined(walkable_city, CombinedQuery(layers=("aeds", "zoo")))
    with pytest.raises(NotComputableError, match="move"):
        combined(walkable_city, CombinedQuery(layers=("aeds", "vehicles")))
    with pytest.raises(InvalidParameterError, match="group"):
        combined(walkable_city, CombinedQuery(layers=BOTH, group="age_200"))
