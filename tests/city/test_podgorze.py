"""A small real piece of the city, so that streets, houses and the map are tested everywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient

from locator.base.packed import read_packed
from locator.city.model import City, load_city
from locator.curation.check import check_folder
from locator.walking.choose import choose_model
from locator.walking.network.model import NetworkModel
from tests.podgorze.cut import FOLDER
from tests.serving import client_of

MARKET = (19.94893, 50.04354)
KALWARYJSKA = (19.94590, 50.03990)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: the graph that is built lies beside the files, not in the repository."""
    return Path(shutil.copytree(FOLDER, tmp_path_factory.mktemp("piece") / "podgorze"))


@pytest.fixture(scope="module")
def city(folder: Path) -> City:
    return load_city(folder)


@pytest.fixture(scope="module")
def network(city: City) -> NetworkModel:
    model = choose_model(city)
    assert isinstance(model, NetworkModel)
    return model


@pytest.fixture(scope="module")
def client(folder: Path) -> FlaskClient:
    return client_of(folder)


def naive_graph(folder: Path, city: City) -> nx.Graph:
    """Every piece between two points of every way is an edge; the shortest of parallel ones."""
    frame, _ = read_packed(folder / "streets.npz")
    made = nx.Graph()
    for line in frame.geometry:
        points = shapely.get_coordinates(line)
        xy = city.projection.to_metric(points)
        for (a, b), (p, q) in zip(
            zip(map(tuple, points), map(tuple, points[1:]), strict=False),
            zip(xy, xy[1:], strict=False),
            strict=True,
        ):
            length_m = float(np.hypot(*(q - p)))
            if not made.has_edge(a, b) or made.edges[a, b]["weight"] > length_m:
                made.add_edge(a, b, weight=length_m)
    return made


def test_the_piece_is_sound() -> None:
    assert check_folder(FOLDER) == []


def test_walks_are_as_long_as_a_naive_search_says(
    folder: Path, city: City, network: NetworkModel
) -> None:
    naive = naive_graph(folder, city)
    nodes = np.array(naive.nodes)
    xy = city.projection.to_metric(nodes)
    market = city.projection.to_metric([MARKET])[0]
    near = np.flatnonzero(np.hypot(*(xy - market).T) < 400)
    chosen = near[:: max(1, len(near) // 40)]
    start = chosen[0]
    reached = nx.single_source_dijkstra_path_length(naive, tuple(nodes[start]), weight="weight")
    checked = 0
    for node in chosen[1:]:
        wanted = reached.get(tuple(nodes[node]))
        walk = network.walk(network.snap(xy[start]), network.snap(xy[node]))
        if wanted is None or not np.isfinite(walk.walk_m):
            continue
        # Ways that may not be walked make a walk longer than the naive one, never shorter.
        assert walk.walk_m >= wanted - 0.2
        checked += walk.walk_m <= wanted * 1.05 + 5
    assert checked >= 30


def test_a_point_is_set_onto_the_street_that_is_nearest(
    folder: Path, city: City, network: NetworkModel
) -> None:
    frame, _ = read_packed(folder / "streets.npz")
    lines = shapely.transform(frame.geometry.values, city.projection.to_metric)
    for lonlat in (MARKET, KALWARYJSKA):
        xy = city.projection.to_metric([lonlat])
        gap_m = float(network.snap(xy).extra["gap_m"][0])
        nearest_m = float(shapely.distance(shapely.Point(xy[0]), lines).min())
        assert nearest_m - 0.1 <= gap_m <= nearest_m + 20  # the very nearest may not be walkable


def test_every_known_address_is_found_where_it_is(city: City) -> None:
    table = city.addresses
    for row in table.itertuples():
        best = city.gazetteer.search(f"{row.street} {row.number}", limit=1)[0]
        apart = city.projection.to_metric([[best.lon, best.lat], [row.lon, row.lat]])
        assert np.hypot(*(apart[0] - apart[1])) < 50, (row.street, row.number)


def test_the_people_of_the_piece_live_in_its_houses(folder: Path, city: City) -> None:
    homes, _ = read_packed(folder / "dwellings.npz")
    tree = shapely.STRtree(shapely.transform(homes.geometry.values, city.projection.to_metric))
    people = city.demand.people["all"]
    _, away_m = tree.query_nearest(
        shapely.points(city.demand.xy[people > 0]), return_distance=True, all_matches=False
    )
    assert people.sum() > 1000
    assert away_m.max() < 150


def test_the_program_walks_the_piece_along_its_streets(client: FlaskClient) -> None:
    health = client.get("/healthz").get_json()
    assert (health["status"], health["model"]) == ("ok", "network")
    lon, lat = MARKET
    found = client.get(
        "/api/nearest", query_string={"layer": "aeds", "lat": lat, "lon": lon, "k": 1}
    ).get_json()
    assert len(found["features"]) == 1
    page = client.get(f"/nearest?layer=aeds&lat={lat}&lon={lon}")
    assert page.status_code == 200


def test_the_map_draws_its_streets_with_their_names(client: FlaskClient) -> None:
    n = 2**16
    x = int((MARKET[0] + 180) / 360 * n)
    radians = np.radians(MARKET[1])
    y = int((1 - np.arcsinh(np.tan(radians)) / np.pi) / 2 * n)
    tile = client.get(f"/tiles/16/{x}/{y}.pbf")
    assert tile.status_code == 200
    assert "Rynek Podgórski".encode() in tile.data
    assert client.get("/tiles/16/0/0.pbf").status_code in (204, 404)
