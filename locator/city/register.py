"""Count the people of a city by its own register instead of the census.

The register knows a number for each district. A district's people of the census, of every age group
alike, are scaled to it; where they live inside the district stays as the census has it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from locator.base.errors import N_, NotComputableError
from locator.base.geo import FloatArray
from locator.city.model import City, spread_people
from locator.city.population import EVERYONE

PeopleFrom = Literal["census", "register"]

NO_REGISTER = N_("How many people the city's register has in each district is not on file.")


def census_by_district(city: City) -> FloatArray:
    """Return all residents of the census in each row of ``city.districts``.

    Parameters
    ----------
    city : City
        With the people of the census.

    Returns
    -------
    (d,) float array
    """
    demand = city.demand
    everyone = [
        group for group in city.catalogue.groups.values() if group.column == EVERYONE.column
    ]
    if everyone and everyone[0].factor > 0:
        people = demand.people[everyone[0].id] / everyone[0].factor
    else:
        spread = spread_people(city, {EVERYONE.id: EVERYONE}, city.dwellings)
        people = spread.people[EVERYONE.id]
    counted: FloatArray = np.bincount(
        city.district_rows, weights=people, minlength=len(city.districts)
    ).astype(np.float64)
    return counted


def residents_by_district(city: City) -> FloatArray:
    """Return the residents of the register in each row of ``city.districts``; NaN where unknown.

    Parameters
    ----------
    city : City

    Returns
    -------
    (d,) float array
    """
    residents = city.districts["residents"].astype("Float64")
    known: FloatArray = residents.to_numpy(np.float64, na_value=np.nan)
    return known


def register_ratios(city: City) -> FloatArray:
    """Return people of the register for each one of the census, by row of ``city.districts``.

    It is 1 where the register says nothing, or the census has nobody.

    Parameters
    ----------
    city : City
        With the people of the census.

    Returns
    -------
    (d,) float array
    """
    counted, residents = census_by_district(city), residents_by_district(city)
    ratio = np.divide(residents, counted, out=np.ones(len(counted)), where=counted > 0)
    return np.where(np.isnan(ratio), 1.0, ratio)


def by_register(city: City) -> City:
    """Return the city with its people scaled to the register, district by district.

    Parameters
    ----------
    city : City
        With the people of the census.

    Returns
    -------
    City

    Raises
    ------
    NotComputableError
        A district is without residents on file.
    """
    if np.isnan(residents_by_district(city)).any():
        raise NotComputableError(NO_REGISTER, parameter="people")
    factor = register_ratios(city)[city.district_rows]
    people = {group: census * factor for group, census in city.demand.people.items()}
    return replace(city, demand=replace(city.demand, people=people))
