"""Say how far it is on foot: one interface, two models (estimate and street network)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from locator.base.geo import FloatArray, IntArray

ModelName = Literal["estimate", "network"]


@dataclass(frozen=True)
class SnappedPoints:
    """Points made ready for a walking model, n in all.

    Attributes
    ----------
    xy : (n, 2) float array
        Metres in the city's metric CRS.
    extra : mapping of str to (n, ...) arrays
        What the model needs to know of each point: its bank for the estimate; edge, offsets and
        the distance to the street for the network. Opaque to everyone else.
    """

    xy: FloatArray
    extra: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.xy)

    def take(self, index: IntArray | slice) -> SnappedPoints:
        """Return the points at `index`, in that order."""
        return SnappedPoints(
            self.xy[index], {key: value[index] for key, value in self.extra.items()}
        )


class FarWalks(NamedTuple):
    """Walks from some origins to all targets.

    Attributes
    ----------
    rows : int array or slice
        Which of the origins, o in all.
    walk_m : (o, t) float array
        Metres; nobody else has it, so it may be written to.
    known_m : float
        Walks so long are all told; beyond, they may be ``inf``.
    """

    rows: IntArray | slice
    walk_m: FloatArray
    known_m: float


@dataclass(frozen=True)
class Walk:
    """One walk from an origin to a facility.

    Attributes
    ----------
    xy : (m, 2) float array
        The line walked, metres in the metric CRS; for the estimate the straight line or the line
        through the crossing.
    walk_m : float
        Length on foot in metres (the model's, not the length of the drawn line).
    via : tuple of str
        In order: the crossing for the estimate, the streets for the network.
    """

    xy: FloatArray
    walk_m: float
    via: tuple[str, ...] = ()


class WalkingModel(Protocol):
    """What every walking model can do. Distances are metres; unreachable is ``inf``."""

    @property
    def name(self) -> ModelName:
        """``"estimate"`` or ``"network"``; stands in every answer."""

    def snap(self, xy: FloatArray) -> SnappedPoints:
        """Make (n, 2) metric points ready."""

    def walk_m(
        self, origin: SnappedPoints, targets: SnappedPoints, *, limit_m: float = np.inf
    ) -> FloatArray:
        """Return (n,) metres from one origin to each target; ``inf`` beyond `limit_m`."""

    def walk_matrix_m(
        self, origins: SnappedPoints, targets: SnappedPoints, *, limit_m: float = np.inf
    ) -> FloatArray:
        """Return (o, t) metres from each origin to each target; ``inf`` beyond `limit_m`.

        The same as `walk_m` of each origin, sooner where they lie near each other.
        """

    def far_walks(
        self, origins: SnappedPoints, targets: SnappedPoints, *, up_to_m: FloatArray
    ) -> Iterator[FarWalks]:
        """Yield the metres from some origins to each target, until all had their turn.

        Each row is known as far as (o,) `up_to_m` or farther; beyond, it may be ``inf``. To the
        millimetre: for sums of many walks, not to draw a line between them.
        """

    def k_nearest_m(self, origin: SnappedPoints, targets: SnappedPoints, *, k: int) -> FloatArray:
        """Return (n,) metres to the `k` nearest targets at least; ``inf`` for those farther.

        Nothing that is ``inf`` is nearer than what is not.
        """

    def knows_all(self, targets: SnappedPoints) -> bool:
        """Tell whether the walks to all targets are known without a search, wherever it starts."""

    def nearest(
        self, demand: SnappedPoints, facilities: SnappedPoints
    ) -> tuple[FloatArray, IntArray]:
        """Return, for each demand point, (n,) metres to the nearest facility and its index.

        With no facilities at all: ``inf`` and -1 everywhere.
        """

    def few_nearest(
        self, demand: SnappedPoints, facilities: SnappedPoints, *, k: int
    ) -> tuple[IntArray, FloatArray]:
        """Return, for each demand point, (n, c) facilities and the metres to them.

        The `k` nearest are among them. One may stand there twice, its nearest walk once; a place
        that is left over has -1 and ``inf``.
        """

    def walk(self, origin: SnappedPoints, target: SnappedPoints) -> Walk:
        """Return the walk from one origin to one target."""

    def walks(self, origin: SnappedPoints, targets: SnappedPoints) -> list[Walk]:
        """Return the walk from one origin to each target, as `walk` does."""

    def via(self, origin: SnappedPoints, targets: SnappedPoints) -> list[tuple[str, ...]]:
        """Return what the walk to each target goes over or along, as `Walk.via` without a line."""
