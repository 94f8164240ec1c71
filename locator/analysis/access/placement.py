"""Give people the places within their reach: as many as can be, and alike among those who compete.

Most people have a place when people are sent to places as a flow (Ford and Fulkerson 1956). Of the
many ways to do so one stands out: that which leaves no two people who compete for the same places
with different chances, where that can be helped. It is unique, so it can be counted by district
(Megiddo 1974, "Optimal flows in networks with multiple sources and sinks"). The cut of a flow parts
those whose chance is lower from the others, and each part is looked at alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from locator.base.geo import Flags, FloatArray, IntArray

UNITS = 2**29
"""Flows are whole numbers of 32 bits; people are counted in as small parts as that allows."""

LARGEST = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Competition:
    """People, in groups of the same choice, and the facilities that they can choose among.

    Attributes
    ----------
    reach : (g, m) csr_array
        1 where a facility is within reach of a group.
    people : (g,) float array
    member : (n,) int array
        The group of each point; -1 without any facility or people.
    """

    reach: sparse.csr_array
    people: FloatArray
    member: IntArray

    @classmethod
    def of(cls, reach: sparse.csc_array | sparse.csr_array, people: FloatArray) -> Competition:
        """Join the points from which the same facilities are within reach.

        Parameters
        ----------
        reach : (n, m) csc_array or csr_array
            Not 0 where a facility is within reach.
        people : (n,) float array

        Returns
        -------
        Competition
        """
        rows = sparse.csr_array(reach)
        rows.sort_indices()
        groups: dict[bytes, int] = {}
        first: list[int] = []
        member = np.full(len(people), -1, dtype=np.int64)
        for row in np.flatnonzero((np.diff(rows.indptr) > 0) & (people > 0)):
            key = rows.indices[rows.indptr[row] : rows.indptr[row + 1]].tobytes()
            member[row] = groups.setdefault(key, len(groups))
            if len(first) < len(groups):
                first.append(int(row))
        inside = member >= 0
        some = rows[first]
        ones = np.ones(len(some.indices))
        joined = sparse.csr_array((ones, some.indices, some.indptr), shape=some.shape)
        total = np.bincount(member[inside], people[inside], minlength=len(first))
        return cls(joined, total.astype(np.float64), member)

    def shares(self, places: FloatArray) -> FloatArray:
        """Return (n,) the share of each point's people who have a place.

        Parameters
        ----------
        places : (m,) float array

        Returns
        -------
        array of float, shape (n,)
            0 to 1; 0 where no facility is within reach.
        """
        chance = np.append(_chances(self.reach, self.people, places), 0.0)
        shares: FloatArray = chance[self.member]
        return shares

    def placed(self, places: FloatArray) -> float:
        """Return how many people have a place, at most.

        Parameters
        ----------
        places : (m,) float array

        Returns
        -------
        float
        """
        if not len(self.people):
            return 0.0
        unit = _unit(self.people, places)
        value = _flow(self.reach, np.rint(self.people * unit), np.rint(places * unit)).flow_value
        return float(value) / unit


def shares_placed(
    reach: sparse.csc_array | sparse.csr_array, people: FloatArray, places: FloatArray
) -> FloatArray:
    """Return the share of each point's people who have a place within reach.

    Parameters
    ----------
    reach : (n, m) csc_array or csr_array
        Not 0 where a facility is within reach of a point.
    people : (n,) float array
    places : (m,) float array
        What each facility can take.

    Returns
    -------
    array of float, shape (n,)
        0 to 1. Weighed with the people, their sum is the most that can have a place.
    """
    return Competition.of(reach, people).shares(places)


def _chances(reach: sparse.csr_array, people: FloatArray, places: FloatArray) -> FloatArray:
    """Return (g,) the chance of each group: alike where groups compete for the same places."""
    chances = np.zeros(len(people))
    unit = _unit(people, places)
    parts = [(np.arange(len(people)), np.flatnonzero(places > 0))]
    while parts:
        groups, facilities = parts.pop()
        room = float(places[facilities].sum())
        if not len(groups) or room <= 0:
            continue
        inside = sparse.csr_array(reach[groups][:, facilities])
        chance = min(1.0, room / float(people[groups].sum()))
        wanted = np.floor(chance * people[groups] * unit + 1e-6)
        flow = _flow(inside, wanted, np.rint(places[facilities] * unit))
        if flow.flow_value >= wanted.sum() - len(groups):  # but for what `floor` left
            chances[groups] = chance
            continue
        low, full = _cut(inside, wanted, np.rint(places[facilities] * unit), flow)
        parts += [
            (groups[low], facilities[full]),
            (groups[~low], facilities[~full]),
        ]
    return chances


def _unit(people: FloatArray, places: FloatArray) -> float:
    return UNITS / max(float(people.sum()), 1.0)


def _network(reach: sparse.csr_array, wanted: FloatArray, room: FloatArray) -> sparse.csr_array:
    """Return the flow network: the source, groups, facilities, the sink."""
    g, m = reach.shape
    pairs = reach.tocoo()
    tails = np.concatenate([np.zeros(g), 1 + pairs.row, 1 + g + np.arange(m)])
    heads = np.concatenate([1 + np.arange(g), 1 + g + pairs.col, np.full(m, 1 + g + m)])
    most = np.concatenate([wanted, np.full(pairs.nnz, LARGEST), np.minimum(room, LARGEST)])
    shape = (g + m + 2, g + m + 2)
    return sparse.csr_array((most.astype(np.int32), (tails, heads)), shape=shape)


def _flow(reach: sparse.csr_array, wanted: FloatArray, room: FloatArray) -> Any:
    network = _network(reach, wanted, room)
    return csgraph.maximum_flow(network, 0, network.shape[0] - 1)


def _cut(
    reach: sparse.csr_array, wanted: FloatArray, room: FloatArray, flow: Any
) -> tuple[Flags, Flags]:
    """Return which groups want more than they get, and which facilities they fill."""
    left = _network(reach, wanted, room).astype(np.int64) - flow.flow
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    found = csgraph.breadth_first_order(left, 0, return_predecessors=False)
    seen = np.zeros(left.shape[0], dtype=np.bool_)
    seen[found] = True
    g = reach.shape[0]
    return seen[1 : g + 1], seen[g + 1 : -1]
