"""Join a city and a walking model: demand points and facilities snapped once, queried often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from itertools import count
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from scipy import sparse

from locator.base.geo import Flags, FloatArray, IntArray
from locator.base.memory import Memory
from locator.city.completeness import completeness
from locator.city.facility_filter import EVERYTHING, FacilityFilter, Fit, fit
from locator.city.model import City
from locator.city.register import by_register
from locator.city.usability import centre_codes, is_assumed
from locator.walking import SnappedPoints, WalkingModel
from locator.walking.reach_matrix import reach

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
    which : FacilityFilter
        Which facilities count (`choosing`); the others are in `city` and serve nobody.
    unfiltered : WalkableCity or None
        The same where all count; None where they do here.
    """

    city: City
    model: WalkingModel
    facilities: SnappedPoints
    located: IntArray
    memory: Memory = field(default_factory=Memory, repr=False)
    number: int = field(default_factory=_NUMBERS.__next__, init=False, repr=False)
    which: FacilityFilter = EVERYTHING
    unfiltered: WalkableCity | None = field(default=None, repr=False)

    @property
    def everything(self) -> WalkableCity:
        """The same where all facilities count."""
        return self if self.unfiltered is None else self.unfiltered

    def choosing(self, which: FacilityFilter) -> WalkableCity:
        """Return the same where only some facilities count, whatever was chosen before.

        This is where facilities are chosen: who counts asks for `usable_rows`, `usable` and
        `undetermined`, and knows of no filter.
        """
        everything = self.everything
        return replace(everything, which=which, unfiltered=everything) if which else everything

    @cached_property
    def fit(self) -> Fit:
        """Which rows of ``city.facilities`` fit what is chosen, usable or not."""
        every, which = self.everything, self.which
        return every.memory.get((every.number, "fit", which), lambda: fit(every.city, which))

    @cached_property
    def usable(self) -> Flags:
        """For each row of ``city.facilities`` whether a person can use it and it is chosen."""
        return self.city.usable & self.fit.known

    @cached_property
    def undetermined(self) -> Flags:
        """For each row of ``city.facilities`` whether it would count if more were known of it."""
        return self.city.usable & self.fit.unknown

    @cached_property
    def demand(self) -> SnappedPoints:
        """The demand points, in the order of ``city.demand``; snapped when first asked for."""
        if self.unfiltered is not None:
            return self.unfiltered.demand
        return self.model.snap(self.city.demand.xy)

    @cached_property
    def stop_xy(self) -> FloatArray:
        """(s, 2) metres of ``city.stops``, in their order."""
        return self.city.projection.to_metric(self.city.stops[["lon", "lat"]].to_numpy(np.float64))

    @cached_property
    def located_rows(self) -> Mapping[str, IntArray]:
        """Rows of ``city.facilities`` that have a point, by layer."""
        if self.unfiltered is not None:
            return self.unfiltered.located_rows
        layer = self.city.facilities["layer"].to_numpy(dtype=object)[self.located]
        return {name: self.located[layer == name] for name in self.city.catalogue.layers}

    @cached_property
    def usable_rows(self) -> Mapping[str, IntArray]:
        """Of `located_rows`, those that a person can use (`locator.city.usability`) and that are
        chosen.
        """
        return {name: rows[self.usable[rows]] for name, rows in self.located_rows.items()}

    @cached_property
    def centre(self) -> IntArray:
        """For each row of ``city.facilities`` a number shared by the sites of one centre."""
        if self.unfiltered is not None:
            return self.unfiltered.centre
        return centre_codes(self.city.facilities)

    @cached_property
    def completeness(self) -> pd.DataFrame:
        """What is listed, located and open of each layer, chosen or not
        (`locator.city.completeness`).
        """
        return completeness(self.city) if self.unfiltered is None else self.unfiltered.completeness

    @cached_property
    def by_register(self) -> WalkableCity:
        """The same with as many people as the city's register has (`locator.city.register`)."""
        if self.unfiltered is not None:
            return self.unfiltered.by_register.choosing(self.which)
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

    The city forgets them, or goes with them; arguments have to be hashable. The function is asked
    of the city where all facilities count, whatever is chosen, so that its answers are shared.

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
        city = walkable_city.everything
        question = (city.number, function.__qualname__, args, *sorted(kwargs.items()))
        return city.memory.get(question, lambda: function(city, *args, **kwargs))

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


def walks_to_rows(
    walkable_city: WalkableCity, layer: str, rows: IntArray, *, limit_m: float
) -> sparse.csc_array:
    """Return the walks of at most `limit_m` to some located facilities of a layer.

    Those to all of the layer are remembered, so that others of them cost nothing.

    Parameters
    ----------
    walkable_city : WalkableCity
    layer : str
    rows : (m,) int array
        Rows of ``walkable_city.city.facilities``.
    limit_m : float

    Returns
    -------
    (n, m) csc_array
        Metres; what is not stored is farther.
    """
    column = np.searchsorted(walkable_city.everything.located_rows[layer], rows)
    return _layer_walks(walkable_city, layer, limit_m)[:, column]


@remembered
def _layer_walks(walkable_city: WalkableCity, layer: str, limit_m: float) -> sparse.csc_array:
    facilities = walkable_city.snapped(walkable_city.located_rows[layer])
    return reach(walkable_city.model, walkable_city.demand, facilities, limit_m=limit_m)
