"""Hold the ways that a profile may use, ready to be searched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from locator.base.geo import FloatArray, IntArray
from locator.walking.graph.file import Array, StreetGraph
from locator.walking.graph.matrix import REACH_GAP_M, largest_part, matrix
from locator.walking.graph.tag_rules import Mark
from locator.walking.network.graph_files import kept_arrays, place_of
from locator.walking.network.snapping import EdgeIndex, Snapped
from locator.walking.network.window import Cells, Windows

Profile = Literal["foot", "pram", "wheelchair"]

PROFILE_MARKS: dict[Profile, Mark] = {
    "foot": Mark(0),
    "pram": Mark.NO_PRAM,
    "wheelchair": Mark.NO_WHEELCHAIR,
}
"""What each profile stays away from."""

MADE_AS, KIND = 1, "ways"
"""As for `locator.walking.network.graph_files.place_of`."""

WORTH_KEEPING = 50_000
"""Of fewer edges the ways are made in a moment."""


@dataclass(frozen=True)
class Ways:
    """The part of a street graph that somebody can use.

    Attributes
    ----------
    graph : StreetGraph
    profile : str
        ``"foot"``, ``"pram"`` or ``"wheelchair"``.
    at_night : bool
        Stay away from gates and ways that are closed at night.
    """

    graph: StreetGraph
    profile: Profile = "foot"
    at_night: bool = False

    def variant(self, profile: Profile, *, at_night: bool = False) -> Ways:
        """Return what somebody else, or at another time, may use of the same graph.

        Parameters
        ----------
        profile : str
        at_night : bool

        Returns
        -------
        Ways
            It shares what does not depend on who walks.
        """
        made = Ways(self.graph, profile, at_night)
        vars(made).update(cells=self.cells, point_edge=self.point_edge)
        return made

    @cached_property
    def allowed(self) -> Array | None:
        """Edges that the profile may use and that connect; None: all of them."""
        return self._own[4] if self._avoided else None

    @cached_property
    def csr(self) -> tuple[Array, Array, FloatArray, Array]:
        """Row starts, columns, metres and edges of the symmetric matrix."""
        graph = self.graph
        if not self._avoided:
            return graph.indptr, graph.indices, graph.weight_m, graph.entry_edge
        weight_m, indptr, indices, entry_edge, _ = self._own
        return indptr, indices, weight_m, entry_edge

    @property
    def _avoided(self) -> Mark:
        """What has to be stayed away from."""
        avoid = PROFILE_MARKS[self.profile]
        return avoid | Mark.CLOSED_AT_NIGHT if self.at_night else avoid

    @cached_property
    def _own(self) -> tuple[Array, ...]:
        """The matrix, the metres first, and the edges that may be used: made once for all."""
        who = f"{self.profile} {self.at_night} {int(self._avoided)}"
        worth = len(self.graph.edge_u) >= WORTH_KEEPING
        return kept_arrays(place_of(self.graph, KIND, MADE_AS, who) if worth else None, self._made)

    def _made(self) -> tuple[Array, ...]:
        graph = self.graph
        passable = graph.edge_marks & np.uint8(self._avoided) == 0
        u, v, vertices = graph.edge_u, graph.edge_v, len(graph.vertex_xy)
        allowed = largest_part(u, v, vertices, passable)
        indptr, indices, weight_m, entry_edge = matrix(u, v, graph.edge_length_m, vertices, allowed)
        return weight_m, indptr, indices, entry_edge, allowed

    @cached_property
    def windows(self) -> Windows:
        """The vertices by where they lie, so that what is near a point can be cut out."""
        return Windows(self.cells, *self.csr[:3])

    @cached_property
    def cells(self) -> Cells:
        """The vertices by where they lie; the same for all who walk there."""
        return Cells(self.graph.vertex_xy)

    @cached_property
    def point_edge(self) -> Array:
        """The edge of each point that draws one; the same for all who walk there."""
        counts = np.diff(self.graph.line_start)
        return np.repeat(np.arange(len(counts), dtype=np.int32), counts)

    @cached_property
    def index(self) -> EdgeIndex:
        """The edges, ready to be searched."""
        graph = self.graph
        return EdgeIndex(
            cells=graph.cells,
            cell_start=graph.cell_start,
            cell_segment=graph.cell_segment,
            line_xy=graph.line_xy,
            line_along_m=graph.line_along_m,
            segment_edge=self.point_edge,
            allowed=self.allowed,
            shunned=graph.edge_marks & np.uint8(Mark.CARRIAGEWAY) > 0,
        )

    def reach_of(self, cell: IntArray, xy: FloatArray) -> Snapped:
        """Return the centres `xy` of cells of the isochrone grid, set onto the streets."""
        graph = self.graph
        if self.allowed is not None:
            return self.index.snap(xy, within_m=REACH_GAP_M)
        along_m, gap_m = graph.reach_along_m[cell], graph.reach_gap_m[cell]
        return Snapped(
            graph.reach_edge[cell].astype(np.int64),
            along_m.astype(np.float64),
            gap_m.astype(np.float64),
            xy,
        )
