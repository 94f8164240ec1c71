"""Streets to walk along: a town worked out by hand, and real cities."""

from __future__ import annotations

import pytest

from locator.base.geo import Projection
from locator.walking.graph.build import build_graph
from locator.walking.graph.osm import read_streets
from locator.walking.network.model import NetworkModel
from tests.osmdata import write_town
from tests.realstreets import CITIES, real_streets
from tests.tinycity import CRS


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> NetworkModel:
    """The streets of `tests.osmdata.write_town`."""
    path = write_town(tmp_path_factory.mktemp("town") / "town.osm.pbf")
    return NetworkModel(build_graph(read_streets(path), projection=Projection(CRS), source="town"))


@pytest.fixture(scope="module", params=CITIES)
def real(request: pytest.FixtureRequest) -> NetworkModel:
    """The streets of each of the real cities."""
    return real_streets(request.param)
