"""Show everything on one map."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from locator.web.ahead import same_for_all
from locator.web.lasting import lasting_a_minute
from locator.web.map.pages import map_or_none

blueprint = Blueprint("map", __name__)


@blueprint.get("/map")
@same_for_all
@lasting_a_minute
def page() -> str:
    """Show everything on one map."""
    return render_template("pages/map.html", map=map_or_none("city", request.args))
