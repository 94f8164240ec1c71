"""Show the search and the layers."""

from __future__ import annotations

from flask import Blueprint, render_template

from locator.api.street_info import profile_choices
from locator.web.state import state

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def page() -> str:
    """Show the search and the layers."""
    return render_template("pages/home.html", profiles=profile_choices(state(), ""))
