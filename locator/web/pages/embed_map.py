"""Show the map of a service, or of all, for a frame on another page."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from locator.city.lookup import known_layer
from locator.web.embedding import widget
from locator.web.i18n import gettext, text, url
from locator.web.map.pages import map_for
from locator.web.state import state

blueprint = widget(Blueprint("embed_map", __name__))


@blueprint.get("/embed/map")
def page() -> str:
    """Show the map alone."""
    given = request.args.get("layer")
    if not given:
        title, whole, shown = gettext("Map of all services"), url("map.page"), map_for("city", {})
    else:
        layer = known_layer(state().catalogue, given)
        title = gettext("Map: {layer}", layer=text(layer.names))
        whole = url("layer.page", layer_id=layer.id)
        shown = map_for("layer", {"layer": layer.id})
    return render_template("pages/embed_map.html", title=title, whole=whole, map=shown)
