"""Read what a scenario adds and moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import geopandas as gpd
import pandas as pd

from locator.analysis.scenario.change import NewSite
from locator.base.echo import cut
from locator.base.errors import N_, InvalidParameterError, NotFoundError
from locator.city.model import City
from locator.library.starts import Starts, located

Added: TypeAlias = Starts | tuple[()]
"""New facilities: places as for walks that start there; a frame may have more columns."""

NO_CHANGE = N_("Say which layer changes, or which of its facilities close, open or move.")
NO_FACILITY = N_("There is no facility {given}.")


def layer_of(city: City, layer: str | None, ids: Iterable[str]) -> str:
    """Return the layer that is said, or that of the first facility that is named.

    Parameters
    ----------
    city : City
    layer : str or None
    ids : iterable of str
        Facilities that close, open or move.

    Returns
    -------
    str

    Raises
    ------
    InvalidParameterError
        Neither a layer nor a facility is said.
    NotFoundError
        There is no such facility.
    """
    if layer is not None:
        return layer
    first = next(iter(ids), None)
    if first is None:
        raise InvalidParameterError(NO_CHANGE, parameter="layer")
    return str(_facility(city, first)["layer"])


def new_sites(city: City, add: Added) -> tuple[NewSite, ...]:
    """Return the facilities that are added.

    Parameters
    ----------
    city : City
    add : Added

    Returns
    -------
    tuple of NewSite
        With the places and the name that a frame says.
    """
    if isinstance(add, tuple) and not add:
        return ()
    points = located(city, add).geometry
    said = add if isinstance(add, gpd.GeoDataFrame) else pd.DataFrame(index=points.index)
    rows = [{name: row.get(name) for name in ("places", "name")} for _, row in said.iterrows()]
    return tuple(
        NewSite(
            lon=point.x,
            lat=point.y,
            places=None if pd.isna(row["places"]) else int(row["places"]),
            name="" if pd.isna(row["name"]) else str(row["name"]),
        )
        for point, row in zip(points, rows, strict=True)
    )


def moved_sites(city: City, move: Mapping[str, Starts]) -> tuple[NewSite, ...]:
    """Return facilities where they move to, with the names and the places that they have.

    Parameters
    ----------
    city : City
    move : mapping of str to place

    Returns
    -------
    tuple of NewSite

    Raises
    ------
    NotFoundError
        There is no such facility.
    """
    sites = []
    for one, start in move.items():
        facility, point = _facility(city, one), located(city, start).geometry.iloc[0]
        places = facility["places"]
        sites.append(
            NewSite(
                lon=point.x,
                lat=point.y,
                places=None if pd.isna(places) else int(places),
                name=str(facility["name"]),
            )
        )
    return tuple(sites)


def _facility(city: City, one: str) -> Mapping[str, Any]:
    if one not in city.facilities.index:
        raise NotFoundError(NO_FACILITY, parameter="close", given=cut(str(one)))
    found: dict[str, Any] = city.facilities.loc[one].to_dict()
    return found
