"""List the words that the map's own controls say, to be translated by the page that shows them."""

from __future__ import annotations

from locator.base.errors import N_

LABELS: dict[str, str] = {
    "zoom_in": N_("Zoom in"),
    "zoom_out": N_("Zoom out"),
    "skip": N_("Skip the map"),
    "close": N_("Close"),
    "loading": N_("Loading the map…"),
    "failed": N_("The map's data could not be loaded. The list has everything."),
    "retry": N_("Try again"),
    "two_fingers": N_("Use two fingers to move the map"),
    "wheel": N_("Hold Ctrl and scroll to zoom the map"),
    "legend": N_("Shown on the map"),
    "show_all": N_("Show all"),
    "show_none": N_("Hide all"),
    "cluster": N_("Places here: {count}. Zoom in."),
    "hollow": N_("Hollow sign: planned, closed, or not open to the public"),
    "dashed": N_("Dashed outline: the place is approximate"),
    "maybe": N_(
        "Small dotted sign: maybe, not confirmed; which vehicle carries it is not published"
    ),
    "unlocated": N_("Known but not on the map, because the address is not known: {count}"),
    "nearest_here": N_("Find the nearest from here"),
    "nearest_centre": N_("Find the nearest from the middle of the map"),
    "point": N_("Point on the map"),
    "about": N_("Data and licences"),
    "no_data": N_("nobody of this group"),
    "route": N_("Route:"),
    "another_app": N_("another app"),
    "whole_city": N_("Show the whole city"),
}
"""Key in the script -> English; ``{count}`` is filled in by the script."""
