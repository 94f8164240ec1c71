"""List every facility of a layer, located or not."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from locator.base.echo import shortened
from locator.base.errors import N_, NotFoundError
from locator.web.lasting import lasting_a_minute
from locator.web.map.pages import map_or_none
from locator.web.security import counted
from locator.web.state import state
from locator.web.words.listing import listing_of

blueprint = Blueprint("layer", __name__)


@blueprint.get("/layers/<layer_id>")
@counted
@lasting_a_minute
def page(layer_id: str) -> str:
    """List every facility of a layer, located or not."""
    app = state()
    if layer_id not in app.catalogue.layers:
        raise NotFoundError(
            N_("There is no list of services called {given}."),
            parameter="layer",
            given=shortened(layer_id),
        )
    listing = listing_of(app.walkable_city, layer_id, request.args, at=app.now())
    page_map = map_or_none("layer", {"layer": layer_id})
    return render_template("pages/layer.html", listing=listing, layer=listing.layer, map=page_map)
