"""Show the search and the layers."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def page() -> str:
    """Show the search and the layers."""
    return render_template("pages/home.html")
