"""Hold what is wrong with a scenario file, in words that can be translated."""

from __future__ import annotations

import json
from dataclasses import dataclass

from locator.analysis.scenario.change import MAX_NAME, MAX_NOTE, MAX_PLACES, MAX_SITES
from locator.base.echo import cut
from locator.base.errors import N_, Fault, LocatorError, Said
from locator.base.validation import Problem


@dataclass(frozen=True)
class ScenarioFault:
    """One thing wrong in one place of a scenario file.

    Attributes
    ----------
    file : str
    member : str
        Member of the file that holds it; ``"-"`` for the file itself.
    position : int or None
        Of the entry, from 0, where the member is a list.
    inner : str
        Field of the entry; ``"-"`` for the whole entry or member.
    said : Said
        What is wrong.
    accepted : Said
        What would be accepted.
    """

    file: str
    member: str
    position: int | None
    inner: str
    said: Said
    accepted: Said

    @property
    def feature(self) -> str:
        """The entry of a list, ``add[0]``; ``-`` where the fault is not in one."""
        return "-" if self.position is None else f"{self.member}[{self.position}]"

    @property
    def field(self) -> str:
        """The member, or the field inside an entry."""
        return self.member if self.position is None else self.inner

    @property
    def problem(self) -> str:
        """What is wrong, in English."""
        return self.said.text.rstrip(".")

    @property
    def allowed(self) -> str:
        """What would be accepted, in English."""
        return self.accepted.text.rstrip(".")

    def __str__(self) -> str:
        """One line, as those of a city folder."""
        return str(Fault(self.file, self.feature, self.field, self.problem, self.allowed))


class ScenarioFileError(LocatorError):
    """A scenario file that cannot be used; carries every fault found, not the first.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    faults : list of ScenarioFault
        At least one.
    """

    code = "scenario_file"

    def __init__(self, file: str, faults: list[ScenarioFault]) -> None:
        self.file = file
        self.faults = tuple(faults)
        super().__init__(
            N_("{file} has {count} fault(s):\n{lines}"),
            file=file,
            count=len(faults),
            lines="\n".join(f"  {fault}" for fault in faults),
        )


ALLOWED: dict[str, Said] = {
    "layer": Said(N_("id of a service")),
    "open": Said(N_("list of ids of facilities")),
    "close": Said(N_("list of ids of facilities")),
    "planned": Said(N_("true or false")),
    "add": Said(
        N_("list of at most {most} sites with {members}"),
        {"most": MAX_SITES, "members": "lon, lat, places, name, opens"},
    ),
    "add.lon": Said(N_("degrees east, -180 to 180")),
    "add.lat": Said(N_("degrees north, -90 to 90")),
    "add.places": Said(N_("whole number from 1 to {most}, or null"), {"most": MAX_PLACES}),
    "add.name": Said(N_("text of at most {most} characters"), {"most": MAX_NAME}),
    "add.opens": Said(N_("date such as 2027, 2027-09 or 2027-09-01")),
    "minutes": Said(N_("number from 1 to 60, or null")),
    "pace_m_s": Said(N_("metres a second, 0.3 to 3, or null")),
    "group": Said(N_("id of an age group, or null")),
    "ownership": Said(N_("public, municipal or private, or null")),
    "kind": Said(N_("list of kinds of facility")),
    "operator": Said(N_("list of operators")),
    "open_at": Said(N_("moment such as 2026-12-01T18:00, or null")),
    "step_free": Said(N_("true or false")),
    "profile": Said(N_("foot, pram or wheelchair")),
    "people": Said(N_("census or register")),
    "name": Said(N_("text of at most {most} characters"), {"most": MAX_NAME}),
    "note": Said(N_("text of at most {most} characters"), {"most": MAX_NOTE}),
}
"""What each member of the file may be."""

IN_THE_CITY: dict[str, Said] = {
    "layer": Said(N_("a service of the city")),
    "group": Said(N_("an age group of the city")),
    "open": Said(N_("a facility of this service that is not open yet")),
    "close": Said(N_("a facility of this service that is open and on the map")),
    "add": Said(N_("a place of the city, on land")),
}
"""What each member may be once its city is known."""

NOTHING_ELSE = Said("-")
ONE_OBJECT = Said(N_("one JSON object"))
LON_FIRST = Said(N_("lon before lat"))
ONCE = Said(N_("once"))


def whole_file(file: str, template: str, accepted: Said, **values: object) -> ScenarioFileError:
    """Return the error of a file of which nothing can be read.

    Parameters
    ----------
    file : str
        Name of the file.
    template : str
        What is wrong, with ``{name}`` placeholders.
    accepted : Said
        What would be accepted.
    **values : object
        What the placeholders stand for.

    Returns
    -------
    ScenarioFileError
    """
    fault = ScenarioFault(file, "-", None, "-", Said(template, values), accepted)
    return ScenarioFileError(file, [fault])


def shape_fault(file: str, problem: Problem) -> ScenarioFault:
    """Return one of the problems of a file's form, in the words of such files."""
    member, *inner = problem.names
    one_of = Said(N_("one of {members}"), {"members": _members(inside=member == "add")})
    return ScenarioFault(
        file,
        cut(member),
        problem.position,
        cut(inner[0]) if inner else "-",
        _said(problem),
        ALLOWED.get(".".join(problem.names), one_of),
    )


def city_fault(file: str, position: int | None, error: LocatorError) -> ScenarioFault:
    """Return what the city objects to: a name it does not have, a place outside it."""
    member = error.parameter or "-"
    said = Said(error.template, error.values)
    inner = "-" if position is None else member
    return ScenarioFault(file, member, position, inner, said, IN_THE_CITY.get(member, NOTHING_ELSE))


def _said(problem: Problem) -> Said:
    if problem.kind == "missing":
        return Said(N_("is missing"))
    if problem.kind == "extra_forbidden":
        return Said(N_("is unknown"))
    written = json.dumps(problem.given, ensure_ascii=False, default=str)
    return Said(N_("does not fit: {given}"), {"given": cut(written)})


def _members(*, inside: bool) -> str:
    known = [name for name in ALLOWED if name.startswith("add.") == inside]
    return ", ".join(name.removeprefix("add.") for name in known)
