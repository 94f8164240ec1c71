"""Read a scenario from its JSON file, and list everything that is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.scenario.change import (
    MAX_NAME,
    MAX_NOTE,
    MAX_PLACES,
    MAX_SITES,
    NewSite,
    Scenario,
    site_points,
    to_close,
    to_open,
)
from locator.analysis.scenario.faults import (
    LON_FIRST,
    ONCE,
    ONE_OBJECT,
    ScenarioFault,
    ScenarioFileError,
    city_fault,
    shape_fault,
    whole_file,
)
from locator.base.echo import cut, shortened
from locator.base.errors import (
    N_,
    InvalidParameterError,
    LocatorError,
    NotComputableError,
    Said,
)
from locator.base.geo import in_city
from locator.base.validation import problems
from locator.city.facility_filter import FacilityFilter, Ownership, said_by_layer
from locator.city.history import is_date
from locator.city.lookup import NO_KIND, NO_OPERATOR, listed
from locator.city.register import PeopleFrom
from locator.geocoding.names import fold
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity

MAX_BYTES = 200_000
"""More than any scenario that the limits below allow."""

Id = Annotated[str, Field(min_length=1, max_length=100)]
Ids = Annotated[list[Id], Field(max_length=400)]
Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=30)]


def _known_date(text: str) -> str:
    if text and not is_date(text):
        raise PydanticCustomError("date", "is no date")
    return text


def _known_moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date", "is no moment") from None
    return text


class _Site(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    places: Annotated[int, Field(ge=1, le=MAX_PLACES)] | None = None
    name: Annotated[str, Field(max_length=MAX_NAME)] = ""
    opens: Annotated[str, AfterValidator(_known_date)] = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    layer: Id
    open: Ids = []
    close: Ids = []
    planned: bool = False
    add: Annotated[list[_Site], Field(max_length=MAX_SITES)] = []
    minutes: Annotated[float, Field(ge=1, le=60)] | None = None
    pace_m_s: Annotated[float, Field(ge=0.3, le=3)] | None = None
    group: Id | None = None
    ownership: Ownership | None = None
    kind: Names = []
    operator: Names = []
    open_at: Annotated[str, AfterValidator(_known_moment)] | None = None
    step_free: bool = False
    profile: Profile = "foot"
    people: PeopleFrom = "census"
    name: Annotated[str, Field(max_length=MAX_NAME)] = ""
    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""


def read_scenario(path: Path) -> Scenario:
    """Return the scenario of a file.

    Parameters
    ----------
    path : Path
        JSON in UTF-8: ``layer``, ``open``, ``close``, ``planned``, ``add`` (a list of
        ``lon``, ``lat``, ``places``, ``name``, ``opens``), ``minutes``, ``pace_m_s``, ``group``,
        ``name``, ``note``; all but ``layer`` may be left out.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioFileError
        With every fault of the file. Whether its names exist in a city is asked by
        `check_scenario`.
    OSError
        When the file cannot be read.
    """
    with path.open("rb") as stream:
        return scenario_from(stream.read(MAX_BYTES + 1), file=path.name)


def scenario_from(content: bytes, *, file: str) -> Scenario:
    """Return the scenario of a file's content; `file` names it in messages.

    Parameters
    ----------
    content : bytes
        JSON in UTF-8, as for `read_scenario`.
    file : str
        Its name.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioFileError
    """
    if len(content) > MAX_BYTES:
        raise too_large(file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise whole_file(file, N_("is not text in UTF-8"), Said(N_("JSON in UTF-8"))) from None
    if not text.strip():
        raise whole_file(file, N_("is empty"), ONE_OBJECT)
    return parse_scenario(text, file=file)


def too_large(file: str) -> ScenarioFileError:
    """Return the error of a file that is larger than any scenario can be.

    Parameters
    ----------
    file : str
        Name of the file.

    Returns
    -------
    ScenarioFileError
    """
    most = Said(N_("at most {most} kB"), {"most": MAX_BYTES // 1000})
    return whole_file(file, N_("is too large"), most)


def parse_scenario(text: str, *, file: str) -> Scenario:
    """Return the scenario that a JSON text stands for; `file` names it in messages.

    Raises
    ------
    ScenarioFileError
    """
    repeated: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = Counter(name for name, _ in pairs)
        repeated.extend(sorted(name for name, count in names.items() if count > 1))
        return dict(pairs)

    try:
        data = json.loads(text, object_pairs_hook=members)
    except json.JSONDecodeError as error:
        template = N_("is not JSON (line {line}, column {column})")
        raise whole_file(
            file, template, ONE_OBJECT, line=error.lineno, column=error.colno
        ) from None
    except (RecursionError, ValueError):  # nested too deeply; a number of thousands of digits
        raise whole_file(file, N_("is too deep or too long to read"), ONE_OBJECT) from None
    if not isinstance(data, dict):
        raise whole_file(file, N_("is not a JSON object"), Said('{{"layer": …, …}}'))
    if "open_planned" in data and "planned" not in data:  # its name in files of before
        data["planned"] = data.pop("open_planned")
    twice = Said(N_("is given twice"))
    faults = [ScenarioFault(file, cut(name), None, "-", twice, ONCE) for name in repeated]
    try:
        found = _File.model_validate(data)
    except ValidationError as error:
        faults += [shape_fault(file, problem) for problem in problems(error)]
    if faults:
        raise ScenarioFileError(file, faults)
    return Scenario(
        layer=found.layer,
        open=tuple(dict.fromkeys(found.open)),
        close=tuple(dict.fromkeys(found.close)),
        planned=found.planned,
        add=tuple(_site(site) for site in found.add),
        minutes=found.minutes,
        pace_m_s=found.pace_m_s,
        group=found.group,
        which=FacilityFilter(
            ownership=found.ownership,
            kinds=tuple(sorted(set(found.kind))),
            operators=tuple(sorted(set(found.operator))),
            open_at=None if found.open_at is None else datetime.fromisoformat(found.open_at),
            step_free=found.step_free,
        ),
        profile=found.profile,
        people=found.people,
        name=" ".join(found.name.split()),
        note=" ".join(found.note.split()),
    )


def _site(site: _Site) -> NewSite:
    # A line break or a tab in a name would not survive the address of a page.
    return NewSite(site.lon, site.lat, site.places, " ".join(site.name.split()), site.opens)


def check_scenario(walkable_city: WalkableCity, scenario: Scenario, *, file: str) -> None:
    """Raise `ScenarioFileError` with everything of `scenario` that its city does not have.

    Parameters
    ----------
    walkable_city : WalkableCity
    scenario : Scenario
    file : str
        Name of its file, for messages.

    Raises
    ------
    ScenarioFileError
        For an unknown layer, age group or facility, a facility that cannot open or close, a site
        outside the city or in the river.
    NotComputableError
        When the layer moves, or the group has no people.
    """
    try:
        coverage(walkable_city, CoverageQuery(scenario.layer, group=scenario.group))
    except NotComputableError:
        raise
    except LocatorError as error:
        # Without its layer nothing else can be looked up.
        raise ScenarioFileError(file, [city_fault(file, None, error)]) from None
    faults = list(_city_faults(walkable_city, scenario, file))
    if faults:
        raise ScenarioFileError(file, faults)


def _city_faults(
    walkable_city: WalkableCity, scenario: Scenario, file: str
) -> Iterator[ScenarioFault]:
    alone = Scenario(layer=scenario.layer)
    which = scenario.which
    for member, names, template in (
        ("kind", which.kinds, NO_KIND),
        ("operator", which.operators, NO_OPERATOR),
    ):
        known = said_by_layer(walkable_city.city, member)[scenario.layer]
        for position, one in enumerate(names):
            if fold(one) not in set(map(fold, known)):
                error = InvalidParameterError(
                    template, parameter=member, given=shortened(one), known=listed(known)
                )
                yield city_fault(file, position, error)
    for position, one in enumerate(scenario.open):
        try:
            to_open(walkable_city, replace(alone, open=(one,)))
        except LocatorError as error:
            yield city_fault(file, position, error)
    for position, one in enumerate(scenario.close):
        try:
            to_close(walkable_city, replace(alone, open=scenario.open, close=(one,)))
        except LocatorError as error:
            yield city_fault(file, position, error)
    for position, site in enumerate(scenario.add):
        try:
            site_points(walkable_city, (site,))
        except LocatorError as error:
            fault = city_fault(file, position, error)
            yield replace(fault, accepted=LON_FIRST) if _swapped(walkable_city, site) else fault


def _swapped(walkable_city: WalkableCity, site: NewSite) -> bool:
    """Tell whether a site would lie in the city if its lon and lat were exchanged."""
    return in_city(walkable_city.city.boundary, site.lat, site.lon)


def scenario_schema() -> dict[str, Any]:
    """Return what a scenario file holds as JSON Schema.

    Returns
    -------
    dict
    """
    return _File.model_json_schema()
