"""Join a city and a walking model: demand points and facilities placed once, queried often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locator.city import City
from locator.geo import IntArray
from locator.walking import Placed, WalkingModel


@dataclass(frozen=True)
class WalkableCity:
    """A city with its walking model, everything placed.

    Attributes
    ----------
    city : City
    model : WalkingModel
    demand : Placed
        The demand points, in the order of ``city.demand``.
    facilities : Placed
        The located facilities (all layers), in the order of ``city.facilities``.
    located : (m,) int array
        Row of ``city.facilities`` for each of `facilities`.
    """

    city: City
    model: WalkingModel
    demand: Placed
    facilities: Placed
    located: IntArray


def walkable(city: City, model: WalkingModel) -> WalkableCity:
    """Return `city` made ready to be walked with `model`."""
    xy = city.facilities[["x", "y"]].to_numpy(dtype=np.float64)
    located = np.flatnonzero(np.isfinite(xy).all(axis=1))
    return WalkableCity(
        city=city,
        model=model,
        demand=model.place(city.demand.xy),
        facilities=model.place(xy[located]),
        located=located,
    )
