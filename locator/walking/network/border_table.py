"""Know the walks from every vertex of a street graph to all of some facilities.

The metres to each facility are kept for the vertices at the borders of small cells only
(`locator.walking.network.street_cells`), one vertex in twenty. Whoever walks from inside a cell to
a facility comes over one of its borders, or finds it there: what is left to search is one cell,
however far the facility lies. That is the overlay of Delling, Goldberg, Pajor and Werneck (2017,
Customizable route planning in road networks), with all ways beyond the border known in advance.

The table is kept in a file (`locator.walking.network.graph_files`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial

import numpy as np
from scipy.sparse.csgraph import dijkstra

from locator.base.geo import FloatArray, IntArray
from locator.walking import SnappedPoints
from locator.walking.network.graph_files import Arrays, kept_arrays, place_of
from locator.walking.network.k_nearest import name_of
from locator.walking.network.profile import Ways
from locator.walking.network.search import ends_of, joined, with_sources
from locator.walking.network.street_cells import StreetCells, street_cells
from locator.walking.network.tree_cache import Key, key_of

FEWEST, MOST = 20_000, 100_000_000
"""Vertices from which on a search takes longer than reading; and facilities times vertices up to
which a table is made: it takes half a byte of each."""

AT_ONCE = 300_000
"""Metres that are found at once while the table is made: in a city two searches, of 30 ms each,
which let nobody else have the interpreter."""

MADE_AS, KIND = 1, "border-table"
"""As for `locator.walking.network.graph_files.place_of`."""

WAIT_S = 180.0
"""So long another program is waited for that makes one; ten seconds are usual."""


@dataclass(frozen=True)
class BorderTable:
    """The walks to m facilities from everywhere.

    Attributes
    ----------
    ways : Ways
    facilities : SnappedPoints
    cells : StreetCells
        With the ends of the facilities' streets at borders.
    metres : (b, m) float array
        From each border to each facility, the gap to the street included; ``inf`` where no way
        leads.
    """

    ways: Ways
    facilities: SnappedPoints
    cells: StreetCells
    metres: FloatArray

    def columns_of(self, targets: SnappedPoints) -> IntArray | slice | None:
        """Return which of the facilities stand where `targets` do; None where not for all.

        Parameters
        ----------
        targets : SnappedPoints
            All of the facilities, or some: those that are open.
        """
        if not 0 < len(targets) <= len(self.facilities) or key_of(targets) not in self._column:
            return None  # as of most that walks are asked to: squares, stops, other services
        if name_of(targets) == self._name:
            return slice(None)
        found = [self._column.get(place) for place in _places(targets)]
        return None if None in found else np.array(found, dtype=np.int64)

    @cached_property
    def _name(self) -> bytes:
        return name_of(self.facilities)

    @cached_property
    def _column(self) -> dict[Key, int]:
        return {place: column for column, place in enumerate(_places(self.facilities))}

    def read(
        self, vertices: Sequence[int], offset_m: Sequence[float], columns: IntArray | slice
    ) -> FloatArray:
        """Return the metres to facilities where a way begins on one street.

        Parameters
        ----------
        vertices : sequence of int
            Both ends of the street.
        offset_m : sequence of float
            Metres to each of them.
        columns : int array or slice
            Of the facilities, as `columns_of` tells them.

        Returns
        -------
        float array
            To each of `columns`, over at least one vertex; ``inf`` where no way leads.
        """
        end, to_end_m = np.array(vertices), np.array(offset_m)
        # No street leads from one cell into another: where both ends are inside, it is the same.
        inside = [some for one in vertices if (some := self.cells.around(one)) is not None]
        if inside:
            end, to_end_m = inside[0], self._searched_m(inside[0], end, to_end_m)
        place = self.cells.place[end]
        at_border = place < 0
        far_m = self.metres[-1 - place[at_border]][:, columns] + to_end_m[at_border, np.newaxis]
        walk_m: FloatArray = far_m.min(axis=0, initial=np.inf)
        return walk_m

    def _searched_m(self, vertices: IntArray, end: IntArray, to_end_m: FloatArray) -> FloatArray:
        """Return the metres to the vertices of one cell over its own ways."""
        part = self.ways.windows.cut(vertices)
        w = len(vertices)
        with_origin = joined(
            part.indptr,
            part.indices,
            part.weight_m,
            np.array([len(end)]),
            part.ranks(end),
            to_end_m,
        )
        distance_m: FloatArray = dijkstra(with_origin, directed=True, indices=np.array([w]))[0, :w]
        return distance_m


def border_table(ways: Ways, facilities: SnappedPoints) -> BorderTable | None:
    """Return the table of some facilities, from its file where it is kept.

    Parameters
    ----------
    ways : Ways
    facilities : SnappedPoints
        m points, set onto `ways`.

    Returns
    -------
    BorderTable or None
        None where searching is as quick, or the table would be too large.
    """
    vertices = len(ways.graph.vertex_xy)
    if vertices < FEWEST or not 0 < len(facilities) * vertices <= MOST:
        return None
    xy = np.ascontiguousarray(facilities.xy, dtype=np.float64)
    who = f"{ways.profile} {ways.at_night}"
    place = place_of(ways.graph, KIND, MADE_AS, who, xy.tobytes())
    metres, *cells = kept_arrays(place, partial(made_table, ways, facilities), wait_s=WAIT_S)
    names = [one.name for one in fields(StreetCells)]
    return BorderTable(
        ways, facilities, StreetCells(**dict(zip(names, cells, strict=True))), metres
    )


def made_table(ways: Ways, facilities: SnappedPoints) -> Arrays:
    """Return the metres of a `BorderTable` and its cells: one search from each facility.

    Parameters
    ----------
    ways, facilities
        As for `border_table`.
    """
    indptr, indices, _, _ = ways.csr
    _, ends, _ = ends_of(ways.graph, facilities)
    cells = street_cells(ways.graph.vertex_xy, indptr, indices, also=ends.ravel())
    n, m = len(indptr) - 1, len(facilities)
    matrix, metres = with_sources(ways, facilities), np.empty((len(cells.border), m))
    few = max(1, AT_ONCE // (n + m))
    for first in range(0, m, few):
        some = np.arange(first, min(first + few, m))
        found_m = dijkstra(matrix, directed=True, indices=n + some)
        metres[:, some] = found_m[:, cells.border].T
    return metres, *(getattr(cells, one.name) for one in fields(StreetCells))


def _places(points: SnappedPoints) -> Iterable[Key]:
    """Yield where each point stands on the streets."""
    columns = (points.extra[key].tolist() for key in ("edge", "along_m", "gap_m"))
    return zip(*columns, strict=True)
