"""Street networks of real cities, and points about their streets."""

from __future__ import annotations

from functools import cache

import numpy as np

from locator.base.geo import Projection
from locator.walking import SnappedPoints
from locator.walking.graph.build import build_graph
from locator.walking.graph.file import StreetGraph
from locator.walking.graph.osm import read_streets
from locator.walking.network.model import NetworkModel
from tests.osmdata import LIECHTENSTEIN_BOX, helsinki, liechtenstein

CITIES = ("helsinki", "liechtenstein")


def real_streets(name: str) -> NetworkModel:
    """Return a model of one of `CITIES` that nobody else uses, or skip where its file is not."""
    return NetworkModel(_graph(name))


@cache
def _graph(name: str) -> StreetGraph:
    if name == "helsinki":
        path, crs, boundary = helsinki(), "EPSG:32635", None
    else:
        path, crs, boundary = liechtenstein(), "EPSG:32632", LIECHTENSTEIN_BOX
    return build_graph(
        read_streets(path),
        projection=Projection(crs),
        source=path.name,
        boundary=boundary,
        margin_m=0,
    )


def scattered(model: NetworkModel, count: int, seed: int) -> SnappedPoints:
    """Return points scattered about the streets, some on them, most beside them."""
    rng = np.random.default_rng(seed)
    near = model.graph.line_xy[rng.integers(0, len(model.graph.line_xy), count)]
    return model.snap(near + rng.normal(0, 30, (count, 2)) * (np.arange(count) % 5 > 0)[:, None])


def one(points: SnappedPoints, i: int) -> SnappedPoints:
    """Return one of some points."""
    return points.take(slice(i, i + 1))
