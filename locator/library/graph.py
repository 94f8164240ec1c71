"""Turn the street network into a graph of networkx, for whatever is not answered here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from locator.base.errors import N_, NotComputableError
from locator.base.geo import WGS84
from locator.city.model import City
from locator.walking import WalkingModel
from locator.walking.graph.tag_rules import Mark
from locator.walking.network.model import NetworkModel

if TYPE_CHECKING:
    import networkx as nx

NO_STREETS = N_("Walks of this city are estimated: it has no street network to make a graph of.")
NO_NETWORKX = N_("A graph needs networkx: pip install 'krakow-service-locator[notebook]'.")


def street_graph(city: City, model: WalkingModel, *, lines: bool = False) -> nx.MultiGraph[int]:
    """Return the streets that a model walks as a graph.

    Parameters
    ----------
    city : City
    model : WalkingModel
    lines : bool
        Give each edge its line, too; takes seconds in a large city.

    Returns
    -------
    networkx.MultiGraph
        Nodes have ``x`` and ``y`` (degrees), edges ``length`` (metres), ``name`` and ``steps``;
        the graph has ``crs``: names as OSMnx has them. Edges that the profile may not use, and
        nodes without any, are left out.

    Raises
    ------
    NotComputableError
        The city has no street network, or networkx is not installed.
    """
    if not isinstance(model, NetworkModel):
        raise NotComputableError(NO_STREETS)
    try:
        import networkx as nx
    except ImportError:
        raise NotComputableError(NO_NETWORKX) from None
    graph, allowed = model.graph, model.ways.allowed
    edges = np.arange(len(graph.edge_u)) if allowed is None else np.flatnonzero(allowed)
    u, v = graph.edge_u[edges], graph.edge_v[edges]
    nodes = np.unique(np.concatenate([u, v]))
    lonlat = city.projection.to_lonlat(graph.vertex_xy[nodes])
    names = [graph.name(index) or None for index in range(len(graph.name_start) - 1)]
    attributes: dict[str, list[Any]] = {
        "length": graph.edge_length_m[edges].tolist(),
        "name": [names[index] for index in graph.edge_name[edges].tolist()],
        "steps": (graph.edge_marks[edges] & np.uint8(Mark.STEPS) > 0).tolist(),
    }
    if lines:
        attributes["geometry"] = _lines(city, model, edges.tolist())
    made: nx.MultiGraph[int] = nx.MultiGraph(crs=WGS84)
    made.add_nodes_from(
        (node, {"x": lon, "y": lat})
        for node, (lon, lat) in zip(nodes.tolist(), lonlat.tolist(), strict=True)
    )
    rows = zip(*attributes.values(), strict=True)
    made.add_edges_from(
        (*ends, dict(zip(attributes, row, strict=True)))
        for *ends, row in zip(u.tolist(), v.tolist(), rows, strict=True)
    )
    return made


def _lines(city: City, model: NetworkModel, edges: list[int]) -> list[Any]:
    """Return the lines of some edges, WGS84."""
    start = model.graph.line_start.tolist()
    lonlat = city.projection.to_lonlat(model.graph.line_xy)
    return [shapely.LineString(lonlat[start[edge] : start[edge + 1]]) for edge in edges]
