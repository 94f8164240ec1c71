"""List the layers, and how complete each is."""

from __future__ import annotations

from flask import Blueprint, render_template

from locator.web.ahead import same_for_all
from locator.web.lasting import lasting_a_minute
from locator.web.state import state
from locator.web.words.provenance import completeness_rows

blueprint = Blueprint("layers", __name__)


@blueprint.get("/layers")
@same_for_all
@lasting_a_minute
def page() -> str:
    """List the layers."""
    return render_template("pages/layers.html", rows=completeness_rows(state().walkable_city))
