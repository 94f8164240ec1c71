"""Let pages of named origins frame our widgets, and nobody frame anything else."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from flask import Blueprint, Flask, Response, current_app, redirect, request
from pydantic import Field
from werkzeug.wrappers import Response as WerkzeugResponse

from locator.api.parsing import Pairs, parse
from locator.api.queries import Id, described, frozen
from locator.web.i18n import alternate_url, current_language
from locator.web.security import content_security_policy

ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?", re.IGNORECASE)
"""``https://www.example.org``, with ``*.`` for any part before; no path."""

ANYBODY = "*"


@frozen
class LanguageParams:
    """In which language a widget speaks."""

    lang: Literal["pl", "en", "uk"] | None = described("Language of the widget.", default=None)


@frozen
class EmbedParams(LanguageParams):
    """What somebody wants to put on a page of theirs."""

    show: Literal["nearest", "map"] = described(
        "A search with its list, or a map.", default="nearest"
    )
    layer: Id | None = described("Id of a layer; without one, every layer.", default=None)
    height: Annotated[int, Field(ge=300, le=1200)] = described("Height, px.", default=560)


def install(app: Flask) -> None:
    """Check the setting.

    Raises
    ------
    ValueError
        If EMBED_ORIGINS names something that is no origin.
    """
    app.extensions["locator.embedding"] = origins_of(app.config["EMBED_ORIGINS"])


def origins_of(setting: str) -> tuple[str, ...]:
    """Return the origins in a setting, commas or blanks between them.

    Raises
    ------
    ValueError
        If one is no origin.
    """
    origins = tuple(dict.fromkeys(setting.replace(",", " ").split()))
    wrong = [one for one in origins if one != ANYBODY and not ORIGIN.fullmatch(one)]
    if wrong:
        raise ValueError(
            f"EMBED_ORIGINS is {setting!r}; {wrong[0]!r} is no origin; allowed: "
            "https://www.example.org, https://*.example.org, commas between, or * for any"
        )
    return origins


def allowed_origins() -> tuple[str, ...]:
    """Return the origins whose pages may frame a widget, besides our own."""
    origins: tuple[str, ...] = current_app.extensions["locator.embedding"]
    return origins


def widget(blueprint: Blueprint) -> Blueprint:
    """Have all answers of a blueprint framed where that is allowed, in the language asked for."""

    @blueprint.before_request
    def speak() -> WerkzeugResponse | None:
        given = Pairs(("lang", value) for value in request.args.getlist("lang") if value)
        language = parse(LanguageParams, given).lang
        if language is None or language == current_language():
            return None
        return redirect(alternate_url(language), code=302)

    @blueprint.after_request
    def framed(response: Response) -> Response:
        ancestors = " ".join(("'self'", *allowed_origins()))
        response.headers["Content-Security-Policy"] = content_security_policy(
            current_app.config["TILES"], frame_ancestors=ancestors
        )
        # A page that isolates itself (COEP) may only frame what says that it may be framed.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return blueprint
