"""The toy line, for the questions that vehicles answer."""

from __future__ import annotations

import pytest

from locator.vehicles.positions import Fleet, load_fleet
from locator.walking.choose import choose_model
from locator.walking.walkable_city import WalkableCity, walkable
from tests.toyline import load_toy_city


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> WalkableCity:
    """The tiny city with the toy line, its tram named by the city."""
    city = load_toy_city(tmp_path_factory.mktemp("city") / "toy", number="RF302")
    return walkable(city, choose_model(city))


@pytest.fixture(scope="session")
def fleet(toy: WalkableCity) -> Fleet:
    """The one tram of the toy line."""
    return load_fleet(toy.city)
