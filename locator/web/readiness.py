"""Tell whoever shares out visitors whether this server takes them: not before it is warm."""

from __future__ import annotations

import threading
from typing import cast

from flask import Blueprint, Flask, Response, current_app, jsonify

blueprint = Blueprint("readiness", __name__)


class Readiness:
    """Whether the application is warm, and whether it is about to end."""

    def __init__(self) -> None:
        self.warm, self.ending = threading.Event(), threading.Event()

    @property
    def state(self) -> str:
        """``ready``, ``warming`` or ``ending``."""
        if self.ending.is_set():
            return "ending"
        return "ready" if self.warm.is_set() else "warming"


def install(app: Flask) -> None:
    """Give `app` its readiness."""
    app.extensions["locator.readiness"] = Readiness()


def readiness(app: Flask) -> Readiness:
    """Return the readiness of an application."""
    return cast(Readiness, app.extensions["locator.readiness"])


@blueprint.get("/ready")
def page() -> Response:
    """Answer 200 where visitors may come, else 503 and why."""
    state = readiness(current_app).state
    response = jsonify({"ready": state == "ready", "state": state})
    response.headers["Cache-Control"] = "no-store"
    if state != "ready":
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return response
