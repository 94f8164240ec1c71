"""Hold a change to a layer as data, and check that it makes sense in its city."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from locator.analysis.access.counted import counted_rows
from locator.analysis.siting.solve import PLANNED
from locator.base.echo import cut
from locator.base.errors import N_, InvalidParameterError, NotFoundError, OutsideCityError
from locator.base.geo import FloatArray, in_city
from locator.city.facility_filter import EVERYTHING, FacilityFilter
from locator.city.register import PeopleFrom
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity, remembered

MAX_SITES = 20
MAX_PLACES = 5000
MAX_NAME, MAX_NOTE = 80, 600
RIVER_M = 30.0
"""A site nearer than this to the middle of the river is taken to lie in it."""


@dataclass(frozen=True)
class NewSite:
    """A facility that a scenario adds.

    Attributes
    ----------
    lon, lat : float
        WGS84.
    places : int or None
        Its capacity; None where only walking counts.
    name : str
    opens : str
        When it is to open: an ISO 8601 text, maybe reduced to a month or a year; empty where
        nobody said.
    """

    lon: float
    lat: float
    places: int | None = None
    name: str = ""
    opens: str = ""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A change to one layer, as data.

    Attributes
    ----------
    layer : str
    open, close : tuple of str
        Ids of facilities of the layer.
    planned : bool
        Open everything that is being built, modernised or planned.
    add : tuple of NewSite
    minutes, pace_m_s : float or None
        The standard and the pace after the change; None leaves them.
    group : str or None
        Whose coverage counts; None means the layer's group.
    name, note : str
        What people call it and say of it; of no account for what it does.
    which : FacilityFilter
        Which facilities count, before and after; sites that are added always do.
    profile : str
        Whose ways are walked; who asks sees to it that the city is walked so.
    people : str
        Whose count of the people holds, before and after.
    """

    layer: str
    open: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    planned: bool = False
    add: tuple[NewSite, ...] = ()
    minutes: float | None = None
    pace_m_s: float | None = None
    group: str | None = None
    name: str = field(default="", compare=False)
    note: str = field(default="", compare=False)
    which: FacilityFilter = EVERYTHING
    profile: Profile = "foot"
    people: PeopleFrom = "census"

    @property
    def changes_nothing(self) -> bool:
        """Whether before and after are the same question."""
        sites = (self.open, self.close, self.add, self.planned)
        return not any(sites) and self.minutes is None and self.pace_m_s is None


def rows_of(walkable_city: WalkableCity, ids: Iterable[str]) -> set[int]:
    """Return the rows of ``city.facilities`` that have some ids.

    Parameters
    ----------
    walkable_city : WalkableCity
    ids : iterable of str

    Returns
    -------
    set of int
    """
    return {int(walkable_city.city.facilities.index.get_loc(one)) for one in ids}


def _facility(
    walkable_city: WalkableCity, scenario: Scenario, one: str, parameter: str
) -> dict[str, Any]:
    facilities = walkable_city.city.facilities
    if one not in facilities.index:
        raise NotFoundError(
            N_("There is no facility {given}."), parameter=parameter, given=cut(one)
        )
    found: dict[str, Any] = facilities.loc[one].to_dict()
    if found["layer"] != scenario.layer:
        raise InvalidParameterError(
            N_("{given} belongs to the layer {other}, not to {layer}."),
            parameter=parameter,
            given=one,
            other=found["layer"],
            layer=scenario.layer,
        )
    return found


