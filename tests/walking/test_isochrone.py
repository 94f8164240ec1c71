"""Isochrones beside what is computed from nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.base.errors import InvalidParameterError
from locator.base.geo import Projection
from locator.walking.graph.build import build_graph
from locator.walking.graph.osm import read_streets
from locator.walking.isochrone import isochrones
from locator.walking.network.model import NetworkModel
from tests.osmdata import helsinki, write_osm
from tests.tinycity import CRS, metric
from tests.walking.test_network import one, placed, scattered


@pytest.fixture(scope="module")
def city() -> NetworkModel:
    path = helsinki()
    projection = Projection("EPSG:32635")
    return NetworkModel(build_graph(read_streets(path), projection=projection, source=path.name))


def test_an_isochrone_holds_what_is_reached_in_time_and_nothing_else(town: NetworkModel) -> None:
    crossing = placed(town, (500.0, 3000.0))
    (area,) = isochrones(town, crossing, minutes=[5], pace_m_s=1.0)
    assert area.limit_m == 300
    for x, y, inside in [
        (500, 3000, True),
        (700, 3000, True),
        (250, 3000, True),
        (500, 2750, True),
        (900, 3000, False),
        (100, 3000, False),
        (500, 3450, False),
        (700, 3200, False),
    ]:
        assert area.area.contains(shapely.Point(metric(x, y))) is inside, (x, y)


def test_a_block_that_takes_too_long_to_cross_is_a_hole(tmp_path: Path) -> None:
    nodes = {1: (0.0, 0.0), 2: (600.0, 0.0), 3: (600.0, 600.0), 4: (0.0, 600.0)}
    ways = [([1, 2, 3, 4, 1], {"highway": "footway"})]
    path = write_osm(tmp_path / "block.osm.pbf", nodes, ways)
    model = NetworkModel(build_graph(read_streets(path), projection=Projection(CRS), source="b"))
    (area,) = isochrones(model, placed(model, (0.0, 0.0)), minutes=[30], pace_m_s=1.0)
    (polygon,) = area.area.geoms
    assert len(polygon.interiors) == 1
    assert not area.area.contains(shapely.Point(metric(300, 300)))


def test_less_than_a_cell_is_a_small_circle(town: NetworkModel) -> None:
    (area,) = isochrones(town, placed(town, (500.0, 3010.0)), minutes=[0.4], pace_m_s=1.0)
    assert area.area.is_valid
    assert 0 < area.area.area < np.pi * 24**2


def test_without_any_street_in_reach_the_area_is_empty(town: NetworkModel) -> None:
    far = placed(town, (30_000.0, 3000.0))
    assert isochrones(town, far, minutes=[5], pace_m_s=1.0)[0].area.is_empty
    assert isochrones(town, placed(town), minutes=[5], pace_m_s=1.0)[0].area.is_empty


@pytest.mark.parametrize(("minutes", "pace"), [([0], 1), ([], 1), ([500], 1), ([5], 0), ([5], -1)])
def test_impossible_times_and_paces_are_refused(
    town: NetworkModel, minutes: list[float], pace: float
) -> None:
    with pytest.raises(InvalidParameterError):
        isochrones(town, placed(town, (0.0, 3000.0)), minutes=minutes, pace_m_s=pace)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.sampled_from([1, 1, 3]))
def test_areas_are_valid_and_hold_the_shorter_ones(
    city: NetworkModel, seed: int, count: int
) -> None:
    origins = scattered(city, count, seed)
    areas = [item.area for item in isochrones(city, origins, minutes=[3, 6, 9], pace_m_s=1.2)]
    for area in areas:
        assert area.geom_type == "MultiPolygon"
        assert area.is_valid
        assert not area.is_empty
    for smaller, larger in zip(areas, areas[1:], strict=False):
        assert larger.buffer(0.01).contains(smaller)


def test_points_inside_are_reached_in_time_up_to_a_cell(city: NetworkModel) -> None:
    origins, points = scattered(city, 12, 7), scattered(city, 400, 8)
    off_m = []
    for i in range(len(origins)):
        (found,) = isochrones(city, one(origins, i), minutes=[8], pace_m_s=1.2)
        walk_m = city.walk_m(one(origins, i), points)
        inside = shapely.contains_xy(found.area, points.xy)
        off_m.append(np.where(inside, walk_m - found.limit_m, found.limit_m - walk_m))
    # A cell may reach across a fence or a railway, which is why a few are allowed to differ.
    assert (np.concatenate(off_m) < 60).mean() > 0.98


def test_a_layers_area_holds_that_of_each_of_its_facilities(city: NetworkModel) -> None:
    facilities = scattered(city, 4, 9)
    (whole,) = isochrones(city, facilities, minutes=[4], pace_m_s=1.2)
    for i in range(4):
        (single,) = isochrones(city, one(facilities, i), minutes=[4], pace_m_s=1.2)
        assert single.area.difference(whole.area).area < 0.01 * single.area.area
