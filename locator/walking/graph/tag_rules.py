"""Decide from OpenStreetMap tags who may walk along a way or past a node.

The rules are tables: changing one is changing a line of data. They follow the meaning of the tags
as OpenStreetMap documents them (highway, foot, access, sidewalk, wheelchair, kerb, smoothness).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import IntFlag
from functools import lru_cache

from locator.base.opening_hours.state import opening_state

Tags = Mapping[str, str]


class Mark(IntFlag):
    """What is special about a stretch of street; 0 is an ordinary one, passable for everyone.

    A carriageway is one side of a main road that has several: people who live beside it walk on
    a pavement, which mostly is mapped as a way of its own.
    """

    NO_WHEELCHAIR = 1
    NO_PRAM = 2
    CLOSED_AT_NIGHT = 4
    STEPS = 8
    CARRIAGEWAY = 16
    MAIN_ROAD = 32
    BLOCKED = 64
    AT_CROSSING = 128


WALKED = frozenset(
    [
        "footway",
        "path",
        "pedestrian",
        "steps",
        "living_street",
        "residential",
        "service",
        "unclassified",
        "road",
        "track",
        "tertiary",
        "tertiary_link",
        "secondary",
        "secondary_link",
        "primary",
        "primary_link",
        "cycleway",
        "bridleway",
        "platform",
        "corridor",
        "elevator",
        "crossing",
    ]
)
"""Values of ``highway`` that are walked unless another tag forbids it."""

WALKED_IF_SAID = frozenset(("trunk", "trunk_link", "busway"))
"""Walked only where ``foot`` allows it or a sidewalk is mapped on the road itself."""

MAIN_ROADS = frozenset(
    ("trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link")
    + ("tertiary", "tertiary_link")
)
"""Values of ``highway`` of roads that lead on; see `Mark`."""

ALLOWED = frozenset(
    [
        "yes",
        "designated",
        "permissive",
        "destination",
        "customers",
        "official",
        "public",
        "delivery",
    ]
)
"""Values of ``foot`` that allow walking whatever ``access`` says."""

DENIED = frozenset(
    [
        "no",
        "private",
        "use_sidepath",
        "agricultural",
        "forestry",
        "emergency",
        "military",
        "permit",
        "residents",
        "employees",
        "staff",
    ]
)
"""Values of ``foot`` or ``access`` that forbid walking. Unknown words forbid nothing."""

SIDEWALK_ON_ROAD = frozenset(("yes", "both", "left", "right"))

LOCKED_BARRIERS = frozenset(("wall", "fence", "hedge", "city_wall", "retaining_wall", "debris"))
"""Barriers that stop a walk unless ``foot`` or ``access`` allows it."""

WHEELCHAIR_BARRIERS = frozenset(
    [
        "stile",
        "turnstile",
        "full-height_turnstile",
        "kissing_gate",
        "cycle_barrier",
        "step",
        "log",
        "jersey_barrier",
        "motorcycle_barrier",
        "horse_stile",
    ]
)
PRAM_BARRIERS = frozenset(
    ["stile", "turnstile", "full-height_turnstile", "kissing_gate", "log", "horse_stile"]
)

WHEELCHAIR_SURFACES = frozenset(
    [
        "sand",
        "gravel",
        "pebblestone",
        "ground",
        "dirt",
        "earth",
        "mud",
        "grass",
        "grass_paver",
        "unhewn_cobblestone",
        "cobblestone",
        "rock",
        "stepping_stones",
        "woodchips",
        "snow",
        "ice",
    ]
)
"""Surfaces that a wheelchair is not sent over (``sett`` and ``compacted`` are accepted)."""

PRAM_SURFACES = frozenset(
    ["sand", "mud", "rock", "stepping_stones", "unhewn_cobblestone", "snow", "ice"]
)

WHEELCHAIR_SMOOTHNESS = frozenset(["bad", "very_bad", "horrible", "very_horrible", "impassable"])
PRAM_SMOOTHNESS = frozenset(["very_bad", "horrible", "very_horrible", "impassable"])

ROUGH_TRACKS = frozenset(("grade4", "grade5"))
MOUNTAIN_PATHS = frozenset(
    [
        "mountain_hiking",
        "demanding_mountain_hiking",
        "alpine_hiking",
        "demanding_alpine_hiking",
        "difficult_alpine_hiking",
    ]
)

WHEELCHAIR_INCLINE_PERCENT = 8.0
"""Steepest incline a wheelchair is sent over; the limit for outdoor ramps up to 0.5 m high in the
Polish technical conditions for buildings (par. 70)."""

WHEELCHAIR_WIDTH_M = 0.9
PRAM_WIDTH_M = 0.6

RAISED_KERBS = frozenset(("raised", "rolled"))

NIGHT_HOURS = tuple(datetime(2026, 3, day, 2, 0) for day in range(2, 9))
"""Two in the morning of each day of an ordinary week: open at all of them is open at night."""

_CONDITION = re.compile(r"(\w+)\s*@\s*\(?([^;)]+)\)?")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def way_marks(tags: Tags) -> Mark | None:
    """Return the marks of a way, or None where walking is not allowed."""
    highway = tags.get("highway")
    if highway is None:
        if tags.get("railway") != "platform" and tags.get("public_transport") != "platform":
            return None
        highway = "platform"
    if not _is_walked(highway, tags):
        return None
    marks = Mark(0)
    if highway == "steps":
        marks |= Mark.STEPS
    if highway in MAIN_ROADS:
        marks |= Mark.MAIN_ROAD
        if tags.get("oneway") == "yes" and not _has_sidewalk(tags):
            marks |= Mark.CARRIAGEWAY
    if _wheelchair_cannot_pass(highway, tags):
        marks |= Mark.NO_WHEELCHAIR
    if _pram_cannot_pass(highway, tags):
        marks |= Mark.NO_PRAM
    if is_closed_at_night(tags):
        marks |= Mark.CLOSED_AT_NIGHT
    if tags.get("footway") == "crossing" or highway == "crossing":
        marks |= Mark.AT_CROSSING
    return marks


def why_not_walked(tags: Tags) -> str:
    """Name the reason for which a way with a ``highway`` tag was left out, for the report."""
    highway = tags.get("highway", "")
    if highway not in WALKED and highway not in WALKED_IF_SAID:
        return f"highway={highway}"
    for key in ("foot", "access"):
        if tags.get(key) in DENIED:
            return f"{key}={tags[key]}"
    return "motorroad=yes" if tags.get("motorroad") == "yes" else f"highway={highway}"


def node_marks(tags: Tags) -> Mark:
    """Return the marks of a node on a way: a barrier, a gate, a kerb, a lift."""
    marks = Mark(0)
    barrier = tags.get("barrier")
    if barrier and _barrier_blocks(barrier, tags):
        marks |= Mark.BLOCKED
    wheelchair = tags.get("wheelchair")
    if wheelchair == "no" or (wheelchair is None and barrier in WHEELCHAIR_BARRIERS):
        marks |= Mark.NO_WHEELCHAIR
    if wheelchair not in ("yes", "limited") and (
        tags.get("kerb") in RAISED_KERBS or barrier == "kerb" and "kerb" not in tags
    ):
        marks |= Mark.NO_WHEELCHAIR | Mark.AT_CROSSING
    if barrier in PRAM_BARRIERS and tags.get("stroller") != "yes":
        marks |= Mark.NO_PRAM
    if is_closed_at_night(tags):
        marks |= Mark.CLOSED_AT_NIGHT
    return marks


def _is_walked(highway: str, tags: Tags) -> bool:
    """Apply ``foot`` over ``access`` over what the kind of street suggests."""
    if tags.get("route") == "ferry" or highway not in WALKED | WALKED_IF_SAID:
        return False
    foot = tags.get("foot")
    if foot in ALLOWED:
        return True
    if foot in DENIED or tags.get("motorroad") == "yes":
        return False
    if tags.get("access") in DENIED:
        return False
    if highway in WALKED_IF_SAID:
        return _has_sidewalk(tags)
    return True


def _has_sidewalk(tags: Tags) -> bool:
    """Tell whether a sidewalk is mapped on the road itself."""
    sides = [tags.get(f"sidewalk{side}") for side in ("", ":both", ":left", ":right")]
    return any(side in SIDEWALK_ON_ROAD for side in sides)


def _barrier_blocks(barrier: str, tags: Tags) -> bool:
    foot = tags.get("foot", tags.get("access"))
    if foot in ALLOWED:
        return False
    if foot in DENIED:
        return True
    return barrier in LOCKED_BARRIERS or tags.get("locked") == "yes"


def _wheelchair_cannot_pass(highway: str, tags: Tags) -> bool:
    said = tags.get("wheelchair")
    if said in ("yes", "designated", "limited"):
        return False
    if said == "no" or tags.get("kerb") in RAISED_KERBS:
        return True
    if highway == "steps":
        return tags.get("ramp:wheelchair") != "yes"
    return (
        tags.get("surface") in WHEELCHAIR_SURFACES
        or tags.get("smoothness") in WHEELCHAIR_SMOOTHNESS
        or _is_rough(tags)
        or _incline_percent(tags.get("incline")) > WHEELCHAIR_INCLINE_PERCENT
        or _number(tags.get("width"), WHEELCHAIR_WIDTH_M) < WHEELCHAIR_WIDTH_M
    )


def _pram_cannot_pass(highway: str, tags: Tags) -> bool:
    said = tags.get("stroller")
    if said in ("yes", "designated", "limited"):
        return False
    if said == "no":
        return True
    if highway == "steps":
        return not any(
            tags.get(key) == "yes" for key in ("ramp", "ramp:stroller", "ramp:wheelchair")
        )
    return (
        tags.get("surface") in PRAM_SURFACES
        or tags.get("smoothness") in PRAM_SMOOTHNESS
        or _is_rough(tags)
        or _number(tags.get("width"), PRAM_WIDTH_M) < PRAM_WIDTH_M
    )


def _is_rough(tags: Tags) -> bool:
    return tags.get("tracktype") in ROUGH_TRACKS or tags.get("sac_scale") in MOUNTAIN_PATHS


def _number(text: str | None, otherwise: float) -> float:
    """Return the first number of a tag's value, `otherwise` where there is none."""
    found = _NUMBER.search(text) if text else None
    return float(found.group().replace(",", ".")) if found else otherwise


