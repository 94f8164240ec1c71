"""Answer a question that is partly wrong as far as it is right, and keep what to say about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from werkzeug.datastructures import MultiDict

from locator.base.errors import N_, LocatorError, faults_of
from locator.web.errors import status_of
from locator.web.i18n import error_text, gettext

T = TypeVar("T")

FIELDS = {
    "n": N_("How many sites"),
    "capacity": N_("People a site can take"),
    "demand_percent": N_("Of 100 people want a place"),
    "site": N_("Add a site"),
    "site_places": N_("Its places"),
    "site_opens": N_("Opens"),
    "of_places": N_("Its places"),
    "of_opens": N_("Opens"),
    "minutes": N_("Minutes on foot"),
    "group": N_("Group of people"),
    "pace": N_("Walking pace"),
    "objective": N_("What counts"),
    "need": N_("What counts"),
    "district": N_("District"),
    "avoid": N_("Districts without new sites"),
    "avoid_unit": N_("Neighbourhoods without new sites"),
    "price_in": N_("Other prices by district or neighbourhood"),
}
"""What the forms call a parameter."""

Args = MultiDict[str, str]


@dataclass(frozen=True)
class Problem:
    """A parameter that was left out of the question, and why, in the visitor's language."""

    parameter: str
    message: str


@dataclass(frozen=True)
class LenientAnswer(Generic[T]):
    """The answer to what could be understood.

    Attributes
    ----------
    answer : T
    args : MultiDict
        The query string without what was wrong.
    problems : tuple of Problem
        What was wrong, in the order found; empty if nothing was.
    status : int
        HTTP status: 200, or that of the first problem.
    """

    answer: T
    args: Args
    problems: tuple[Problem, ...]
    status: int


def answer_leniently(
    args: Args,
    answer: Callable[[Args], T],
    *,
    sound: Callable[[str, str], bool] | None = None,
) -> LenientAnswer[T]:
    """Return the answer to `args` without those parameters that `answer` objects to.

    Parameters
    ----------
    args : MultiDict
        A query string.
    answer : callable
        Takes a query string; raises a `LocatorError` that names the parameter at fault.
    sound : callable, optional
        Takes name and value; tells whether one value of a repeated parameter is right by itself,
        so that one wrong value does not take the right ones with it.

    Raises
    ------
    LocatorError
        If the fault does not lie in the query string: the path names something unknown.
    """
    left = MultiDict(args)
    problems: list[Problem] = []
    status = 200
    while True:
        try:
            return LenientAnswer(answer(left), left, tuple(problems), status)
        except LocatorError as error:
            faults = faults_of(error)
            if status_of(error) >= 500 or any(one.parameter not in left for one in faults):
                raise
            status = status if problems else status_of(error)
            problems += [_problem(one) for one in faults]
            for name in {str(one.parameter) for one in faults}:
                wrong = {getattr(one, "position", None) for one in faults if one.parameter == name}
                values = [value for value in left.poplist(name) if value.strip()]
                if None not in wrong:
                    kept = [one for i, one in enumerate(values) if i not in wrong]
                else:
                    kept = [one for one in values if sound is not None and sound(name, one)]
                if 0 < len(kept) < len(values):
                    left.setlist(name, kept)


def _problem(error: LocatorError) -> Problem:
    name = str(error.parameter)
    if "name" in error.values and name in FIELDS:
        error.values["name"] = gettext("“{field}”", field=gettext(FIELDS[name]))
    return Problem(name, error_text(error))
