"""Join a city and a walking model: demand points and facilities snapped once, queried often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from itertools import count
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from locator.base.geo import FloatArray, IntArray
from locator.base.memory import Memory
from locator.city.completeness import completeness
from locator.city.model import City
from locator.city.register import by_register
from locator.city.usability import centre_codes, is_assumed, is_usable
from locator.walking import SnappedPoints, WalkingModel

P = ParamSpec("P")
R = TypeVar("R")

_NUMBERS = count()


@dataclass(frozen=True, eq=False)
class WalkableCity:
    """A city with its walking model, everything snapped. Two are equal only if they are one.

    Attributes
    ----------
    city : City
    model : WalkingModel
    facilities : SnappedPoints
        The located facilities (all layers), in the order of ``city.facilities``; without those
        on vehicles that are assumed (`locator.city.usability.is_assumed`).
    located : (m,) int array
        Row of ``city.facilities`` for each of `facilities`, ascending.
    memory : Memory
        What was answered lately (see `remembered`); may be shared with other cities.
    number : int
        Tells its answers from those of the others.
    """

    city: City
    model: WalkingModel
    facilities: SnappedPoints
    located: IntArray
    memory: Memory = field(default_factory=Memory, repr=False)
    number: int = field(default_factory=_NUMBERS.__next__, init=False, repr=False)

    @cached_property
    def demand(self) -> SnappedPoints:
        """The demand points, in the order of ``city.demand``; snapped when first asked for."""
        return self.model.snap(self.city.demand.xy)

    @cached_property
    def stop_xy(self) -> FloatArray:
        """(s, 2) metres of ``city.stops``, in their order."""
        return self.city.projection.to_metric(self.city.stops[["lon", "lat"]].to_numpy(np.float64))

    @cached_property
    def located_rows(self) -> Mapping[str, IntArray]:
        """Rows of ``city.facilities`` that have a point, by layer."""
        layer = self.city.facilities["layer"].to_numpy(dtype=object)[self.located]
        return {name: self.located[layer == name] for name in self.city.catalogue.layers}

    @cached_property
    def usable_rows(self) -> Mapping[str, IntArray]:
        """Of `located_rows`, those that a person can use (`locator.city.usability`)."""
        usable = is_usable(self.city.facilities)
        return {name: rows[usable[rows]] for name, rows in self.located_rows.items()}

    @cached_property
    def centre(self) -> IntArray:
        """For each row of ``city.facilities`` a number shared by the sites of one centre."""
        return centre_codes(self.city.facilities)

    @cached_property
    def completeness(self) -> pd.DataFrame:
        """What is listed, located and open of each layer (`locator.city.completeness`)."""
        return completeness(self.city)

    @cached_property
    def by_register(self) -> WalkableCity:
        """The same with as many people as the city's register has (`locator.city.register`)."""
        return replace(self, city=by_register(self.city))

    def snapped(self, rows: IntArray) -> SnappedPoints:
        """Return the located `rows` of ``city.facilities``, ready for the model."""
        return self.facilities.take(np.searchsorted(self.located, rows))


def walkable(city: City, model: WalkingModel, *, memory: Memory | None = None) -> WalkableCity:
    """Return `city` made ready to be walked with `model`.

    Parameters
    ----------
    city : City
    model : WalkingModel
    memory : Memory, optional
        Where answers are remembered; a new one by default.

    Returns
    -------
    WalkableCity
        Facilities on vehicles that are assumed are left out, as are those without a place.
    """
    xy = city.facilities[["x", "y"]].to_numpy(dtype=np.float64)
    assumed = city.facilities["vehicle"].map(is_assumed).to_numpy(dtype=np.bool_)
    located = np.flatnonzero(np.isfinite(xy).all(axis=1) & ~assumed)
    return WalkableCity(
        city=city,
        model=model,
        facilities=model.snap(xy[located]),
        located=located,
        memory=Memory() if memory is None else memory,
    )


def remembered(
    function: Callable[Concatenate[WalkableCity, P], R],
) -> Callable[Concatenate[WalkableCity, P], R]:
    """Remember the latest answers of a function of a city, in that city's memory.

    The city forgets them, or goes with them; arguments have to be hashable.

    Parameters
    ----------
    function : callable
        Takes a `WalkableCity` first; the same arguments have to give the same answer.

    Returns
    -------
    callable
        Takes what `function` takes.
    """

    @wraps(function)
    def asked(walkable_city: WalkableCity, /, *args: P.args, **kwargs: P.kwargs) -> R:
        question = (walkable_city.number, function.__qualname__, args, *sorted(kwargs.items()))
        return walkable_city.memory.get(question, lambda: function(walkable_city, *args, **kwargs))

    return asked


@remembered
def nearest_facilities(
    walkable_city: WalkableCity, rows: tuple[int, ...]
) -> tuple[FloatArray, IntArray]:
    """Return how far each demand point walks to the nearest of some facilities, and to which.

    The answer for a set is remembered, so that another pace, group or standard costs nothing.

    Parameters
    ----------
    walkable_city : WalkableCity
    rows : tuple of int
        Rows of ``walkable_city.city.facilities``, ascending; those that are not located serve
        nobody.

    Returns
    -------
    walk_m : (n,) float array, read-only
        Metres for each demand point; ``inf`` where none can be reached.
    row : (n,) int array, read-only
        The serving row of ``walkable_city.city.facilities``; -1 where there is none.
    """
    chosen = np.flatnonzero(np.isin(walkable_city.located, rows))
    walk_m, index = walkable_city.model.nearest(
        walkable_city.demand, walkable_city.facilities.take(chosen)
    )
    row = np.where(index >= 0, np.append(walkable_city.located[chosen], -1)[index], -1)
    for shared in (walk_m, row):
        shared.setflags(write=False)
    return walk_m, row
