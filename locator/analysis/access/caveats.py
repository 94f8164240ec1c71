"""Say what has to be known with the numbers of a coverage."""

from __future__ import annotations

import numpy as np

from locator.base.errors import N_, Said
from locator.city.population import BY_BUILDINGS, EVENLY
from locator.walking.walkable_city import WalkableCity


def coverage_caveats(
    walkable_city: WalkableCity, rows: tuple[int, ...], *, layer: str, group: str, unreachable: int
) -> tuple[Said, ...]:
    """Return what has to be known with the coverage of a layer, the gravest first.

    Parameters
    ----------
    walkable_city : WalkableCity
    rows : tuple of int
        The facilities counted, rows of ``walkable_city.city.facilities``.
    layer, group : str
        Ids.
    unreachable : int
        People who cannot walk to any of them.
    """
    city = walkable_city.city
    counted = city.facilities.iloc[list(rows)]
    roughly = int(counted["location_precision"].isin(("street", "area")).sum())
    last_known = int(counted["status_basis"].eq("last_known").sum())
    missing = _unlocated(walkable_city, rows, layer)
    factor = city.catalogue.groups[group].factor
    which = walkable_city.which
    said = [
        (
            not rows and not which,
            N_("No facility of this layer is open and on the map: nobody is served."),
            {},
        ),
        (
            not rows and bool(which),
            N_("No facility on the map is known to be what was chosen: nobody is served."),
            {},
        ),
        (
            missing > 0,
            N_("Open but not on the map, so they serve nobody here: {count}."),
            {"count": missing},
        ),
        (
            roughly > 0,
            N_("Sites located only by street or neighbourhood: {count} of {counted}."),
            {"count": roughly, "counted": len(rows)},
        ),
        (
            last_known > 0,
            N_("Sites counted as open by an older list only: {count} of {counted}."),
            {"count": last_known, "counted": len(rows)},
        ),
        (
            unreachable > 0 and bool(rows),
            N_("People from whose homes no facility can be walked to: {count}."),
            {"count": unreachable},
        ),
        (
            walkable_city.model.name == "estimate",
            N_(
                "Walking times are estimated: the straight line times a detour factor, "
                "the river crossed only at its crossings."
            ),
            {},
        ),
        (
            factor != 1.0,
            N_("The census does not count this age group; it is scaled from a wider one."),
            {},
        ),
        (
            city.demand.method == EVENLY,
            N_(
                "Census cells are spread evenly over squares of {size_m} m, "
                "whether anyone lives there or not."
            ),
            {"size_m": round(city.demand.size_m)},
        ),
        (
            city.demand.method == BY_BUILDINGS,
            N_(
                "Inside a census cell people are placed by the floor area of dwellings; "
                "who lives in which is not known."
            ),
            {},
        ),
        (
            which.open_at is None,
            N_("Opening hours and free places are not taken into account."),
            {},
        ),
        (which.open_at is not None, N_("Free places are not taken into account."), {}),
    ]
    return tuple(Said(template, values) for holds, template, values in said if holds)


def _unlocated(walkable_city: WalkableCity, rows: tuple[int, ...], layer: str) -> int:
    """Return how many usable facilities of a layer have no located site, a centre counted once."""
    facilities = walkable_city.city.facilities
    usable = walkable_city.usable & facilities["layer"].eq(layer).to_numpy()
    return len(np.setdiff1d(walkable_city.centre[usable], walkable_city.centre[list(rows)]))
