"""Answer every error in one way: JSON under ``/api``, a page elsewhere, one table of statuses."""

from __future__ import annotations

import logging
from typing import cast

from flask import Flask, Response, current_app, render_template, render_template_string
from flask import request as current_request
from jinja2 import TemplateNotFound
from werkzeug.exceptions import HTTPException, InternalServerError

from locator.api.json import encoded
from locator.api.schemas import Candidate, ErrorDetail, ParameterFault, PlaceKind, Precision
from locator.base.errors import (
    N_,
    InvalidParameterError,
    LocatorError,
    NotComputableError,
    NotFoundError,
    OutsideCityError,
    QuestionError,
)
from locator.geocoding.place import Place
from locator.geocoding.resolving import AmbiguousPlaceError
from locator.web.i18n import error_text, gettext

STATUS: dict[type[LocatorError], int] = {
    InvalidParameterError: 400,
    NotFoundError: 404,
    OutsideCityError: 422,
    NotComputableError: 422,
}
"""HTTP status of each error class; a class that is not here has that of its nearest base."""

HTTP_ERRORS: dict[int, tuple[str, str]] = {
    400: ("bad_request", N_("The request could not be understood.")),
    403: ("forbidden", N_("This is not open to everyone.")),
    404: ("not_found", N_("There is no such page.")),
    405: ("method_not_allowed", N_("This address answers only to: {methods}.")),
    413: ("too_large", N_("The request is too large.")),
    414: ("too_large", N_("The address is too long.")),
    415: ("unsupported_media_type", N_("This kind of data is not accepted here.")),
    416: ("range_not_satisfiable", N_("The file has no such part.")),
    429: ("too_many_requests", N_("Too many requests at once. Try again in a minute.")),
    500: ("internal", N_("Something went wrong on our side. The fault has been recorded.")),
    503: ("busy", N_("The server is busy. Try again in a few seconds.")),
}
"""Code and message of each HTTP status that can be answered."""

NO_OPERATION = N_("The API has no such address. All of them are listed at {document}.")

TITLES: dict[int, str] = {
    404: N_("Not found"),
    422: N_("No answer for this"),
    500: N_("Our mistake"),
}

OTHER_TITLE = N_("That did not work")

PLAIN_PAGE = """<!doctype html><html lang="{{ current_language() }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{{ title }}</title>
</head><body><main><h1>{{ title }}</h1><p>{{ message }}</p></main></body></html>"""

log = logging.getLogger(__name__)


def status_of(error: LocatorError) -> int:
    """Return the HTTP status of `error`; 500 for a class that no visitor can cause."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def install(app: Flask) -> None:
    """Register the handlers; whatever is raised in a view ends up here."""
    app.register_error_handler(LocatorError, answer_locator_error)
    app.register_error_handler(HTTPException, answer_http_error)


def answer_locator_error(error: LocatorError) -> Response:
    """Answer an error of our own, its message in the language of the request."""
    status = status_of(error)
    if status >= 500:
        log.error("Error on %s", current_request.path, exc_info=error)
        return answer_http_error(InternalServerError())
    detail: ErrorDetail = {
        "code": error.code,
        "message": error_text(error),
        "parameter": error.parameter,
    }
    if isinstance(error, QuestionError):
        detail["faults"] = [_fault(fault) for fault in error.faults]
    if isinstance(error, AmbiguousPlaceError) and error.candidates:
        detail["candidates"] = [_candidate(place) for place in error.candidates]
    return _answer(status, detail)


def _fault(fault: QuestionError) -> ParameterFault:
    accepted = None if fault.accepted is None else dict(fault.accepted)
    return {"message": error_text(fault), "parameter": fault.parameter, "accepted": accepted}


def _candidate(place: Place) -> Candidate:
    return {
        "label": place.label,
        "kind": cast(PlaceKind, place.kind),
        "lon": place.lon,
        "lat": place.lat,
        "precision": cast(Precision, place.precision),
        "basis": place.basis,
        "note": gettext(place.note, **dict(place.note_values)) if place.note else None,
    }


def answer_http_error(error: HTTPException) -> Response:
    """Answer what Flask and Werkzeug raise; never with their text, never with a traceback."""
    ready = error.get_response()
    if error.code is None or error.code < 400:
        return Response(ready.get_data(), ready.status_code, ready.headers)
    code, message = HTTP_ERRORS.get(error.code, HTTP_ERRORS[400 if error.code < 500 else 500])
    if error.code == 404 and is_api_request():
        message = NO_OPERATION
    methods = sorted(set(ready.headers.get("Allow", "GET").split(", ")) - {"OPTIONS"})
    said = gettext(message, methods=", ".join(methods), document="/api/openapi.json")
    answer = _answer(error.code, {"code": code, "message": said, "parameter": None})
    for name in ("Allow", "Retry-After", "Content-Range"):
        if name in ready.headers:
            answer.headers[name] = ready.headers[name]
    return answer


def _answer(status: int, detail: ErrorDetail) -> Response:
    if is_api_request():
        answer = Response(encoded({"error": detail}), content_type="application/json")
    else:
        messages = [fault["message"] for fault in detail.get("faults", ())] or [detail["message"]]
        context = {
            "status": status,
            "code": detail["code"],
            "title": gettext(TITLES.get(status, OTHER_TITLE)),
            "message": " ".join(dict.fromkeys(messages)),
            "parameter": detail["parameter"],
        }
        answer = current_app.make_response(_page(context))
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(context: dict[str, object]) -> str:
    # An error in the templates themselves must not hide the error that is being told.
    try:
        return render_template("pages/error.html", **context)
    except TemplateNotFound:
        pass
    except Exception:
        log.exception("The error page itself failed on %s", current_request.path)
    return render_template_string(PLAIN_PAGE, **context)


def is_api_request() -> bool:
    """Tell whether a machine asked: the path lies under ``/api`` or is the health check.

    Under ``/ogc``, where people are welcome as well, it is one unless it asks for a page.
    """
    path = current_request.path
    if path == "/ogc" or path.startswith("/ogc/"):
        return not current_request.accept_mimetypes.accept_html
    return path == "/api" or path.startswith("/api/") or path == "/healthz"
