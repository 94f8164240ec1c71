"""Generate the OpenAPI 3.1 document from what the operations declare.

Nothing is written twice: parameters come from the dataclasses of `locator.api.queries`, answers
from the types of `locator.api.schemas`, layers and groups from the city's catalogue. An operation
declared with `locator.api.operations.operation` is in the document by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Literal

from pydantic import TypeAdapter

from locator import __version__
from locator.api.operations import JSON, Operation
from locator.api.parsing import parameter_shapes, required_parameters
from locator.api.schemas import ErrorAnswer
from locator.base.i18n import LANGUAGE_NAMES, prefix
from locator.city.catalogue import Catalogue
from locator.city.model import City

REF = "#/components/schemas/{model}"
IN_PATH = re.compile(r"<(?:\w+:)?(\w+)>")

ABOUT = """\
Find the nearest city service by walking time, and see who is left out.

Coordinates are longitude, latitude in WGS84; lengths are metres (`_m`), times seconds (`_s`).
Every answer says which walking model made it. Messages are in the language of the server chosen:
Polish, or English under `/en`, or Ukrainian under `/uk`. Unknown parameters are refused (400).
All that is wrong with a question is told at once, in `faults`; the first decides the status: what
the address itself names and is not there (404), then a wrong form (400), then other unknown names.

The program is under the MIT License; data keep the terms of their sources, which `/data` lists."""


def document(
    operations: Iterable[Operation], catalogue: Catalogue, *, root: str = "", place: str = ""
) -> dict[str, Any]:
    """Return the OpenAPI document.

    Parameters
    ----------
    operations : iterable of Operation
    catalogue : Catalogue
        Whose layers and groups are the accepted values.
    root : str
        What a reverse proxy puts in front of the path.
    place : str
        Words for a place that the gazetteer knows, for examples.

    Returns
    -------
    dict
        OpenAPI 3.1.
    """
    listed = list(operations)
    answers, components = _schemas(listed)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{plain(catalogue.names['en']) or catalogue.id}: service locator",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "MIT License", "identifier": "MIT"},
        },
        "security": [],  # nobody has to say who they are
        "servers": [
            {"url": root + prefix(language) or "/", "description": name}
            for language, name in LANGUAGE_NAMES.items()
        ],
        "paths": {
            IN_PATH.sub(r"{\1}", one.path): {
                "get": _operation(one, answers[one.name], catalogue, place)
            }
            for one in listed
        },
        "components": {"schemas": components},
    }


def plain(name: str) -> str:
    """Return a name in ASCII: clients call packages after the title, and pip takes no other."""
    return (
        unicodedata.normalize("NFKD", name.translate({ord("ł"): "l", ord("Ł"): "L"}))
        .encode("ascii", "ignore")
        .decode()
        .strip()
    )


def _schemas(operations: list[Operation]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of each operation's answer by name, and what they refer to."""
    mode: Literal["validation"] = "validation"
    wanted = [(one.name, mode, TypeAdapter(one.answer)) for one in operations]
    wanted.append(("error", mode, TypeAdapter(ErrorAnswer)))
    by_key, rest = TypeAdapter.json_schemas(wanted, ref_template=REF)
    return {str(name): schema for (name, _), schema in by_key.items()}, rest.get("$defs", {})


def _operation(
    one: Operation, answer: Mapping[str, Any], catalogue: Catalogue, place: str
) -> dict[str, Any]:
    responses = {
        "200": {"description": one.summary, "content": {one.media_type: {"schema": answer}}}
    }
    for status in one.errors:
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {JSON: {"schema": {"$ref": REF.format(model="ErrorAnswer")}}},
        }
    return {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "description": one.description,
        "parameters": parameters_of(one, catalogue, place=place),
        "responses": responses,
    }


def parameters_of(one: Operation, catalogue: Catalogue, *, place: str = "") -> list[dict[str, Any]]:
    """Return the parameters of an operation as OpenAPI describes them.

    Parameters
    ----------
    one : Operation
    catalogue : Catalogue
        Whose layers and groups are the accepted values.
    place : str
        As for `document`.

    Returns
    -------
    list of dict
        Those with an ``example`` make, together, a question that has an answer.
    """
    in_path = set(IN_PATH.findall(one.path))
    required = required_parameters(one.params) | in_path
    made = []
    for name, shape in parameter_shapes(one.params).items():
        parameter: dict[str, Any] = {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in required or shape.get("minItems", 0) > 0,
            "description": shape.get("description", ""),
            "schema": _schema(name, shape, catalogue),
        }
        if shape.get("type") == "array":
            parameter |= {"style": "form", "explode": True}
        example = _example(parameter, one, catalogue, place)
        if example is not None:
            parameter["example"] = example
        made.append(parameter)
    return made


def _example(
    parameter: Mapping[str, Any], one: Operation, catalogue: Catalogue, place: str
) -> object:
    """Return what an example says for a parameter; None where it says nothing."""
    name, schema = parameter["name"], parameter["schema"]
    layers = [layer.id for layer in catalogue.layers.values() if not layer.moves]
    if name in one.example:
        return one.example[name]
    if name == "layer" and parameter["required"]:
        several = schema.get("type") == "array"
        return layers[: schema.get("minItems", 1)] if several else layers[0]
    return place if name == "q" and place else None


def some_place(city: City) -> str:
    """Return words that the gazetteer knows: the first address, or a point inside the city.

    Parameters
    ----------
    city : City

    Returns
    -------
    str
    """
    if len(city.addresses):
        first = city.addresses.iloc[0]
        return f"{first['street']} {first['number']}"
    inside = city.boundary.representative_point()
    return f"{inside.y:.5f}, {inside.x:.5f}"


def _schema(name: str, shape: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """Return the schema of a parameter, with the values that only the city knows."""
    schema = {key: value for key, value in shape.items() if key != "description"}
    if schema.get("minItems"):
        schema.pop("default", None)
    known = {"layer": list(catalogue.layers), "group": list(catalogue.groups)}.get(name)
    if known is None:
        return schema
    if schema.get("type") == "array":
        return schema | {"items": {"type": "string", "enum": known}}
    return schema | {"enum": known}
