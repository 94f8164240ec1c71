"""Open a scenario file on the page: into its address, or with everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from flask import redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from locator.analysis.scenario.faults import ScenarioFault, ScenarioFileError, whole_file
from locator.analysis.scenario.file import MAX_BYTES, check_scenario, scenario_from, too_large
from locator.api.context import AppState
from locator.api.planning_queries import scenario_texts
from locator.base.errors import N_, LocatorError, Said
from locator.web.forms import refuse_other_sites
from locator.web.i18n import error_text, gettext, ngettext, url
from locator.web.security import MAX_QUERY_BYTES

FIELD = "file"
FORM_BYTES = 20_000
"""What a browser sends around the file."""

SHOWN = 40
"""Faults that a page lists; whoever has more has another kind of file."""


@dataclass(frozen=True)
class FileFaults:
    """Why a file was not opened, in the visitor's language.

    Attributes
    ----------
    title : str
    lines : tuple of (str, str, str)
        Where, what is wrong, what would be accepted; the first and last may be empty.
    more : str
        How many faults are not listed; empty if all are.
    """

    title: str
    lines: tuple[tuple[str, str, str], ...]
    more: str


def opened(app: AppState) -> Response:
    """Return the way to the page that shows the scenario file of this request.

    Raises
    ------
    ScenarioFileError
        With every fault of the file, in its form or against the city, or because the change is
        too long for an address.
    Forbidden
        When another site's page sent the file.
    """
    refuse_other_sites()
    name, content = _sent_file()
    change = scenario_from(content, file=name)
    try:
        check_scenario(app.walkable_city, change, file=name)
    except ScenarioFileError:
        raise
    except LocatorError as error:  # a service that moves, a group without people
        raise whole_file(name, error.template, Said("-"), **error.values) from None
    address = url("what_if.page", scenario_texts(change), layer_id=change.layer)
    if len(address.partition("?")[2]) > MAX_QUERY_BYTES:
        raise whole_file(
            name,
            N_(
                "is too long for the address of a page ({length} characters); the command "
                "`locator scenario` reads it"
            ),
            Said(N_("at most {most} characters"), {"most": MAX_QUERY_BYTES}),
            length=len(address),
        )
    return redirect(f"{address}#result", code=303)


def faults_in_words(error: ScenarioFileError) -> FileFaults:
    """Return what is wrong with a file, in the current language."""
    faults = error.faults
    hidden = len(faults) - SHOWN
    return FileFaults(
        title=gettext("The file “{file}” was not opened.", file=error.file),
        lines=tuple(_line(fault) for fault in faults[:SHOWN]),
        more=ngettext("and {n} more fault", "and {n} more faults", hidden) if hidden > 0 else "",
    )


def _line(fault: ScenarioFault) -> tuple[str, str, str]:
    where = "" if fault.member == "-" else fault.member
    if fault.position is not None:
        entry = gettext("{member}, entry {n}", member=fault.member, n=fault.position + 1)
        inner = "" if fault.inner in ("-", fault.member) else f", {fault.inner}"
        where = entry + inner
    accepted = _words(fault.accepted)
    return where, _words(fault.said).rstrip("."), "" if accepted == "-" else accepted


def _words(said: Said) -> str:
    values: dict[str, Any] = dict(said.values)
    return error_text(LocatorError(said.template, **values))


def _sent_file() -> tuple[str, bytes]:
    """Return name and content of the file that the form sent."""
    request.max_content_length = MAX_BYTES + FORM_BYTES
    try:
        sent = request.files.get(FIELD)
    except RequestEntityTooLarge:
        raise too_large(gettext("scenario file")) from None
    if sent is None or not sent.filename:
        raise whole_file(
            gettext("scenario file"), N_("no file was chosen"), Said(N_("a file in JSON"))
        )
    return _short_name(sent.filename), sent.stream.read(MAX_BYTES + 1)


def _short_name(given: str) -> str:
    name = PurePath(given.replace("\\", "/")).name
    name = "".join(letter for letter in name if letter.isprintable())
    return name if len(name) <= 60 else f"{name[:56]}…"
