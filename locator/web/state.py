"""Find what the application that answers the current request has loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar, cast

from flask import current_app, g

from locator.api.context import AppState
from locator.api.parsing import Args, parse
from locator.country.table import FILE

Q = TypeVar("Q")


def state() -> AppState:
    """Return the state of the application, the same one as long as a request is answered."""
    if "locator_state" not in g:  # the city may be read again meanwhile
        g.locator_state = current_app.extensions["locator"]
    return cast(AppState, g.locator_state)


def country_file() -> Path | None:
    """Return the table of ``LOCATOR_COUNTRY``, or of the city folder; None where none is named."""
    named = current_app.config["COUNTRY"]
    path = Path(named) if named else state().city.folder / FILE
    if path.is_dir():
        path = path / FILE
    return path if named or path.is_file() else None


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
