"""Add or close a facility without computing everything again.

An added facility costs one search, which stops where another one is nearer anyway. A closed one
costs a search among the vertices that it served, started from those that lie just outside.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from locator.base.errors import N_, InvalidParameterError
from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.network.model import NetworkModel
from locator.walking.network.search import MultiSource


def added(model: NetworkModel, spread: MultiSource, facility: SnappedPoints) -> MultiSource:
    """Return `spread` with one more facility, which gets the next index.

    Parameters
    ----------
    model : NetworkModel
        The model that made `spread`.
    spread : MultiSource
    facility : SnappedPoints
        One point.
    """
    new = model.multi_source(facility, limit_m=_farthest_m(spread))
    nearer = new.distance_m < spread.distance_m
    return MultiSource(
        facilities=_joined(spread.facilities, facility),
        distance_m=np.where(nearer, new.distance_m, spread.distance_m),
        facility=np.where(nearer, len(spread.facilities), spread.facility),
    )


def closed(model: NetworkModel, spread: MultiSource, index: int) -> MultiSource:
    """Return `spread` without the facility `index`; the later ones move up by one.

    Raises
    ------
    InvalidParameterError
        There is no facility of that index.
    """
    if not 0 <= index < len(spread.facilities):
        raise InvalidParameterError(
            N_("There is no facility number {index}."), parameter="index", index=index
        )
    rest = np.delete(np.arange(len(spread.facilities)), index)
    lost = np.flatnonzero(spread.facility == index)
    distance_m, facility = spread.distance_m.copy(), spread.facility.copy()
    distance_m[lost], facility[lost] = _served_anew(model, spread, lost, rest)
    facility = np.where(facility > index, facility - 1, facility)
    return MultiSource(spread.facilities.take(rest), distance_m, facility)


def _served_anew(
    model: NetworkModel, spread: MultiSource, lost: IntArray, rest: IntArray
) -> tuple[FloatArray, IntArray]:
    """Return distance and facility of the `lost` vertices from the facilities that stay.

    Whoever reaches a lost vertex comes over a vertex that keeps its facility, or from a facility
    on an edge that ends at the lost vertex itself.
    """
    position = np.full(len(spread.distance_m), -1, dtype=np.int64)
    position[lost] = np.arange(len(lost))
    row, column, metres = _entries(model, lost)
    inside = position[column] >= 0
    doors = [
        (
            row[~inside],
            (spread.distance_m[column] + metres)[~inside],
            spread.facility[column][~inside],
        )
    ]
    doors += _own_doors(model, spread, rest, position)
    at, start_m, facility = (np.concatenate(parts) for parts in zip(*doors, strict=True))
    usable = np.isfinite(start_m) & (facility >= 0)
    at, start_m, facility = at[usable], start_m[usable], facility[usable]
    if len(at) == 0:
        return np.full(len(lost), np.inf), np.full(len(lost), -1, dtype=np.int64)
    # One more vertex for each door, joined to the vertex behind it.
    n = len(lost)
    rows = np.concatenate([row[inside], n + np.arange(len(at))])
    columns = np.concatenate([position[column[inside]], at])
    links = csr_array(
        (np.concatenate([metres[inside], np.maximum(start_m, 1e-9)]), (rows, columns)),
        shape=(n + len(at), n + len(at)),
    )
    distance_m, _, source = dijkstra(
        links,
        directed=True,
        indices=np.arange(n, n + len(at)),
        return_predecessors=True,
        min_only=True,
    )
    reached = source[:n] >= n
    return distance_m[:n], np.where(reached, facility[np.where(reached, source[:n] - n, 0)], -1)


def _entries(model: NetworkModel, lost: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the matrix entries in the rows of `lost`: position in `lost`, column, metres."""
    indptr, indices, weight_m, _ = model.ways.csr
    counts = (indptr[lost + 1] - indptr[lost]).astype(np.int64)
    row = np.repeat(np.arange(len(lost)), counts)
    entry = np.repeat(indptr[lost] - (np.cumsum(counts) - counts), counts) + np.arange(len(row))
    return row, indices[entry].astype(np.int64), weight_m[entry]


def _own_doors(
    model: NetworkModel, spread: MultiSource, rest: IntArray, position: IntArray
) -> list[tuple[IntArray, FloatArray, IntArray]]:
    """Return where the staying facilities enter the lost vertices straight from their edge."""
    edge, along_m, gap_m = (spread.facilities.extra[key] for key in ("edge", "along_m", "gap_m"))
    on = rest[edge[rest] >= 0]
    graph = model.graph
    ends = (
        (graph.edge_u[edge[on]], along_m[on] + gap_m[on]),
        (graph.edge_v[edge[on]], graph.edge_length_m[edge[on]] - along_m[on] + gap_m[on]),
    )
    doors = []
    for vertex, start_m in ends:
        lost = position[vertex] >= 0
        doors.append((position[vertex][lost], start_m[lost], on[lost]))
    return doors


def _farthest_m(spread: MultiSource) -> float:
    """Return the distance beyond which a new facility is nowhere the nearest."""
    return float(spread.distance_m.max(initial=0.0))


def _joined(many: SnappedPoints, one: SnappedPoints) -> SnappedPoints:
    return SnappedPoints(
        np.vstack([many.xy, one.xy]),
        {key: np.concatenate([many.extra[key], one.extra[key]]) for key in one.extra},
    )
