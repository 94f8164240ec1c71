"""Read a scenario from its JSON file, and list everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from locator.changes import (
    MAX_PLACES,
    MAX_SITES,
    NewSite,
    Scenario,
    site_points,
    to_close,
    to_open,
)
from locator.coverage import CoverageQuery, coverage
from locator.errors import N_, Fault, LocatorError, NotComputableError
from locator.walking.walkable import WalkableCity

MAX_BYTES = 1_000_000

Id = Annotated[str, Field(min_length=1, max_length=100)]
Ids = Annotated[list[Id], Field(max_length=400)]


class ScenarioFileError(LocatorError):
    """A scenario file that cannot be used; carries every fault found, not the first."""

    code = "scenario_file"

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            N_("{file} has {count} fault(s):\n{lines}"),
            file=file,
            count=len(faults),
            lines="\n".join(f"  {fault}" for fault in faults),
        )


class _Site(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    places: Annotated[int, Field(ge=1, le=MAX_PLACES)] | None = None
    name: Annotated[str, Field(max_length=80)] = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    layer: Id
    open: Ids = []
    close: Ids = []
    open_planned: bool = False
    add: Annotated[list[_Site], Field(max_length=MAX_SITES)] = []
    minutes: Annotated[float, Field(ge=1, le=60)] | None = None
    pace_m_s: Annotated[float, Field(ge=0.3, le=3)] | None = None
    group: Id | None = None


ALLOWED = {
    "layer": "id of a layer",
    "open": "list of ids of facilities",
    "close": "list of ids of facilities",
    "open_planned": "true or false",
    "add": f'list of at most {MAX_SITES} sites {{"lon", "lat", "places", "name"}}',
    "add.lon": "degrees east, -180 to 180",
    "add.lat": "degrees north, -90 to 90",
    "add.places": f"whole number from 1 to {MAX_PLACES}, or null",
    "add.name": "text of at most 80 characters",
    "minutes": "number from 1 to 60, or null",
    "pace_m_s": "metres a second, 0.3 to 3, or null",
    "group": "id of an age group, or null",
}
"""What each member of the file may be, for the messages."""


def read_scenario(path: Path) -> Scenario:
    """Return the scenario of a file.

    Parameters
    ----------
    path : Path
        JSON in UTF-8: ``layer``, ``open``, ``close``, ``open_planned``, ``add`` (a list of
        ``lon``, ``lat``, ``places``, ``name``), ``minutes``, ``pace_m_s``, ``group``; all but
        ``layer`` may be left out.

    Raises
    ------
    ScenarioFileError
        With every fault of the file. Whether its names exist in a city is asked by
        `check_scenario`.
    OSError
        When the file cannot be read.
    """
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise _whole_file(path.name, "is too large", f"at most {MAX_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _whole_file(path.name, "is not text in UTF-8", "JSON in UTF-8") from None
    return parse_scenario(text, file=path.name)


def parse_scenario(text: str, *, file: str) -> Scenario:
    """Return the scenario that a JSON text stands for; `file` names it in messages.

    Raises
    ------
    ScenarioFileError
    """
    repeated: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        repeated.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(pairs)

    try:
        data = json.loads(text, object_pairs_hook=members)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise _whole_file(file, f"is not JSON ({where})", "one JSON object") from None
    except (RecursionError, ValueError):  # nested too deeply; a number of thousands of digits
        raise _whole_file(file, "is too deep or too long to read", "one JSON object") from None
    if not isinstance(data, dict):
        raise _whole_file(file, "is not a JSON object", '{"layer": …, …}')
    faults = [Fault(file, "-", _short(name), "is given twice", "once") for name in repeated]
    try:
        found = _File.model_validate(data)
    except ValidationError as error:
        raise ScenarioFileError(file, faults + _faults(file, error)) from None
    if faults:
        raise ScenarioFileError(file, faults)
    return Scenario(
        layer=found.layer,
        open=tuple(dict.fromkeys(found.open)),
        close=tuple(dict.fromkeys(found.close)),
        open_planned=found.open_planned,
        add=tuple(NewSite(**site.model_dump()) for site in found.add),
        minutes=found.minutes,
        pace_m_s=found.pace_m_s,
        group=found.group,
    )


def check_scenario(ground: WalkableCity, scenario: Scenario, *, file: str) -> None:
    """Raise `ScenarioFileError` with everything of `scenario` that its city does not have.

    Raises
    ------
    ScenarioFileError
        For an unknown layer, age group or facility, a facility that cannot open or close, a site
        outside the city or in the river.
    NotComputableError
        When the layer moves, or the group has no people.
    """
    try:
        coverage(ground, CoverageQuery(scenario.layer, group=scenario.group))
    except NotComputableError:
        raise
    except LocatorError as error:
        # Without its layer nothing else can be looked up.
        raise ScenarioFileError(file, [_fault(file, "-", error)]) from None
    faults = list(_city_faults(ground, scenario, file))
    if faults:
        raise ScenarioFileError(file, faults)


def _city_faults(ground: WalkableCity, scenario: Scenario, file: str) -> Iterator[Fault]:
    alone = Scenario(layer=scenario.layer)
    for position, one in enumerate(scenario.open):
        try:
            to_open(ground, replace(alone, open=(one,)))
        except LocatorError as error:
            yield _fault(file, f"open[{position}]", error)
    for position, one in enumerate(scenario.close):
        try:
            to_close(ground, replace(alone, open=scenario.open, close=(one,)))
        except LocatorError as error:
            yield _fault(file, f"close[{position}]", error)
    for position, site in enumerate(scenario.add):
        try:
            site_points(ground, (site,))
        except LocatorError as error:
            fault = _fault(file, f"add[{position}]", error)
            yield replace(fault, allowed="lon before lat") if _swapped(ground, site) else fault


def _swapped(ground: WalkableCity, site: NewSite) -> bool:
    """Tell whether a site would lie in the city if its lon and lat were exchanged."""
    return bool(ground.city.boundary.contains(shapely.Point(site.lat, site.lon)))


def _fault(file: str, where: str, error: LocatorError) -> Fault:
    allowed = {
        "layer": "a layer of the city",
        "group": "an age group of the city",
        "open": "a facility of the layer that is not open yet",
        "close": "a facility of the layer that is open and on the map",
        "add": "a place of the city, on land",
    }
    field = error.parameter or "-"
    shown = "-" if where != "-" else field
    return Fault(file, where, shown, error.message.rstrip("."), allowed.get(field, "-"))


def _faults(file: str, error: ValidationError) -> list[Fault]:
    """Return what pydantic found, in the words of this file."""
    found = []
    for one in error.errors(include_url=False, include_context=False):
        names = [str(part) for part in one["loc"] if not isinstance(part, int)]
        positions = [part for part in one["loc"] if isinstance(part, int)]
        member = ".".join(names)
        found.append(
            Fault(
                file,
                f"{names[0]}[{positions[0]}]" if positions else "-",
                _short(names[-1]) if len(names) > len(positions) else "-",
                _problem(one["type"], one["input"]),
                ALLOWED.get(member, f"one of {_members(names)}"),
            )
        )
    return found


def _problem(kind: str, given: Any) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "is unknown"
    return f"does not fit: {_short(json.dumps(given, ensure_ascii=False, default=str))}"


def _members(names: list[str]) -> str:
    inside = names[:1] == ["add"]
    known = [name for name in ALLOWED if name.startswith("add.") == inside]
    return ", ".join(name.removeprefix("add.") for name in known)


def _whole_file(file: str, problem: str, allowed: str) -> ScenarioFileError:
    return ScenarioFileError(file, [Fault(file, "-", "-", problem, allowed)])


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
