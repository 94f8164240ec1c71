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
from locator.walking.network.snapping import EdgeIndex, Snapped
from locator.walking.network.window import Windows

Profile = Literal["foot", "pram", "wheelchair"]

PROFILE_MARKS: dict[Profile, Mark] = {
    "foot": Mark(0),
    "pram": Mark.NO_PRAM,
    "wheelchair": Mark.NO_WHEELCHAIR,
}
"""What each profile stays away from."""


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

    @cached_property
    def allowed(self) -> Array | None:
        """Edges that the profile may use and that connect; None: all of them."""
        avoid = PROFILE_MARKS[self.profile]
        if self.at_night:
            avoid |= Mark.CLOSED_AT_NIGHT
        if not avoid:
            return None
        passable = self.graph.edge_marks & np.uint8(avoid) == 0
        u, v = self.graph.edge_u, self.graph.edge_v
        return largest_part(u, v, len(self.graph.vertex_xy), passable)

    @cached_property
    def csr(self) -> tuple[Array, Array, FloatArray, Array]:
        """Row starts, columns, metres and edges of the symmetric matrix."""
        graph = self.graph
        if self.allowed is None:
            return graph.indptr, graph.indices, graph.weight_m, graph.entry_edge
        return matrix(
            graph.edge_u, graph.edge_v, graph.edge_length_m, len(graph.vertex_xy), self.allowed
        )

    @cached_property
    def windows(self) -> Windows:
        """The vertices by where they lie, so that what is near a point can be cut out."""
        return Windows(self.graph.vertex_xy, *self.csr[:3])

    @cached_property
    def index(self) -> EdgeIndex:
        """The edges, ready to be searched."""
        graph = self.graph
        counts = np.diff(graph.line_start)
        return EdgeIndex(
            cells=graph.cells,
            cell_start=graph.cell_start,
            cell_segment=graph.cell_segment,
            line_xy=graph.line_xy,
            line_along_m=graph.line_along_m,
            segment_edge=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
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
