"""Say in words how an AED is reached, how sure it is, and on which floor it hangs."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from locator.analysis.aed.fixed import FixedAed
from locator.analysis.aed.option import AedOption
from locator.base.errors import N_
from locator.city.model import City
from locator.web.i18n import gettext, metres, ngettext, number
from locator.web.words.cards import Chip
from locator.web.words.texts import change_words

SOON = timedelta(hours=1)
"""A change within this time is told in minutes."""

HERE_M = 15.0
"""What is so near has no direction that anyone could go by."""

DIRECTIONS = (
    N_("to the north"),
    N_("to the north-east"),
    N_("to the east"),
    N_("to the south-east"),
    N_("to the south"),
    N_("to the south-west"),
    N_("to the west"),
    N_("to the north-west"),
)


def direction(city: City, start: tuple[float, float], goal: tuple[float, float]) -> str:
    """Return in words which way to go from `start` to `goal` (lon, lat); empty where it is here."""
    east_m, north_m = (lambda xy: xy[1] - xy[0])(city.projection.to_metric([start, goal]))
    if math.hypot(east_m, north_m) < HERE_M:
        return ""
    eighth = round(math.atan2(east_m, north_m) / (math.pi / 4)) % 8
    return gettext(DIRECTIONS[eighth])


def goal_of(option: AedOption) -> tuple[float, float] | None:
    """Return lon, lat of where to go: where it stands, or where the vehicle is met."""
    if option.kind == "fixed":
        return option.lon, option.lat
    if option.stop_lon is None or option.stop_lat is None:
        return None
    return option.stop_lon, option.stop_lat


def door_words(option: AedOption | FixedAed) -> str:
    """Return whether an AED hangs inside, and on which floor; empty where neither is on file."""
    known = (_inside(option.indoor), _floor(option.level))
    return ", ".join(part for part in known if part)


def _inside(indoor: bool | None) -> str:
    if indoor is None:
        return ""
    return gettext("Inside the building") if indoor else gettext("Outdoors")


def _floor(level: str | None) -> str:
    try:
        floor = int(float(level or ""))
    except (ValueError, OverflowError):
        return gettext("floor: {level}", level=level) if level else ""
    if floor == 0:
        return gettext("ground floor")
    if floor > 0:
        return ngettext("{n} floor up", "{n} floors up", floor)
    return ngettext("{n} floor down", "{n} floors down", -floor)


def access_chip(access: str | None) -> Chip:
    """Return who may take an AED."""
    kind, label = {
        "yes": ("good", gettext("For everyone")),
        "permissive": ("good", gettext("For everyone")),
        "customers": ("attention", gettext("In a business: ask the staff")),
        "permit": ("attention", gettext("Kept by staff: ask for it")),
    }.get(access or "", ("unknown", gettext("Who may take it is not stated")))
    return Chip(kind, label)


def riding_chips(option: AedOption) -> tuple[Chip, ...]:
    """Return how sure the place of a vehicle is, and whether it carries the AED at all."""
    where = option.position
    if where is None:
        return ()
    if where.basis == "live":
        age = duration(where.age_s)
        chips = [Chip("good", gettext("Seen live {age} ago", age=age))]
    elif where.basis == "base":
        chips = [Chip("attention", gettext("Not yet in service; by the timetable"))]
    else:
        chips = [Chip("attention", gettext("By the timetable, not seen live"))]
    if where.vehicle.assignment == "assumed":
        chips.append(Chip("unknown", gettext("Maybe; not confirmed")))
    elif where.assignment == "assumed" or where.basis == "base":
        chips.append(Chip("unknown", gettext("The vehicle is known, its tour is assumed")))
    return tuple(chips)


def change_soon(state: str, change: datetime | None, at: datetime) -> str:
    """Return an opening state with its next change: in minutes when it is near."""
    if change is None:
        return gettext("Open day and night") if state == "open" else gettext("Closed now")
    if state == "closed" and change - at < timedelta(0):
        return gettext("Closed now")
    if change - at <= SOON:
        left = max(math.floor((change - at).total_seconds() / 60), 0)
        if state == "open":
            return ngettext("Open, closes in {n} min", "Open, closes in {n} min", left)
        return ngettext("Closed, opens in {n} min", "Closed, opens in {n} min", left)
    when = change_words(change, at)
    if state == "open":
        return gettext("Open until {time}", time=when)
    return gettext("Closed, opens {time}", time=when)


def duration(seconds: float) -> str:
    """Return a short time: to 10 seconds below 10 minutes, rounded up, else in minutes."""
    tens = math.ceil(max(seconds, 0.0) / 10 - 1e-9) * 10
    if tens < 60:
        return gettext("{s} s", s=number(tens))
    if tens >= 600:
        return gettext("{m} min", m=number(math.ceil(seconds / 60 - 1e-9)))
    if tens % 60 == 0:
        return gettext("{m} min", m=number(tens // 60))
    return gettext("{m} min {s} s", m=number(tens // 60), s=number(tens % 60))


def walk_words(option: AedOption) -> str:
    """Return how far the AED is, one way."""
    return gettext("{distance} each way", distance=metres(option.walk_m))
