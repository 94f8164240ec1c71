"""Starts of every form are read alike, and thousands are answered as one is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import locator
from locator.analysis.nearest import NearestQuery, nearest
from locator.analysis.nearest_many import ONE_BY_ONE, nearest_many
from locator.analysis.walks import walk_line
from locator.base.errors import InvalidParameterError, NotFoundError, OutsideCityError
from locator.city.model import load_city
from locator.geocoding.resolving import AmbiguousPlaceError
from locator.walking.choose import choose_model
from locator.walking.graph.for_city import build_for_city
from locator.walking.walkable_city import WalkableCity, walkable
from tests.osmdata import write_town
from tests.tinycity import CRS, at, facility, metric, point, write_json, write_tiny_city

LIPOWA = at(500, 3500)
RYNEK = at(1000, 2500)
MONDAY = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)


def test_one_address_gives_rows_of_facts_and_points(opened: locator.OpenCity) -> None:
    found = opened.nearest("Lipowa 1", "nurseries", k=2, at="2026-11-30T10:00")
    assert found.crs == "EPSG:4326"
    assert list(found) == [
        *("origin", "rank", "id", "layer", "name", "address", "walk_m", "walk_s"),
        *("open_state", "next_change", "geometry"),
    ]
    # 1000 m south and 2000 m east of nurseries-1, times 1.25, at 1 m/s.
    assert found["walk_s"].round(3).tolist() == [0.0, 2795.085]
    assert found["id"].tolist() == ["nurseries-1", "nurseries-2"]
    assert found["open_state"].tolist() == ["open", "unknown"]
    assert found.geometry.iloc[0].equals_exact(shapely.Point(LIPOWA), 1e-8)


@pytest.mark.parametrize(
    ("starts", "index"),
    [
        (LIPOWA, [0]),
        (list(LIPOWA), [0]),
        (shapely.Point(LIPOWA), [0]),
        (np.array(LIPOWA), [0]),
        (["Lipowa 1", shapely.Point(LIPOWA), LIPOWA], [0, 1, 2]),
        (np.array([LIPOWA, LIPOWA]), [0, 1]),
        (pd.Series(["Lipowa 1", "Lipowa 1"], index=["b", "a"]), ["b", "a"]),
        (gpd.GeoDataFrame(index=[7], geometry=[shapely.Point(metric(500, 3500))], crs=CRS), [7]),
        (gpd.GeoSeries([shapely.Point(LIPOWA)], index=["x"], crs=4326), ["x"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_start_may_have_any_form(opened: locator.OpenCity, starts: Any, index: list[Any]) -> None:
    found = opened.nearest(starts, "nurseries", k=1)
    assert found["origin"].tolist() == index
    assert set(found["id"]) == {"nurseries-1"}
    assert np.allclose(found["walk_m"], 0, atol=0.1)


def test_each_layer_has_its_k_and_its_pace(opened: locator.OpenCity) -> None:
    found = opened.nearest(RYNEK, ["nurseries", "aeds"], k=1)
    # 500 m north at 2 m/s; sqrt(500^2 + 1000^2) m at 1 m/s.
    assert found[["rank", "id"]].values.tolist() == [[1, "aeds-1"], [2, "nurseries-1"]]
    assert found["walk_s"].round(2).tolist() == [312.5, 1397.54]
    quick = opened.nearest(RYNEK, ["nurseries", "aeds"], k=1, pace=2.5)
    assert quick["walk_s"].round(2).tolist() == [250.0, 559.02]


def test_a_walk_is_the_line_of_its_own_row(on_streets: locator.OpenCity) -> None:
    starts = [at(500, 3000), at(100, 3000)]
    found = on_streets.nearest(starts, "nurseries", k=2, walk=True)
    ground = on_streets.state.walkable_city
    for row in found.itertuples():
        line = walk_line(ground, *starts[row.origin], row.id)
        assert row.geometry.equals_exact(line, 1e-12)
        metres = shapely.transform(line, ground.city.projection.to_metric).length
        assert metres == pytest.approx(row.walk_m, abs=1)


def test_those_open_and_those_of_a_status_are_chosen(opened: locator.OpenCity) -> None:
    at_night = opened.nearest(RYNEK, "aeds", open_now=True, at="2026-11-29T23:00")
    assert at_night["id"].tolist() == ["aeds-1"]
    # 09:30 in UTC is half past ten in the city.
    for moment, state in ((datetime(2026, 11, 30, 7, 59), "closed"), (MONDAY, "open")):
        found = opened.nearest(RYNEK, "aeds", at=moment).set_index("id")
        assert found.at["aeds-2", "open_state"] == state
    every = opened.nearest(RYNEK, "nurseries", status="all")
    assert set(every["id"]) == {f"nurseries-{n}" for n in (1, 2, 3, 4)}
    private = opened.nearest(RYNEK, "nurseries", ownership="private")
    assert private["id"].tolist() == ["nurseries-2"]
    assert opened.nearest(RYNEK, "aeds", step_free=True)["id"].tolist() == ["aeds-2"]


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda c: c.nearest("Lipowa 1", "zoo"), NotFoundError, "no layer “zoo”"),
        (lambda c: c.nearest("Lipowa 1", []), InvalidParameterError, "Give at least one of"),
        (lambda c: c.nearest("Lipowa 1", "aeds", k=0), InvalidParameterError, "not 0"),
        (lambda c: c.nearest("Lipowa 1", "aeds", pace=9), InvalidParameterError, "0.3 to 3"),
        (lambda c: c.nearest("Nowhere 5", "aeds"), NotFoundError, "did not find “Nowhere 5”"),
        (lambda c: c.nearest("Lipowa 99", "aeds"), AmbiguousPlaceError, "not known"),
        (lambda c: c.nearest(LIPOWA[::-1], "aeds"), OutsideCityError, "longitude comes before"),
        (lambda c: c.nearest((0.0, 0.0), "aeds"), OutsideCityError, "outside the city"),
        (lambda c: c.nearest(5, "aeds"), InvalidParameterError, "int is no start"),
        (lambda c: c.nearest(None, "aeds"), InvalidParameterError, "empty start"),
        (lambda c: c.nearest(["Lipowa 1", "Nowhere"], "aeds"), InvalidParameterError, "1 of 2"),
        (lambda c: c.nearest("Lipowa 1", "aeds", errors="skip"), InvalidParameterError, "coerce"),
        (
            lambda c: c.nearest(gpd.GeoSeries([shapely.Point(LIPOWA)]), "aeds"),
            InvalidParameterError,
            "set_crs",
        ),
        (lambda c: c.nearest(c.districts, "aeds"), InvalidParameterError, "representative_point"),
    ],
)
def test_a_wrong_question_says_what_to_do(
    opened: locator.OpenCity,
    ask: Callable[[locator.OpenCity], object],
    error: type[locator.LocatorError],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        ask(opened)


def test_starts_that_cannot_be_used_may_be_left_out_and_are_told(opened: locator.OpenCity) -> None:
    starts = pd.Series(["Lipowa 1", "Nowhere 5", None, "Lipowa 3"], index=list("abcd"))
    found = opened.nearest(starts, "nurseries", k=1, errors="coerce")
    assert found["origin"].tolist() == ["a", "d"]
    told = opened.locate(starts)
    assert told.index.tolist() == list("abcd")
    assert told["problem"].notna().tolist() == [False, True, True, False]
    assert told.geometry.notna().tolist() == [True, False, False, True]


def test_no_start_gives_no_row(opened: locator.OpenCity) -> None:
    found = opened.nearest([], "nurseries")
    assert (len(found), "walk_m" in found) == (0, True)
    assert len(opened.nearest([], "nurseries", walk=True)) == 0


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> WalkableCity:
    """A city where a layer has centres of many sites, several at one place, on one street."""
    folder = write_tiny_city(tmp_path_factory.mktemp("crowded") / "tiny")
    rng = np.random.default_rng(5)
    xy = np.column_stack([rng.choice([200.0, 480.0, 500.0, 900.0], 60), rng.integers(28, 36, 60)])
    places = [
        facility(point(x, 100 * y), id=f"aeds-{n}", centre=f"c{n % 7}" if n % 3 else None)
        for n, (x, y) in enumerate(xy.tolist())
    ]
    write_json(folder / "aeds.geojson", places)
    build_for_city(write_town(folder.parent / "town.osm.pbf"), folder)
    city = load_city(folder)
    return walkable(city, choose_model(city))


@pytest.mark.parametrize("which", ["crowded", "walkable_city"])
@pytest.mark.parametrize("count", [40, ONE_BY_ONE + 60])
@pytest.mark.parametrize("k", [1, 4, 30])
def test_many_starts_are_answered_as_each_by_itself(
    request: pytest.FixtureRequest, which: str, count: int, k: int
) -> None:
    ground: WalkableCity = request.getfixturevalue(which)
    rng = np.random.default_rng(count)
    lonlat = np.array([at(x, y) for x, y in rng.uniform([50, 2450], [1050, 3550], (count, 2))])
    query = NearestQuery(("aeds", "nurseries"), 0.0, 0.0, k=k)
    found = nearest_many(ground, lonlat, query)
    for origin, (lon, lat) in enumerate(lonlat.tolist()):
        alone = nearest(ground, NearestQuery(("aeds", "nurseries"), lon, lat, k=k))
        mine = found[found["origin"] == origin]
        assert mine["row"].tolist() == [one.row for one in alone.found]
        assert np.allclose(mine["walk_m"], [one.walk_m for one in alone.found])
        assert mine["rank"].tolist() == list(range(1, len(mine) + 1))
