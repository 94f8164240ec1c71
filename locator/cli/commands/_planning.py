"""Share what the planners' commands have in common: districts, layers, areas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from locator.base.echo import cut
from locator.base.errors import QuestionError
from locator.geocoding.names import district_title

if TYPE_CHECKING:
    from locator.api.context import AppState
    from locator.api.parsing import Args
    from locator.city.model import City


Q = TypeVar("Q")


def question(app: AppState, kind: type[Q], given: Args, **path: str) -> Q:
    """Return the question that options ask, or end with everything that is wrong with them."""
    from locator.api.parsing import parse

    try:
        return parse(kind, given, strict=True, names=app.names, **path)
    except QuestionError as error:
        raise click.UsageError("\n".join(one.message for one in error.faults)) from None


def district_number(city: City, given: str, *, hint: str = "--district") -> int:
    """Return the number of the district that is given as number, Roman number or name."""
    wanted = given.strip().casefold()
    for number, row in city.districts.iterrows():
        if wanted in (str(number), str(row["roman"]).casefold(), str(row["name"]).casefold()):
            return int(str(number))
    titles = zip(city.districts["roman"], city.districts["name"], strict=True)
    known = ", ".join(district_title(*pair) for pair in titles)
    raise click.BadParameter(
        f"There is no district {cut(given)}. Districts: {known}.", param_hint=hint
    )


def unit_code(city: City, given: str, *, hint: str = "--unit") -> str:
    """Return the code of the neighbourhood unit that is given as code or name."""
    wanted = given.strip().casefold()
    for code, name in city.units["name"].items():
        if wanted in (str(code).casefold(), str(name).casefold()):
            return str(code)
    known = ", ".join(f"{code} {name}" for code, name in city.units["name"].items()) or "–"
    raise click.BadParameter(
        f"There is no neighbourhood unit {cut(given)}. Units: {known}.", param_hint=hint
    )


def read_area(path: Path) -> Any:
    """Return the union of the polygons of a GeoJSON file in WGS84, or end with what is wrong."""
    import shapely
    from shapely.geometry import shape

    def wrong(what: str) -> click.BadParameter:
        return click.BadParameter(f"{path.name} {what}.", param_hint="--forbidden")

    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        features = data["features"] if data["type"] == "FeatureCollection" else [data]
        shapes = [
            shape(one["geometry"] if one["type"] == "Feature" else one)
            for one in features
            if one.get("geometry", one) is not None
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise wrong("is not GeoJSON") from None
    except shapely.errors.ShapelyError:
        raise wrong("holds a geometry that cannot be read") from None
    if not shapes or {one.geom_type for one in shapes} - {"Polygon", "MultiPolygon"}:
        raise wrong("has to hold polygons, and nothing else")
    area = shapely.union_all([shapely.make_valid(one) for one in shapes])
    west, south, east, north = area.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise wrong("has to be in degrees, longitude before latitude (WGS84)")
    return area
