"""Turn AEDs and vehicles into the small GeoJSON that the emergency map fetches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import shapely

from locator.analysis.aed.hourly import HourlyCoverage
from locator.base.geojson import Collection, collection
from locator.city.model import City
from locator.vehicles import VehiclePosition
from locator.vehicles.calendar import DayType
from locator.web.i18n import clock, gettext, ngettext, percent
from locator.web.map.background import feature
from locator.web.words.aed import duration, goal_of, walk_words
from locator.web.words.aed_rows import Row
from locator.web.words.texts import base_words

SHARE_BREAKS = (0.0, 0.1, 0.2, 0.3, 0.4)
"""Upper borders of the classes of the map of vehicles' coverage, share of hours of service; the
first class, never, is in the legend only."""


def aed_features(rows: Iterable[Row]) -> Collection:
    """Return where to walk to for each AED of the list: where it stands, or where it is met.

    Where those that ride are now is on the vehicles' layer.
    """
    goals = [(row, goal_of(row.option)) for row in rows]
    return collection(_listed(row, goal) for row, goal in goals if goal is not None)


def _listed(row: Row, goal: tuple[float, float]) -> Collection:
    option = row.option
    lines = [
        gettext("{time} there and back", time=duration(option.total_s)),
        walk_words(option),
        row.direction,
        row.note,
        row.door,
        row.how,
        *(chip.label for chip in row.chips),
    ]
    return feature(
        shapely.Point(goal),
        identifier=option.id,
        layer=option.layer,
        name=row.title,
        mark=row.mark or ("?" if option.state == "unknown" else None),
        lines=[line for line in lines if line],
        hollow=True if option.state == "closed" else None,
    )


def vehicle_features(city: City, positions: Iterable[VehiclePosition]) -> Collection:
    """Return where the vehicles are; one whose place is not known is left out."""
    return collection(
        _vehicle(city, position)
        for position in positions
        if np.isfinite(position.lon) and np.isfinite(position.lat)
    )


def _vehicle(city: City, position: VehiclePosition) -> Collection:
    vehicle = position.vehicle
    return feature(
        shapely.Point(position.lon, position.lat),
        identifier=vehicle.id,
        layer=vehicle.layer,
        name=city.columns["name"][city.facilities.index.get_loc(vehicle.id)],
        mark=position.line,
        lines=list(position_lines(position)),
        hollow=True if position.basis == "base" and vehicle.assignment == "confirmed" else None,
        maybe=True if vehicle.assignment == "assumed" else None,
        moves=True,
    )


def position_lines(position: VehiclePosition) -> Iterable[str]:
    """Yield what is known of a position, in words; first that it is an assumption, if it is."""
    if position.vehicle.assignment == "assumed":
        yield gettext("Maybe; not confirmed: which vehicle carries this AED is not published")
    if position.line and position.headsign:
        yield gettext("Line {line} to {headsign}", line=position.line, headsign=position.headsign)
    if position.next_stop and isinstance(position.next_stop_at, datetime):
        yield gettext(
            "Next stop: {stop}, {time}",
            stop=position.next_stop,
            time=clock(position.next_stop_at),
        )
    if position.basis == "live":
        yield gettext("Seen live {age} ago", age=duration(position.age_s))
    elif position.basis == "timetable":
        yield gettext("By the timetable, not seen live")
    else:
        yield gettext("Off service at this hour.")
        yield base_words(position.vehicle)
    if position.assignment == "assumed" and position.vehicle.assignment == "confirmed":
        yield gettext("The vehicle is known, its tour is assumed")


def share_areas(city: City, found: HourlyCoverage, day: DayType | None) -> Collection:
    """Return areas by the share of the hours of service for which vehicles cover them.

    Squares of one class are joined; where no vehicle ever comes nothing is drawn.
    """
    share = found.vehicle_share(day)
    people = city.demand.people[found.group]
    edges = (*SHARE_BREAKS, 1.0)
    areas = []
    for low, high in zip(edges, edges[1:], strict=False):
        inside = np.flatnonzero((share > low) & (share <= high))
        if not len(inside):
            continue
        corners = city.projection.to_lonlat(city.demand.square_xy[inside].reshape(-1, 2))
        # Corners of neighbours are equal only when they are rounded.
        squares = shapely.polygons(corners.reshape(-1, 4, 2).round(6))
        areas.append(
            feature(
                shapely.union_all(squares),
                kind="area",
                name=gettext(
                    "{low} to {high} of the hours of service",
                    low=percent(low),
                    high=percent(high),
                ),
                share=round(float(np.average(share[inside])), 4),
                lines=[ngettext("{n} person", "{n} people", round(float(people[inside].sum())))],
            )
        )
    return collection(areas)
