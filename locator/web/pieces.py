"""Keep the pieces of pages that many visitors see alike, so that each is rendered once."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, cast

from flask import Flask, current_app, g, request
from jinja2.runtime import Macro
from markupsafe import Markup

from locator.base.memory import Memory
from locator.web.i18n import current_language
from locator.web.state import state

LIMIT_B = 4_000_000
"""What all pieces of a process may take: frames and forms of some hundred kinds."""

PIECES = "locator.web.pieces"


def once(macro: Macro, *args: Any, **kwargs: Any) -> Markup:
    """Return what a macro says, rendered once for a city, a language and its arguments.

    Only for macros that look at nothing of the request but its language and script name. Macros
    are known by their templates and names, arguments by their values.
    """
    kept, whose = g.get("pieces") or _of_request()
    question = (whose, macro._func.__globals__["name"], macro.name, args, *kwargs.items())
    return cast(Markup, kept.get(question, lambda: Markup(macro(*args, **kwargs))))


def _of_request() -> tuple[Memory, Hashable]:
    """Return the pieces that are kept, and whose of them a request is shown."""
    root = request.environ.get("SCRIPT_NAME", "")
    whose = (state().walkable_city.number, root, current_language())
    g.pieces = current_app.extensions[PIECES], whose
    return cast(tuple[Memory, Hashable], g.pieces)


def install(app: Flask) -> None:
    """Give templates `once`."""
    app.extensions[PIECES] = Memory(LIMIT_B)
    app.jinja_env.globals["once"] = once
