"""List the layers, and how complete each is."""

from __future__ import annotations

from flask import Blueprint, render_template

from locator.web.state import state
from locator.web.words.provenance import completeness_rows

blueprint = Blueprint("layers", __name__)


@blueprint.get("/layers")
def page() -> str:
    """List the layers."""
    return render_template("pages/layers.html", rows=completeness_rows(state().walkable_city))
