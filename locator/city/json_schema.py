"""Say what the files of a city folder hold as JSON Schema, from the types that read them.

A TOML file is described as the JSON that it stands for. What a schema cannot say (a group that
exists, a point inside the city) is said by ``locator check``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from locator.base.toml import NAME
from locator.city.catalogue import Catalogue
from locator.city.claims import Claims
from locator.city.facilities import FIELDS, Field
from locator.city.field_types import Text
from locator.city.uncertainty import Uncertainty

Schema = dict[str, Any]

DECLARED: Mapping[str, Any] = {
    "catalogue.toml": Catalogue,
    "claims.toml": Claims,
    "kinds.toml": dict[str, Text],
    "uncertainty.toml": Uncertainty,
}
"""File -> the type that it is read as."""

DAY = r"^\d{4}(-\d{2}(-\d{2})?)?$"
POINT: Schema = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"const": "Point"},
        "coordinates": {
            "type": "array",
            "minItems": 2,
            "prefixItems": [
                {"type": "number", "minimum": -180, "maximum": 180},
                {"type": "number", "minimum": -90, "maximum": 90},
            ],
        },
    },
}
AREA: Schema = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"enum": ["Polygon", "MultiPolygon"]},
        "coordinates": {"type": "array", "minItems": 1},
    },
}

_KINDS: Mapping[str, Schema] = {
    "text": {"type": "string"},
    "web": {"type": "string"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": DAY},
    "object": {"type": "object"},
}


def city_schemas() -> dict[str, Schema]:
    """Return the schema of each kind of file of a city folder, by the file's name.

    Returns
    -------
    dict of str to dict
        ``layer.geojson`` is that of every layer.
    """
    declared = {name: _of_names(TypeAdapter(kind).json_schema()) for name, kind in DECLARED.items()}
    return {
        **declared,
        "layer.geojson": _collection(
            {field.name: _of_field(field) for field in FIELDS},
            [field.name for field in FIELDS if field.required],
            {"anyOf": [POINT, {"type": "null"}]},
        ),
        "districts.geojson": _collection(
            {
                "number": {"type": "integer", "minimum": 1},
                "roman": {"type": "string"},
                "name": {"type": "string", "minLength": 1},
                "residents": {"type": ["integer", "null"], "minimum": 0},
            },
            ["number", "roman", "name"],
            AREA,
        ),
    }


def _collection(properties: Schema, required: list[str], geometry: Schema) -> Schema:
    feature = {
        "type": "object",
        "required": ["type", "properties", "geometry"],
        "properties": {
            "type": {"const": "Feature"},
            "properties": {
                "type": "object",
                "required": required,
                "properties": properties,
            },
            "geometry": geometry,
        },
    }
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": feature},
        },
    }


def _of_field(field: Field) -> Schema:
    shape = {"enum": list(field.choices)} if field.kind == "choice" else _KINDS[field.kind]
    return dict(shape) if field.required else {"anyOf": [dict(shape), {"type": "null"}]}


def _of_names(schema: Any) -> Any:
    """Return a schema without what is not in the file: the names of tables among their values."""
    if isinstance(schema, list):
        return [_of_names(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _of_names(value) for key, value in schema.items()}
    if NAME in (plain.get("properties") or {}):
        del plain["properties"][NAME]
        plain["required"] = [name for name in plain.get("required", ()) if name != NAME]
    return plain
