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

LIMIT_B = 2_500_000
"""What all pieces of a process may take: frames and forms, and rows of lists in some languages."""

PIECES = "locator.web.pieces"


def once(macro: Macro, *args: Any, **kwargs: Any) -> Markup:
    """Return what a macro says, rendered once for a city, a language and its arguments.

    Only for macros that look at nothing of the request but its language and script name. Macros
    are known by their templates and names, arguments by their values.
    """
    return _kept((args, *kwargs.items()), macro, *args, **kwargs)


def once_for(told_by: Hashable, macro: Macro, *args: Any) -> Markup:
    """Return the same of arguments that are dear to make or have no values: `told_by` decides.

    Whatever the macro says of them in a city and a language follows from it.
    """
    return _kept(told_by, macro, *args)


def _kept(told_by: Hashable, macro: Macro, *args: Any, **kwargs: Any) -> Markup:
    kept, whose = g.get("pieces") or _of_request()
    question = (whose, macro._func.__globals__["name"], macro.name, told_by)
    return cast(Markup, kept.get(question, lambda: Markup(macro(*args, **kwargs))))


def _of_request() -> tuple[Memory, Hashable]:
    """Return the pieces that are kept, and whose of them a request is shown."""
    root = request.environ.get("SCRIPT_NAME", "")
    whose = (state().walkable_city.number, root, current_language())
    g.pieces = current_app.extensions[PIECES], whose
    return cast(tuple[Memory, Hashable], g.pieces)


def install(app: Flask) -> None:
    """Give templates `once` and `once_for`."""
    app.extensions[PIECES] = Memory(LIMIT_B)
    app.jinja_env.globals |= {"once": once, "once_for": once_for}
