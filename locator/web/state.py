"""Find what the application that answers the current request has loaded."""

from __future__ import annotations

from typing import TypeVar, cast

from flask import current_app

from locator.api.context import AppState
from locator.api.parsing import Args, parse

Q = TypeVar("Q")


def state() -> AppState:
    """Return the state of the application that answers the current request."""
    return cast(AppState, current_app.extensions["locator"])


def question(kind: type[Q], args: Args, **path: str) -> Q:
    """Return the question that a page is asked, its names looked up in the city.

    Parameters
    ----------
    kind, args, **path
        As for `locator.api.parsing.parse`.

    Raises
    ------
    InvalidParameterError, NotFoundError
        With everything that is wrong, as for `locator.api.parsing.parse`.
    """
    return parse(kind, args, strict=False, names=state().names, **path)
