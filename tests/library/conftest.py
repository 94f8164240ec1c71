"""Cities that were opened as a program opens them."""

from __future__ import annotations

from pathlib import Path

import pytest

import locator
from locator.walking.graph.for_city import build_for_city
from tests.osmdata import write_town
from tests.tinycity import write_tiny_city


@pytest.fixture(scope="session")
def opened(city_folder: Path) -> locator.OpenCity:
    """The tiny city; its walks are estimated."""
    return locator.open(city_folder)


@pytest.fixture(scope="session")
def on_streets(tmp_path_factory: pytest.TempPathFactory) -> locator.OpenCity:
    """The tiny city with the streets of `tests.osmdata.write_town`."""
    folder = write_tiny_city(tmp_path_factory.mktemp("streets") / "tiny")
    build_for_city(write_town(folder.parent / "town.osm.pbf"), folder)
    return locator.open(folder)
