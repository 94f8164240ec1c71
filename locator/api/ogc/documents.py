"""Describe the collections: landing page, conformance, and all of it as OpenAPI 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from locator import __version__
from locator.api.context import AppState
from locator.api.ogc.collections import Collection, collections
from locator.api.ogc.crs import CRS84, systems
from locator.api.ogc.items import CrsParams, ItemsParams, Page
from locator.api.operations import GEOJSON, JSON
from locator.api.parsing import parameter_shapes
from locator.base.i18n import gettext, text

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
HTML = "text/html"

CONFORMS_TO = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)

Links = list[dict[str, str]]


def link(rel: str, href: str, kind: str, title: str = "") -> dict[str, str]:
    """Return a link as RFC 8288 has it.

    Parameters
    ----------
    rel, href, kind, title : str
        Relation, address, media type, words for people.

    Returns
    -------
    dict of str to str
    """
    return {"rel": rel, "href": href, "type": kind, **({"title": title} if title else {})}


def landing(app: AppState, root: str) -> dict[str, Any]:
    """Return where everything is.

    Parameters
    ----------
    app : AppState
    root : str
        Absolute address of the landing page.

    Returns
    -------
    dict
    """
    return {
        "title": gettext("Services of {city}", city=text(app.catalogue.names)),
        "description": gettext(
            "Facilities, districts, coverage and gaps of the city, as OGC API - Features."
        ),
        "attribution": text(app.catalogue.attribution),
        "links": [
            link("self", f"{root}?f=json", JSON),
            link("alternate", f"{root}?f=html", HTML),
            link("service-desc", f"{root}/api", OPENAPI, gettext("Description as OpenAPI 3.0")),
            link("service-doc", f"{root}?f=html", HTML),
            link("conformance", f"{root}/conformance", JSON, gettext("What it conforms to")),
            link("data", f"{root}/collections", JSON, gettext("Collections")),
        ],
    }


def all_collections(app: AppState, root: str) -> dict[str, Any]:
    """Return the collections.

    Parameters
    ----------
    app : AppState
    root : str
        Absolute address of the landing page.

    Returns
    -------
    dict
    """
    return {
        "links": [
            link("self", f"{root}/collections?f=json", JSON),
            link("alternate", f"{root}/collections?f=html", HTML),
        ],
        "crs": list(systems(app)),
        "collections": [one_collection(app, one, root) for one in collections(app).values()],
    }


def one_collection(app: AppState, collection: Collection, root: str) -> dict[str, Any]:
    """Return what a collection is: where, in which systems, where its features are.

    Parameters
    ----------
    app : AppState
    collection : Collection
    root : str
        Absolute address of the landing page.

    Returns
    -------
    dict
    """
    here = f"{root}/collections/{collection.id}"
    bounds = [round(side, 5) for side in app.city.boundary.bounds]
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "itemType": "feature",
        "attribution": text(app.catalogue.attribution),
        "extent": {
            "spatial": {
                "bbox": [bounds],
                "crs": CRS84,
            },
            "temporal": {
                "interval": [[None, None]],
                "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
            },
        },
        "crs": list(systems(app)),
        "storageCrs": CRS84,
        "links": [
            link("self", f"{here}?f=json", JSON),
            link("alternate", f"{here}?f=html", HTML),
            link("items", f"{here}/items?f=json", GEOJSON, gettext("Features as GeoJSON")),
            link("items", f"{here}/items?f=html", HTML, gettext("Features as a page")),
            link(
                "license",
                "https://opendatacommons.org/licenses/odbl/1-0/",
                HTML,
                "Open Database License 1.0",
            ),
        ],
    }


def feature_collection(page: Page, collection: Collection, links: Links) -> dict[str, Any]:
    """Return a page of features as GeoJSON.

    Parameters
    ----------
    page : Page
    collection : Collection
    links : list of dict

    Returns
    -------
    dict
    """
    return {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
        "links": links,
        "features": page.features,
    }


def openapi30(app: AppState, root: str) -> dict[str, Any]:
    """Return the description of these addresses as OpenAPI 3.0, which the standard asks for.

    Parameters
    ----------
    app : AppState
    root : str
        Absolute address of the landing page.

    Returns
    -------
    dict
    """
    known = collections(app)
    in_path: dict[str, Any] = {"in": "path", "required": True}
    which = {**in_path, "name": "collectionId", "schema": {"type": "string", "enum": list(known)}}
    one = {**in_path, "name": "featureId", "schema": {"type": "string"}}
    shape = [_parameter("f", parameter_shapes(CrsParams)["f"])]
    page = [_parameter(name, said) for name, said in parameter_shapes(ItemsParams).items()]
    page.append(_FILTERS)
    feature = [_parameter(name, said) for name, said in parameter_shapes(CrsParams).items()]
    return {
        "openapi": "3.0.3",
        "info": {
            "title": landing(app, root)["title"],
            "description": landing(app, root)["description"],
            "version": __version__,
            "license": {
                "name": "ODbL-1.0",
                "url": "https://opendatacommons.org/licenses/odbl/1-0/",
            },
        },
        "servers": [{"url": root}],
        "paths": {
            "/": _path("landing", "Landing page", shape, JSON),
            "/conformance": _path("conformance", "What it conforms to", shape, JSON),
            "/collections": _path("collections", "Collections", shape, JSON),
            "/collections/{collectionId}": _path(
                "collection", "One collection", [which, *shape], JSON, 404
            ),
            "/collections/{collectionId}/items": _path(
                "items",
                "Features of a collection",
                [which, *page],
                GEOJSON,
                404,
                429,
                503,
            ),
            "/collections/{collectionId}/items/{featureId}": _path(
                "item", "One feature", [which, one, *feature], GEOJSON, 404
            ),
        },
    }


_FILTERS: dict[str, Any] = {
    "name": "properties",
    "in": "query",
    "required": False,
    "description": "Any property by its name, such as `operator` or `district`: equal to a value.",
    "style": "form",
    "explode": True,
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}


def _parameter(name: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    # OpenAPI 3.0 has the JSON Schema of its day: one example, and none beside the others.
    schema = {key: value for key, value in shape.items() if key not in ("examples", "description")}
    if "examples" in shape:
        schema["example"] = shape["examples"][0]
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": shape.get("description", ""),
        "schema": schema,
        "style": "form",
        "explode": False,
    }


def _path(
    name: str, summary: str, parameters: list[dict[str, Any]], kind: str, *errors: int
) -> dict[str, Any]:
    answers = {kind: {"schema": {"type": "object"}}, HTML: {"schema": {"type": "string"}}}
    wrong = {JSON: {"schema": {"type": "object"}}}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": {"description": summary, "content": answers},
                **{
                    str(status): {"description": "Told in words.", "content": wrong}
                    for status in sorted({400, *errors})
                },
            },
        }
    }
