"""Tell whether a place of a city is open: its hours, by its country, its clock and its sun."""

from __future__ import annotations

from datetime import datetime

from locator.base.opening_hours.state import OpenState, opening_state
from locator.city.model import City


def opening_in(city: City, opening_hours: str | None, at: datetime) -> OpenState:
    """Return whether a place of a city is open at a moment; see `opening_state`.

    Parameters
    ----------
    city : City
        Says country, time zone and where its sun rises.
    opening_hours : str or None
        OpenStreetMap's grammar; None is unknown.
    at : datetime
        Local time of the city where it has no time zone.

    Returns
    -------
    OpenState
    """
    catalogue = city.catalogue
    return opening_state(
        opening_hours,
        at,
        country=catalogue.country,
        timezone=catalogue.timezone,
        coordinates=city.middle,
    )
