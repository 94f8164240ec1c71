"""Find what the application that answers the current request has loaded."""

from __future__ import annotations

from typing import cast

from flask import current_app

from locator.api.context import AppState


def state() -> AppState:
    """Return the state of the application that answers the current request."""
    return cast(AppState, current_app.extensions["locator"])
