"""Answer the widget of the nearest facilities, for a frame on another page."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from locator.web.embedding import widget
from locator.web.pages.nearest import view_of
from locator.web.security import counted
from locator.web.state import state

SHOWN = 3
"""A frame is small; the whole page is one link away."""

blueprint = widget(Blueprint("embed_nearest", __name__))


@blueprint.get("/embed/nearest")
@counted
def page() -> tuple[str, int]:
    """Show a search and its first results; what is wrong with the question is said there."""
    args = MultiDict(pair for pair in request.args.items(multi=True) if pair[0] != "lang")
    args.setdefault("k", str(SHOWN))
    view = view_of(state(), args, whole=False)
    return render_template("pages/embed_nearest.html", view=view), view.code
