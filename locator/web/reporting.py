"""Give the application what residents' reports and their moderators need."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from locator.api.context import AppState
from locator.curation.moderation import Desk
from locator.curation.report_store import ReportStore, store_of
from locator.web.forms import DailyLimit, Forms
from locator.web.limits import Limiter
from locator.web.state import state

LOGINS_PER_MINUTE, LOGINS_OF_ALL = 5, 60


@dataclass(frozen=True)
class Reporting:
    """What belongs to residents' reports in one application.

    Attributes
    ----------
    store : ReportStore
    secret : str
        Signs forms and sessions.
    forms, logins : Forms
        Tokens of the residents' form and of the moderators' way in.
    limit : DailyLimit
        Reports of one visitor on a day.
    tries, all_tries : Limiter
        Passwords that one visitor, and that all together, may try in a minute.
    keep_days : int
        How long reports are kept that were decided on.
    """

    store: ReportStore
    secret: str
    forms: Forms
    logins: Forms
    limit: DailyLimit
    tries: Limiter
    all_tries: Limiter
    keep_days: int

    def desk(self, who: str) -> Desk:
        """Return where `who` decides."""
        app = state()
        return Desk(app.city, self.store, who, app.now)


def install(app: Flask) -> None:
    """Give `app` its store of reports; nothing is written before there is a report."""
    known: AppState = app.extensions["locator"]
    secret = app.config["SECRET_KEY"] or secrets.token_urlsafe(32)
    app.extensions["locator.reporting"] = Reporting(
        store=store_of(known.city.folder, app.config["REPORTS"]),
        secret=secret,
        forms=Forms.signed_with(secret, "resident report"),
        logins=Forms.signed_with(secret, "moderators' way in"),
        limit=DailyLimit(app.config["REPORTS_PER_DAY"], now=known.now),
        tries=Limiter(per_minute=LOGINS_PER_MINUTE, at_once=1),
        all_tries=Limiter(per_minute=LOGINS_OF_ALL, at_once=1),
        keep_days=app.config["REPORTS_KEEP_DAYS"],
    )


def reporting() -> Reporting:
    """Return what the application that answers the current request has for reports."""
    return cast(Reporting, current_app.extensions["locator.reporting"])