def to_open(
    walkable_city: WalkableCity, scenario: Scenario
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids that open, and those of them that are not on the map.

    Parameters
    ----------
    walkable_city : WalkableCity
    scenario : Scenario

    Returns
    -------
    tuple of str
        Those that are on the map.
    tuple of str
        Those that are not, and so can serve nobody yet.

    Raises
    ------
    NotFoundError
        A facility that is not there.
    InvalidParameterError
        One of another layer, or one that is open already.
    """
    facilities = walkable_city.city.facilities
    wanted = list(scenario.open)
    if scenario.planned:
        planned = (facilities["layer"] == scenario.layer) & facilities["status"].isin(PLANNED)
        wanted += facilities.index[planned].tolist()
    located: list[str] = []
    missing: list[str] = []
    for one in dict.fromkeys(wanted):
        found = _facility(walkable_city, scenario, one, "open")
        if found["status"] == "open":
            raise InvalidParameterError(N_("{given} is open already."), parameter="open", given=one)
        (located if np.isfinite(found["x"]) else missing).append(one)
    return tuple(located), tuple(missing)


def to_close(walkable_city: WalkableCity, scenario: Scenario) -> tuple[str, ...]:
    """Return the ids that close, each checked.

    Parameters
    ----------
    walkable_city : WalkableCity
    scenario : Scenario

    Returns
    -------
    tuple of str

    Raises
    ------
    NotFoundError
        A facility that is not there.
    InvalidParameterError
        One of another layer, one that is not open and on the map, or one that opens as well.
    """
    # One that is not chosen may be closed, too: that changes nothing.
    usable = set(counted_rows(walkable_city.everything, scenario.layer))
    for one in scenario.close:
        _facility(walkable_city, scenario, one, "close")
        if not rows_of(walkable_city, [one]) <= usable:
            raise InvalidParameterError(
                N_("{given} cannot be closed: it is not open, or not on the map."),
                parameter="close",
                given=one,
            )
        if one in scenario.open:
            raise InvalidParameterError(
                N_("{given} cannot both open and close."), parameter="close", given=one
            )
    return tuple(dict.fromkeys(scenario.close))


def site_points(walkable_city: WalkableCity, sites: tuple[NewSite, ...]) -> FloatArray:
    """Return the (e, 2) metric points of the new sites, each checked.

    Parameters
    ----------
    walkable_city : WalkableCity
    sites : tuple of NewSite

    Returns
    -------
    array of float, shape (e, 2)
        In the order of `sites`.

    Raises
    ------
    InvalidParameterError
        Too many sites, one in the river, or one with too few or too many places.
    OutsideCityError
        A site outside the city.
    """
    if len(sites) > MAX_SITES:
        raise InvalidParameterError(
            N_("At most {most} sites can be added; {count} were given."),
            parameter="add",
            most=MAX_SITES,
            count=len(sites),
        )
    river = _river(walkable_city)
    xy = walkable_city.city.projection.to_metric(
        np.array([[site.lon, site.lat] for site in sites]).reshape(-1, 2)
    )
    for site, at in zip(sites, xy, strict=True):
        if site.places is not None and not 0 < site.places <= MAX_PLACES:
            raise InvalidParameterError(
                N_("A site has from 1 to {most} places; given: {given}."),
                parameter="add",
                most=MAX_PLACES,
                given=site.places,
            )
        if not in_city(walkable_city.city.boundary, site.lon, site.lat):
            raise OutsideCityError(
                N_("The site at {lat}, {lon} lies outside the city."),
                parameter="add",
                lat=f"{site.lat:.5f}",
                lon=f"{site.lon:.5f}",
            )
        if river is not None and river.distance(shapely.Point(at)) < RIVER_M:
            raise InvalidParameterError(
                N_("The site at {lat}, {lon} lies in the river; choose a place on a bank."),
                parameter="add",
                lat=f"{site.lat:.5f}",
                lon=f"{site.lon:.5f}",
            )
    return xy


@remembered
def _river(walkable_city: WalkableCity) -> Any | None:
    """Return the line that the two banks share, metric; None without a river."""
    river = walkable_city.city.catalogue.river
    if river is None:
        return None
    outlines = walkable_city.city.districts.geometry.to_crs(walkable_city.city.projection.crs)
    banks = [
        shapely.union_all(outlines.loc[list(numbers)].to_numpy())
        for numbers in (river.bank_a, river.bank_b)
    ]
    return shapely.intersection(banks[0].boundary, banks[1].boundary)
