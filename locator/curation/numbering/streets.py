"""Bring the names of streets to one form: those of ways, of addresses, and the official ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from rapidfuzz.distance import OSA

from locator.base.geo import FloatArray
from locator.geocoding.names import STREET, Name, name_fits, parse_name, spelt

ESTATE = "osiedle"

ONE_STREET_M = 150.0
"""Two ways to write a name are one street where they lie this near to each other."""

MISSPELT = 2
"""Letters by which the name of an address may differ from the only street there that is like it."""

Lines = npt.NDArray[Any]


def is_estate(label: str) -> bool:
    """Tell whether a name is that of an estate, whose numbers follow no street."""
    return parse_name(label).kind == ESTATE


def one_label(names: Sequence[str], lines: Lines) -> dict[str, str]:
    """Return, for each name of a way, the label of its street.

    "Aleja generała Jana Skrzyneckiego" and "Aleja Generała Jana Skrzyneckiego" are one street, a
    name with and without its title too where the ways lie near each other; names of different
    letters ("Sadowa", "Sądowa") never are.
    """
    ways: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names):
        ways[name].append(row)
    alike: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for name in sorted(ways, key=lambda text: (-len(text), text)):
        alike[_kind(parse_name(name)), spelt(name)].append(name)
    whole = {name: shapely.multilinestrings(lines[rows]) for name, rows in ways.items()}
    labels: dict[str, str] = {}
    for group in alike.values():
        kept: list[str] = []
        for name in group:
            near = (k for k in kept if shapely.distance(whole[k], whole[name]) < ONE_STREET_M)
            labels[name] = next(near, name)
            kept += [name] * (labels[name] == name)
    return labels


def _kind(name: Name) -> str:
    # A street and an avenue of one name are one: sources do not agree on that word.
    return STREET if name.kind in (None, "aleja") else name.kind


def street_of_addresses(
    addresses: Mapping[str, FloatArray],
    labels: Sequence[str],
    distance: Callable[[str, FloatArray], float],
) -> dict[str, str]:
    """Return, for each street name of the known addresses, the label it stands for.

    A name that is no label stands for the one street near its points that it may be a shorter or
    longer form of, or that differs by at most `MISSPELT` letters or by all but the surname; else
    it is a street of its own, known by its houses only. Estates keep their names.

    Parameters
    ----------
    addresses : mapping of str to (n, 2) float array
        Points in metres by street name.
    labels : sequence of str
        Names of the streets on the ground.
    distance : callable
        Median metres from points to the street of a label.
    """
    by_core: dict[tuple[str, ...], list[str]] = defaultdict(list)
    by_last: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        core = parse_name(label).core
        by_core[core].append(label)
        by_last[core[-1] if core else ""].append(label)
    found: dict[str, str] = {}
    for name, points in addresses.items():
        core = parse_name(name).core
        if name in labels or not core:
            found[name] = name
        elif is_estate(name):
            found[name] = "Osiedle " + name.removeprefix("Osiedle ").removeprefix("Osiedle ")
        else:
            forms = by_core.get(core) or [
                label
                for label in by_last[core[-1]]
                if name_fits(core, parse_name(label).core)
                or name_fits(parse_name(label).core, core)
            ]
            near = [label for label in forms if distance(label, points) < ONE_STREET_M]
            near = near if len(near) == 1 else _like(core, labels, points, distance)
            found[name] = near[0] if len(near) == 1 else name
    return found


def _like(
    core: tuple[str, ...],
    labels: Iterable[str],
    points: FloatArray,
    distance: Callable[[str, FloatArray], float],
) -> list[str]:
    text = " ".join(core)
    likely = []
    for label in labels:
        other = parse_name(label).core
        if not other:
            continue
        same_end = OSA.distance(core[-1], other[-1], score_cutoff=1) <= 1
        same_words = sorted(core) == sorted(other)
        if same_end or same_words or OSA.distance(text, " ".join(other)) <= MISSPELT:
            likely.append(label)
    return [label for label in likely if distance(label, points) < ONE_STREET_M]


def official_form(official: Iterable[str], labels: Collection[str]) -> dict[str, list[str]]:
    """Return, for each official name, the labels that may be the same street.

    An official name gives the surname only ("Sienkiewicza" for "Henryka Sienkiewicza"); its last
    word has to be written with the same letters.
    """
    by_last: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        words = spelt(label)
        by_last[words[-1] if words else ""].append(label)
    found: dict[str, list[str]] = {}
    for name in official:
        words = spelt(name)
        if words:
            core = parse_name(name).core
            fit = [label for label in by_last[words[-1]] if _same(core, parse_name(label).core)]
            found[name] = fit
    return found


def _same(official: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return name_fits(official, known) or sorted(official) == sorted(known)


def middle_of(geometry: Any) -> FloatArray:
    """Return the point of a street's geometry that is nearest to its centre of gravity."""
    line = shapely.shortest_line(geometry, shapely.centroid(geometry))
    return np.asarray(shapely.get_coordinates(line)[0], dtype=np.float64)
