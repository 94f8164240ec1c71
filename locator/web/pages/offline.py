"""Stand in for any page when there is no network: what the device has is listed."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template

from locator.api.context import AppState
from locator.web.keeping import kept_page, stands_in

blueprint = Blueprint("offline", __name__)


@blueprint.get("/offline")
def page() -> str:
    """Show what works without a network, from what the browser was given before."""
    return kept_page("")


@stands_in("")
def made(app: AppState, monday: date) -> str:
    """Return the page in the current language."""
    return render_template("pages/offline.html", no_alternates=True)
