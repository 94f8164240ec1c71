"""Keep the pieces of pages that many visitors see alike, so that each is rendered once."""

from __future__ import annotations

from typing import Any

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
    are known by their names, arguments by their values.
    """
    if "pieces_for" not in g:
        root = request.environ.get("SCRIPT_NAME", "")
        g.pieces_for = (state().walkable_city.number, root, current_language())
    kept: Memory = current_app.extensions[PIECES]
    question = (g.pieces_for, macro.name, args, *kwargs.items())
    return kept.get(question, lambda: Markup(macro(*args, **kwargs)))


def install(app: Flask) -> None:
    """Give templates `once`."""
    app.extensions[PIECES] = Memory(LIMIT_B)
    app.jinja_env.globals["once"] = once
