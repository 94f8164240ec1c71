"""Publish what the city folder, a scenario file and every answer look like, as JSON Schema."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from locator.analysis.scenario.file import scenario_schema
from locator.api.asking import OPERATIONS
from locator.api.operations import GEOJSON, JSON
from locator.api.schemas import ErrorAnswer
from locator.city.json_schema import city_schemas

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schemas(site: str) -> dict[str, dict[str, Any]]:
    """Return every schema by its path below ``/schemas/``.

    Parameters
    ----------
    site : str
        Address of the site, without a slash at its end: a schema's name is its address.

    Returns
    -------
    dict of str to dict
    """
    found = {f"city/{file}.json": schema for file, schema in city_schemas().items()}
    found["scenario.json"] = scenario_schema()
    found["answers/error.json"] = TypeAdapter(ErrorAnswer).json_schema()
    for one in OPERATIONS.values():
        if one.media_type in (JSON, GEOJSON):
            found[f"answers/{one.name}.json"] = TypeAdapter(one.answer).json_schema()
    return {
        path: {"$schema": DIALECT, "$id": f"{site}/schemas/{path}", **schema}
        for path, schema in found.items()
    }
