"""Show the accessibility statement, with the particulars that only the deploying body knows.

The structure follows the Polish act of 4 April 2019 on digital accessibility; nothing here is
invented: what is not set is shown as not set yet.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template

PREPARED = "2026-11-22"
"""Day of the self-assessment that the statement tells of."""

blueprint = Blueprint("accessibility", __name__)


@dataclass(frozen=True)
class Statement:
    """Who answers for the site; None where the settings do not say."""

    operator: str | None
    address: str | None
    person: str | None
    email: str | None
    phone: str | None
    published: str | None
    prepared: str = PREPARED


def statement(config: Mapping[str, Any]) -> Statement:
    """Return the statement's particulars.

    Each may be a setting (``OPERATOR_EMAIL``) or in the environment (``LOCATOR_OPERATOR_EMAIL``).
    """

    def setting(name: str) -> str | None:
        value = config.get(name) or os.environ.get(f"LOCATOR_{name}")
        return str(value) if value else None

    return Statement(
        operator=setting("OPERATOR_NAME"),
        address=setting("OPERATOR_ADDRESS"),
        person=setting("OPERATOR_PERSON"),
        email=setting("OPERATOR_EMAIL"),
        phone=setting("OPERATOR_PHONE"),
        published=setting("PUBLISHED_ON"),
    )


@blueprint.get("/accessibility")
def page() -> str:
    """Show the accessibility statement."""
    return render_template("pages/accessibility.html", statement=statement(current_app.config))
