"""Plan in which passes an extract is cut into units.

A pass reads one file and writes the parts of it that lie in up to `FAN` boxes; the parts are cut
further until a box is that of one unit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from locator.base.geo import Box

FAN = 16
"""So many parts are written in one pass: each has a file open and a buffer of its own."""

CUT_AS = 1
"""Number of the way in which files are cut (`locator.country.cutting`): one more, and kept ones are
cut again."""


@dataclass(frozen=True)
class Part:
    """One part of a file.

    Attributes
    ----------
    target : Path
        Its name has the digest of all that it depends on: where it is, it is right.
    box : (west, south, east, north)
        What reaches into it belongs to it.
    """

    target: Path
    box: Box


@dataclass(frozen=True)
class Pass:
    """One reading of a file.

    Attributes
    ----------
    source : Path
    parts : tuple of Part
    finishing : bool
        The parts are those of units: with their nodes, as any program reads them.
    first : bool
        The source is an extract as it was given.
    """

    source: Path
    parts: tuple[Part, ...]
    finishing: bool
    first: bool


def passes(
    source: Path, digest: str, units: Sequence[tuple[str, Box]], *, folder: Path
) -> tuple[list[Pass], dict[str, Path]]:
    """Return how a file is cut into units, outermost passes first, and where each will be.

    Units that lie together go together: the boxes are halved along their longer side until there
    are as many groups as one pass can write.

    Parameters
    ----------
    source : Path
        Extract.
    digest : str
        Of the extract and of whatever else decides what is cut.
    units : sequence of (code, box)
    folder : Path
        Where the parts go.

    Returns
    -------
    list of Pass, dict of str to Path
    """
    made: list[Pass] = []
    targets: dict[str, Path] = {}

    def plan(file: Path, key: str, inside: Sequence[tuple[str, Box]], *, first: bool) -> None:
        if len(inside) <= FAN:
            parts = []
            for code, box in inside:
                name = f"{code}.{_key(key, [box])}.osm.pbf"
                targets[code] = folder / name
                parts.append(Part(folder / name, box))
            made.append(Pass(file, tuple(parts), finishing=True, first=first))
            return
        groups = [(_key(key, [box for _, box in one]), one) for one in _groups(inside)]
        parts = [
            Part(folder / f"group.{name}.osm.pbf", outer_box(box for _, box in one))
            for name, one in groups
        ]
        made.append(Pass(file, tuple(parts), finishing=False, first=first))
        for part, (name, one) in zip(parts, groups, strict=True):
            plan(part.target, name, one, first=False)

    plan(source, digest, units, first=True)
    return made, targets


def _key(above: str, boxes: Sequence[Box]) -> str:
    return hashlib.sha256(f"{CUT_AS} {above} {sorted(boxes)}".encode()).hexdigest()[:20]


def _groups(units: Sequence[tuple[str, Box]]) -> list[list[tuple[str, Box]]]:
    """Return at most `FAN` groups of neighbours, about equally large."""
    groups = [list(units)]
    while len(groups) < FAN and max(map(len, groups)) > FAN:
        largest = max(groups, key=len)
        groups.remove(largest)
        middle = np.array([((w + e) / 2, (s + n) / 2) for _, (w, s, e, n) in largest])
        order = np.argsort(middle[:, int(np.ptp(middle, axis=0).argmax())], kind="stable")
        half = len(order) // 2
        groups += [[largest[i] for i in part] for part in (order[:half], order[half:])]
    return groups


def outer_box(boxes: Iterable[Box]) -> Box:
    """Return the box that holds all of some boxes.

    Parameters
    ----------
    boxes : iterable of (west, south, east, north)
        One at least.

    Returns
    -------
    (west, south, east, north)
    """
    west, south, east, north = np.array([*boxes]).T
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())
