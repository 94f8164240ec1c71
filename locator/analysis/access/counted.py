"""Tell which facilities of a layer count, and how many of them a filter leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from locator.base.geo import Flags
from locator.city.facility_filter import FacilityFilter
from locator.city.history import Standing, standing
from locator.walking.walkable_city import WalkableCity, remembered


@dataclass(frozen=True)
class FilterCount:
    """How many facilities of a layer a filter lets count, a centre with several sites once.

    Attributes
    ----------
    which : FacilityFilter
    counted : int
        On the map and known to fit.
    barred, undetermined : int
        Usable, on the map or not: known not to fit; of which nobody knows, so that they do not
        count either.
    """

    which: FacilityFilter
    counted: int
    barred: int
    undetermined: int


def counted_rows(walkable_city: WalkableCity, layer: str) -> tuple[int, ...]:
    """Return the facilities that count for the coverage of a layer: usable, located and chosen.

    Parameters
    ----------
    walkable_city : WalkableCity
    layer : str
        Id.

    Returns
    -------
    tuple of int
        Rows of ``walkable_city.city.facilities``, ascending.
    """
    return tuple(walkable_city.usable_rows[layer].tolist())


def counted_facilities(walkable_city: WalkableCity, rows: tuple[int, ...]) -> int:
    """Return how many facilities the sites in `rows` are, a centre counted once."""
    return len(np.unique(walkable_city.centre[list(rows)]))


def standing_rows(
    walkable_city: WalkableCity, layer: str, at: date
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return which located and chosen facilities of a layer stood on a day.

    Parameters
    ----------
    walkable_city : WalkableCity
    layer : str
        Id.
    at : date

    Returns
    -------
    tuple of int
        Rows of those that surely stood.
    tuple of int
        Rows of those that may have.
    """
    located, then = walkable_city.located_rows[layer], _standing(walkable_city, at)
    located = located[walkable_city.fit.known[located]]
    sure, possible = (located[flags[located]] for flags in (then.sure, then.possible))
    return tuple(sure.tolist()), tuple(possible.tolist())


@remembered
def _standing(walkable_city: WalkableCity, at: date) -> Standing:
    return standing(walkable_city.city, at)


def filter_count_of(walkable_city: WalkableCity, layers: Iterable[str]) -> FilterCount:
    """Return how many facilities of some layers count, and how many a filter leaves out.

    Parameters
    ----------
    walkable_city : WalkableCity
        With what is chosen.
    layers : iterable of str
        Ids, each once.

    Returns
    -------
    FilterCount
    """
    counts = [filter_count(walkable_city, layer) for layer in layers]
    return FilterCount(
        which=walkable_city.which,
        counted=sum(one.counted for one in counts),
        barred=sum(one.barred for one in counts),
        undetermined=sum(one.undetermined for one in counts),
    )


def filter_count(
    walkable_city: WalkableCity,
    layer: str,
    rows: tuple[int, ...] | None = None,
    *,
    at: date | None = None,
) -> FilterCount:
    """Return how many facilities of a layer count, and how many a filter leaves out.

    Parameters
    ----------
    walkable_city : WalkableCity
        With what is chosen.
    layer : str
        Id.
    rows : tuple of int, optional
        Those that count; by default `counted_rows`.
    at : date, optional
        Of those that may have stood on this day.

    Returns
    -------
    FilterCount
    """
    rows = counted_rows(walkable_city, layer) if rows is None else rows
    fit, centre = walkable_city.fit, walkable_city.centre
    usable: Flags = walkable_city.city.usable
    if at is not None:
        usable = _standing(walkable_city, at).possible
    usable = usable & walkable_city.city.facilities["layer"].eq(layer).to_numpy()
    chosen = np.unique(centre[usable & fit.known])
    undetermined = len(np.setdiff1d(centre[usable & fit.unknown], chosen))
    barred = len(np.unique(centre[usable])) - len(chosen) - undetermined
    counted = counted_facilities(walkable_city, rows)
    return FilterCount(walkable_city.which, counted, barred, undetermined)
