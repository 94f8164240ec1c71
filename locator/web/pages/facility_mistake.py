"""Take a report of what is wrong of a facility, or that all is right; from anybody, of nobody."""

from __future__ import annotations

import time
from typing import cast

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.wrappers import Response as AnyResponse

from locator.base.errors import N_, InvalidParameterError, LocatorError
from locator.curation.report_store import NotKeptError
from locator.curation.resident_reports import (
    KINDS,
    MOST_LETTERS,
    RIGHT,
    Kind,
    ResidentReport,
    plain_words,
)
from locator.web.forms import TOKEN, HastyFormError, refuse_other_sites
from locator.web.i18n import current_language, error_text, gettext, url
from locator.web.map.feeds import known_facility
from locator.web.pages.accessibility import statement
from locator.web.reporting import reporting
from locator.web.security import counted
from locator.web.state import state
from locator.web.words.cards import card
from locator.web.words.reporting import WRONG, corrected, kept_words, present_facts

blueprint = Blueprint("facility_mistake", __name__)

FORM_BYTES = 64 * 1024
TRAP = "website"
"""A field that nobody sees; programs that fill in whatever there is fill it in."""

NO_KIND = N_("Choose what is wrong.")
NO_WORDS = N_("Say in a few words what is wrong.")
TOO_LONG = N_("At most {most} characters; yours are {given}.")
TOO_MANY = N_("So many reports a day are enough for one connection. Please go on tomorrow.")
FULL = N_("Your report could not be kept, so nothing of it was. Please try again later.")

blueprint.add_app_template_global(corrected, "corrections_of")
blueprint.add_app_template_global(kept_words)


@blueprint.get("/facilities/<facility_id>/mistake")
def page(facility_id: str) -> Response:
    """Show the form, or what happens next to a report that has just come in."""
    known_facility(facility_id)
    sent = request.args.get("sent")
    if sent is not None:
        return _answer("sent", facility_id, kind=RIGHT if sent == RIGHT else "other")
    asked = request.args.get("what", "")
    return _answer("form", facility_id, kind=asked if asked in KINDS else "")


@blueprint.post("/facilities/<facility_id>/mistake")
@counted
def send(facility_id: str) -> AnyResponse:
    """Keep a report, then thank for it; or show the form again with all that is wrong."""
    refuse_other_sites()
    known_facility(facility_id)
    request.max_content_length = FORM_BYTES
    kind = request.form.get("what", "")
    words = plain_words(request.form.get("words", ""))
    thanks = url(
        "facility_mistake.page", facility_id=facility_id, sent=RIGHT if kind == RIGHT else "1"
    )
    if request.form.get(TRAP):
        return redirect(thanks, code=303)
    here = reporting()
    faults = _faults(kind, words)
    token, number = request.form.get(TOKEN, ""), ""
    try:
        number = here.forms.number(token, facility_id, now=time.time)
    except HastyFormError as error:
        faults.append(error)  # the form is good: the same token comes back with it
    except InvalidParameterError as error:
        faults.append(error)
        token = ""
    if faults:
        return _again(facility_id, 400, faults, kind, words, token)
    address = request.remote_addr or "-"
    if not here.limit.allow(address):
        wait = here.limit.wait_s()
        fault = InvalidParameterError(TOO_MANY)
        answer = _again(facility_id, 429, [fault], kind, words, token)
        answer.headers["Retry-After"] = str(wait)
        return answer
    report = ResidentReport(
        id=number,
        facility=facility_id,
        kind=cast(Kind, kind),
        words=words,
        language=current_language(),
        reported_on=state().now().date().isoformat(),
    )
    try:
        here.store.add(report)
    except NotKeptError as error:
        current_app.logger.error("A report could not be kept: %s", error)
        return _again(facility_id, 503, [InvalidParameterError(FULL)], kind, words, token)
    return redirect(thanks, code=303)


def _faults(kind: str, words: str) -> list[LocatorError]:
    faults: list[LocatorError] = []
    if kind not in KINDS:
        faults.append(InvalidParameterError(NO_KIND, parameter="what"))
    if kind == "other" and not words:
        faults.append(InvalidParameterError(NO_WORDS, parameter="words"))
    if len(words) > MOST_LETTERS:
        fault = InvalidParameterError(
            TOO_LONG, parameter="words", most=MOST_LETTERS, given=len(words)
        )
        faults.append(fault)
    return faults


def _again(
    facility_id: str,
    status: int,
    faults: list[LocatorError],
    kind: str,
    words: str,
    token: str,
) -> Response:
    problems = [(fault.parameter, error_text(fault)) for fault in faults]
    answer = _answer(
        "form",
        facility_id,
        kind=kind,
        words=words,
        token=token,
        problems=problems,
        elsewhere=status in (429, 503),
    )
    answer.status_code = status
    return answer


def _answer(
    shown: str, facility_id: str, *, kind: str = "", token: str = "", **more: object
) -> Response:
    here = reporting()
    facility = card(state().city, facility_id)
    answer = make_response(
        render_template(
            "pages/facility_mistake.html",
            shown=shown,
            facility=facility,
            present=present_facts(facility),
            wrong={name: gettext(said) for name, said in WRONG.items()},
            kind=kind,
            token=token or here.forms.token(facility_id),
            most_letters=MOST_LETTERS,
            keep_days=here.keep_days,
            can_keep=here.store.can_keep(),
            operator=statement(current_app.config),
            **more,
        )
    )
    # The form is of this moment, and nothing that a search engine should list.
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
