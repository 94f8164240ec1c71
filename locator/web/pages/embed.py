"""Make the snippet that puts a widget of ours on another page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request

from locator.api.parsing import Pairs, parse
from locator.base.i18n import prefix, speaking
from locator.city.lookup import known_layer
from locator.web.embedding import EmbedParams, allowed_origins
from locator.web.i18n import current_language, gettext, text, url
from locator.web.security import content_security_policy
from locator.web.state import state

HEIGHTS = (420, 560, 720)
KNOWN = ("show", "layer", "lang", "height")

blueprint = Blueprint("embed", __name__)


@blueprint.get("/embed")
def page() -> Response:
    """Show the form, a preview and the text to copy."""
    pairs = request.args.items(multi=True)
    asked = parse(EmbedParams, Pairs(pair for pair in pairs if pair[0] in KNOWN and pair[1]))
    language = asked.lang or current_language()
    path = _path(asked)
    root = str(request.environ.get("locator.root", ""))
    response = make_response(
        render_template(
            "pages/embed.html",
            asked=asked,
            language=language,
            heights=sorted({*HEIGHTS, asked.height}),
            title=_title(asked, language),
            src=root + prefix(language) + path,
            site=request.host_url.rstrip("/"),
            origins=allowed_origins(),
        )
    )
    response.headers["Content-Security-Policy"] = content_security_policy(
        current_app.config["TILES"], frame_src="'self'"
    )
    return response


def _path(asked: EmbedParams) -> str:
    """Return the address of the widget below the prefix of a language."""
    with_prefix: str = url(f"embed_{asked.show}.page", layer=asked.layer)
    return with_prefix.removeprefix(request.script_root)


def _title(asked: EmbedParams, language: str) -> str:
    """Return the name of the frame, which a reader of the screen hears, in the widget's words."""
    catalogue = state().catalogue
    layer: Any = asked.layer and known_layer(catalogue, asked.layer)
    with speaking(language):
        said = text(layer.names) if layer else gettext("All services")
        if asked.show == "map":
            shown = gettext("Map: {layer}", layer=said)
        else:
            shown = gettext("Nearest: {layer}", layer=said)
        return f"{shown} – {text(catalogue.names)}"
