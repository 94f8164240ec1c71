"""Give the addresses of what shows the way somewhere: maps of others, and the phone's own.

Plain links: nothing is asked of anybody before one is chosen. `static/map/ways.js` says the same of
the places on a map.
"""

from __future__ import annotations

from dataclasses import dataclass

from locator.web.i18n import gettext


@dataclass(frozen=True)
class Route:
    """A way to be shown; `app` is True where the device chooses what shows it."""

    name: str
    url: str
    app: bool = False


def routes(
    goal: tuple[float, float], *, start: tuple[float, float] | None = None
) -> tuple[Route, ...]:
    """Return what shows the way on foot, the one that works everywhere first.

    Parameters
    ----------
    goal, start : (lon, lat)
        Without a start the map that is opened asks for it, or takes the position of the device.
    """
    to, origin = _written(*goal), _written(*start) if start else ""
    # Written out, since a list of results has dozens of them; nothing here needs more encoding.
    to_, origin_ = to.replace(",", "%2C"), origin.replace(",", "%2C")
    osm = f"engine=fossgis_osrm_foot&route={origin_}%3B{to_}"
    google = f"api=1&destination={to_}&travelmode=walking"
    apple = f"daddr={to_}&dirflg=w"
    if start:
        google, apple = f"{google}&origin={origin_}", f"{apple}&saddr={origin_}"
    return (
        Route("OpenStreetMap", f"https://www.openstreetmap.org/directions?{osm}"),
        Route("Google Maps", f"https://www.google.com/maps/dir/?{google}"),
        Route("Apple Maps", f"https://maps.apple.com/?{apple}"),
        Route(gettext("another app"), f"geo:{to}?q={to}", app=True),
    )


def _written(lon: float, lat: float) -> str:
    return f"{lat:.5f},{lon:.5f}"
