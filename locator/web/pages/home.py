"""Show the search and the layers."""

from __future__ import annotations

from flask import Blueprint, render_template

from locator.api.street_info import profile_choices
from locator.web.ahead import same_for_all
from locator.web.lasting import lasting_a_minute
from locator.web.state import state

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@same_for_all
@lasting_a_minute
def page() -> str:
    """Show the search and the layers."""
    return render_template("pages/home.html", profiles=profile_choices(state(), ""))
