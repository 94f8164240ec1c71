"""Let moderators decide on residents' reports, beside what is known at present."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from locator.base.errors import N_, InvalidParameterError, LocatorError
from locator.curation.moderation import WHEELCHAIR, Changes, Desk
from locator.curation.resident_reports import STATES, Kind, ResidentReport, State
from locator.web.forms import TOKEN, StaleFormError, refuse_other_sites
from locator.web.i18n import error_text, gettext, url
from locator.web.moderators import (
    CSRF,
    Session,
    check_form,
    is_moderator,
    let_in,
    let_out,
    session,
)
from locator.web.reloading import reloading
from locator.web.reporting import reporting
from locator.web.state import state
from locator.web.words.cards import card
from locator.web.words.reporting import SAID, present_facts
from locator.web.words.texts import WHEELCHAIR as WHEELCHAIR_WORDS

blueprint = Blueprint("moderate", __name__)

FACILITIES, OF_ONE, LINES = 20, 50, 100
"""Facilities of a page, reports of each that it shows, and lines of the audit."""

LONGEST_FIELD = 300

SHOWN: Mapping[str, str] = {
    "pending": N_("Undecided"),
    "accepted": N_("Accepted reports"),
    "rejected": N_("Rejected reports"),
    "log": N_("Decisions"),
}

ACTIONS: Mapping[str, str] = {
    "accepted": N_("Accepted; the pages say so now."),
    "rejected": N_("Rejected."),
    "undone": N_("Undecided again; the pages are as before."),
    "deleted": N_("Deleted for good."),
}

LINE: Mapping[str, str] = {
    "accepted": N_("accepted"),
    "rejected": N_("rejected"),
    "undone": N_("undone"),
    "deleted": N_("deleted"),
}

FIELDS: Mapping[Kind, tuple[str, ...]] = {
    "closed": ("closed",),
    "moved": ("address", "lat", "lon"),
    "hours": ("hours", "hours_text"),
    "phone": ("phone",),
    "not_step_free": ("wheelchair",),
    "other": (),
    "right": (),
}
"""What has to be said to accept a report; the other fields are there, too, but folded."""

ALL_FIELDS = ("closed", "address", "lat", "lon", "hours", "hours_text", "phone", "wheelchair")

WRONG_WAY_IN = N_("Name or password is wrong.")
NO_DATE = N_("{given} is no date.")
NO_NUMBER = N_("{given} is no number of degrees.")


@dataclass(frozen=True)
class Group:
    """The reports of one facility, and what is known of it; None where it is gone."""

    facility: str
    name: str
    present: dict[str, str] | None
    reports: tuple[ResidentReport, ...]
    more: int


@blueprint.get("/moderate")
def page() -> Response:
    """Show the reports, or the way in."""
    _only_with_moderators()
    known = session()
    return _way_in() if known is None else _list(known)


@blueprint.post("/moderate")
def act() -> AnyResponse:
    """Let a moderator in or out, or decide on a report."""
    _only_with_moderators()
    wanted = request.form.get("do", "")
    if wanted == "in":
        return _enter()
    known = session()
    if known is None:
        return _way_in(status=403)
    check_form(known)
    if wanted == "out":
        response = redirect(url("moderate.page"), code=303)
        let_out(response)
        return response
    desk = reporting().desk(known.name)
    identifier = request.form.get("report", "")
    try:
        _decide(desk, wanted, identifier)
    except LocatorError as error:
        if not isinstance(error, InvalidParameterError) and error.code == "not_found":
            raise
        return _list(known, fault_of=identifier, error=error)
    reloading().now()
    done = {"accept": "accepted", "reject": "rejected", "undo": "undone", "delete": "deleted"}
    given = {name: request.form.get(name) for name in ("show", "page")}
    return redirect(url("moderate.page", {**given, "done": done[wanted]}), code=303)


def _only_with_moderators() -> None:
    """Answer as if there were no such page where nobody has a password."""
    if not reporting().store.moderators():
        raise NotFound


# In and out ---------------------------------------------------------------------------------


def _enter() -> AnyResponse:
    refuse_other_sites()
    form = request.form
    name = form.get("name", "").strip()
    try:
        reporting().logins.number(form.get(TOKEN, ""), "moderate", now=time.time, shortest_s=0)
    except StaleFormError as error:
        return _way_in(status=400, problem=error_text(error), name=name)
    if not is_moderator(name, form.get("password", "")):
        return _way_in(status=403, problem=gettext(WRONG_WAY_IN), name=name)
    response = redirect(url("moderate.page"), code=303)
    let_in(response, name)
    return response


def _way_in(*, status: int = 200, problem: str = "", name: str = "") -> Response:
    token = reporting().logins.token("moderate")
    return _answer(status, shown="in", token=token, problem=problem, name=name[:LONGEST_FIELD])


# Reports ------------------------------------------------------------------------------------


def _decide(desk: Desk, wanted: str, identifier: str) -> None:
    if wanted == "accept":
        desk.accept(identifier, _changes())
    elif wanted in ("reject", "undo", "delete"):
        getattr(desk, wanted)(identifier)
    else:
        raise NotFound


def _changes() -> Changes:
    """Return what the form changes; empty fields leave things as they are."""
    given = {
        name: request.form.get(name, "").strip()[:LONGEST_FIELD] or None for name in ALL_FIELDS
    }
    faults: list[InvalidParameterError] = []

    def number(name: str) -> float | None:
        value = given[name]
        try:
            return None if value is None else float(value.replace(",", "."))
        except ValueError:
            faults.append(InvalidParameterError(NO_NUMBER, parameter=name, given=f"“{value}”"))
            return None

    closed = None
    try:
        closed = date.fromisoformat(given["closed"]) if given["closed"] else None
    except ValueError:
        value = f"“{given['closed']}”"
        faults.append(InvalidParameterError(NO_DATE, parameter="closed", given=value))
    lon, lat = number("lon"), number("lat")
    if faults:
        faults[0].others = tuple(faults[1:])
        raise faults[0]
    return Changes(
        closed=closed,
        phone=given["phone"],
        hours=given["hours"],
        hours_text=given["hours_text"],
        wheelchair=given["wheelchair"],
        address=given["address"],
        lon=lon,
        lat=lat,
    )


def _list(
    known: Session, *, fault_of: str | None = None, error: LocatorError | None = None
) -> Response:
    here = reporting()
    desk = here.desk(known.name)
    problems = [] if error is None else _problems(error)
    try:
        desk.repair()
        desk.forget(keep_days=here.keep_days)
    except LocatorError as fault:  # said, not hidden behind an error page
        problems += _problems(fault)
    if reloading().fault is not None:
        problems += _problems(cast(LocatorError, reloading().fault))
    asked = request.values
    done = asked.get("done", "")
    shown = asked.get("show", "pending") if asked.get("show") in SHOWN else "pending"
    number = max(1, int(asked["page"])) if asked.get("page", "").isdecimal() else 1
    number = min(number, 100_000)
    groups = _groups(shown, number) if shown in STATES else []
    log = here.store.decisions(first=(number - 1) * LINES, most=LINES + 1) if shown == "log" else ()
    more = len(groups) > FACILITIES or len(log) > LINES
    return _answer(
        _status(error),
        shown=shown,
        session=known,
        tabs={name: gettext(said) for name, said in SHOWN.items()},
        counts=here.store.counts(),
        groups=groups[:FACILITIES],
        log=log[:LINES],
        page_number=number,
        more=more,
        done=gettext(ACTIONS[done]) if done in ACTIONS else "",
        problems=problems,
        fault_of=fault_of,
        given={name: asked.get(name, "") for name in ALL_FIELDS} if fault_of else {},
    )


def _status(error: LocatorError | None) -> int:
    if error is None:
        return 200
    return 400 if isinstance(error, InvalidParameterError) else 503


def _problems(error: LocatorError) -> list[str]:
    if isinstance(error, InvalidParameterError):
        return [error_text(fault) for fault in error.faults]
    return [error_text(error)]


def _groups(shown: State, number: int) -> list[Group]:
    store = reporting().store
    names = store.facilities(shown, first=(number - 1) * FACILITIES, most=FACILITIES + 1)
    found: dict[str, list[ResidentReport]] = {name: [] for name in names}
    for report in store.reports(state=shown, facilities=names) if names else ():
        found[report.facility].append(report)
    return [_group(name, tuple(reports)) for name, reports in found.items()]


def _group(name: str, reports: tuple[ResidentReport, ...]) -> Group:
    city = state().city
    known = card(city, name) if name in city.facilities.index else None
    return Group(
        facility=name,
        name=known.name if known else name,
        present=present_facts(known) if known else None,
        reports=reports[:OF_ONE],
        more=max(0, len(reports) - OF_ONE),
    )


def _answer(status: int, **context: object) -> Response:
    response = make_response(
        render_template(
            "pages/moderate.html",
            said={kind: gettext(words) for kind, words in SAID.items()},
            action_words={action: gettext(words) for action, words in LINE.items()},
            fields_of=FIELDS,
            all_fields=ALL_FIELDS,
            wheelchair={code: gettext(WHEELCHAIR_WORDS[code]) for code in WHEELCHAIR},
            csrf_name=CSRF,
            keep_days=reporting().keep_days,
            **context,
        ),
        status,
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
