"""Show people the document of the API: every address, what it takes, an example that works."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, render_template
from markupsafe import Markup, escape

from locator.api.context import AppState
from locator.api.openapi import parameters_of, some_place
from locator.api.operations import Operation, operations
from locator.base.errors import N_
from locator.web.ahead import same_for_all
from locator.web.i18n import gettext, url
from locator.web.lasting import lasting_a_minute
from locator.web.state import state

GROUPS = {
    "services": N_("Find services"),
    "coverage": N_("Reach of services"),
    "aed": N_("Defibrillators (AED)"),
    "planning": N_("What if"),
    "data": N_("Data"),
    "service": N_("This service"),
}
"""Heading of each tag; a tag that is not here is its own heading."""


@dataclass(frozen=True)
class Parameter:
    """One parameter in words."""

    name: str
    required: bool
    accepted: str
    default: str
    description: Markup


@dataclass(frozen=True)
class Described:
    """One operation in words."""

    name: str
    path: str
    summary: str
    description: Markup
    media_type: str
    parameters: tuple[Parameter, ...]
    example: str


blueprint = Blueprint("api", __name__)


@blueprint.get("/api", strict_slashes=False)
@same_for_all
@lasting_a_minute
def page() -> str:
    """Show what the API answers."""
    app = state()
    groups: dict[str, list[Described]] = {tag: [] for tag in GROUPS}
    for operation in operations():
        groups.setdefault(operation.tag, []).append(described(operation, app))
    return render_template(
        "pages/api.html",
        groups=[
            (gettext(GROUPS.get(tag, tag)), listed) for tag, listed in groups.items() if listed
        ],
    )


def described(operation: Operation, app: AppState) -> Described:
    """Return an operation in words, with an example of this city."""
    parameters = parameters_of(operation, app.catalogue)
    return Described(
        name=operation.name,
        path=operation.path.replace("<", "{").replace(">", "}"),
        summary=operation.summary,
        description=with_code(operation.description),
        media_type=operation.media_type,
        parameters=tuple(_parameter(one) for one in parameters),
        example=example_of(operation, app),
    )


def _parameter(one: Mapping[str, Any]) -> Parameter:
    schema = one["schema"]
    default = schema.get("default")
    return Parameter(
        name=one["name"],
        required=one["required"],
        accepted=accepted(schema),
        default="" if default in (None, ()) else str(default),
        description=with_code(one["description"]),
    )


def with_code(description: str) -> Markup:
    """Return a description with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(description))))


def accepted(schema: Mapping[str, Any]) -> str:
    """Return in words what a parameter's schema accepts."""
    if schema.get("type") == "array":
        return accepted(schema["items"])
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if "minimum" in schema:
        kind = "integer" if schema["type"] == "integer" else "number"
        return f"{kind}, {schema['minimum']} … {schema['maximum']}"
    if "examples" in schema:
        return f"{schema['examples'][0]}"
    if "maxLength" in schema:
        return f"text, {schema['minLength']} … {schema['maxLength']}"
    return str(schema.get("type", ""))


def example_of(operation: Operation, app: AppState) -> str:
    """Return an address that answers: what the document gives as examples, put together."""
    said = {
        one["name"]: (one["in"], one["example"])
        for one in parameters_of(operation, app.catalogue, place=some_place(app.city))
        if "example" in one
    }
    values = {name: quote(str(value)) for name, (where, value) in said.items() if where == "path"}
    asked = {name: value for name, (where, value) in said.items() if where == "query"}
    query = f"?{urlencode(asked, doseq=True)}" if asked else ""
    return url(f"api.{operation.name}", **values) + query
