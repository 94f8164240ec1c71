"""Serve a city folder to a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from locator.web import create_app


def client_of(folder: Path, **settings: Any) -> FlaskClient:
    """Return a client of the application over a folder, who may ask as often as they like."""
    return create_app({"GEODATA": folder, "LIMIT_PER_MINUTE": 0, **settings}).test_client()