def _incline_percent(text: str | None) -> float:
    """Return the incline in percent, unsigned; 0 where it is not said in figures."""
    if not text:
        return 0.0
    if text == "steep":
        return 100.0
    value = abs(_number(text, 0.0))
    # Degrees are rare; 10 degrees is 17.6 %, and twice the figure is near enough to judge by.
    return value * 1.75 if "°" in text else value


def is_closed_at_night(tags: Tags) -> bool:
    """Tell whether opening hours or a condition on access close a gate or a way at night."""
    hours = tags.get("opening_hours")
    if hours and not all(_is_open(hours, at) for at in NIGHT_HOURS):
        return True
    for key in ("foot:conditional", "access:conditional"):
        for value, when in _CONDITION.findall(tags.get(key, "")):
            inside = [_is_open(when.strip(), at) for at in NIGHT_HOURS]
            if value in DENIED and any(inside):
                return True
            if value in ALLOWED and not all(inside):
                return True
    return False


@lru_cache(maxsize=4096)
def _is_open(hours: str, at: datetime) -> bool:
    """Tell whether `hours` are open at `at`; hours that cannot be read close nothing."""
    # At night the sun is down everywhere on land where people live in towns: any place will do.
    middle = (0.0, 45.0)
    found = opening_state(hours, at, country="", timezone="UTC", coordinates=middle)
    return found.state != "closed"
