"""Serve the collections of `locator.api.ogc`, to programs as JSON and to people as pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from flask import Blueprint, Response, render_template, request

from locator.api.json import encoded
from locator.api.ogc import documents
from locator.api.ogc.collections import Collection, collection_of, collections
from locator.api.ogc.documents import HTML, OPENAPI, link
from locator.api.ogc.items import CrsParams, ItemsParams, Page, item, items
from locator.api.operations import CACHE_S, GEOJSON, JSON
from locator.api.parsing import parse
from locator.api.queries import frozen
from locator.web import security
from locator.web.i18n import url
from locator.web.lanes import may_wait
from locator.web.routes import respond
from locator.web.state import state

blueprint = Blueprint("ogc", __name__)

Format = Literal["json", "html"]


@frozen
class FormatParams:
    """How a description is shown; by default as the ``Accept`` header asks."""

    f: Format | None = None


@blueprint.get("/ogc", strict_slashes=False)
def page() -> Response:
    """Say where everything is."""
    asked = parse(FormatParams, request.args, strict=True)
    told = documents.landing(state(), root())
    return _answer(asked, told, "landing", collections=collections(state()).values())


@blueprint.get("/ogc/api")
def description() -> Response:
    """Describe these addresses as OpenAPI 3.0."""
    made = respond(encoded(documents.openapi30(state(), root())), cache_s=CACHE_S)
    made.headers["Content-Type"] = OPENAPI
    return made


@blueprint.get("/ogc/conformance")
def conformance() -> Response:
    """Name the classes of the standard that are kept."""
    asked = parse(FormatParams, request.args, strict=True)
    return _answer(asked, {"conformsTo": list(documents.CONFORMS_TO)}, "conformance")


@blueprint.get("/ogc/collections")
def listed() -> Response:
    """List the collections."""
    asked = parse(FormatParams, request.args, strict=True)
    told = documents.all_collections(state(), root())
    return _answer(asked, told, "landing", collections=collections(state()).values())


@blueprint.get("/ogc/collections/<collection_id>")
def collection(collection_id: str) -> Response:
    """Say what a collection is."""
    asked = parse(FormatParams, request.args, strict=True)
    found = collection_of(state(), collection_id)
    told = documents.one_collection(state(), found, root())
    return _answer(asked, told, "collection", collection=found)


@blueprint.get("/ogc/collections/<collection_id>/items")
@may_wait
def features(collection_id: str) -> Response:
    """Give a page of features."""
    found = collection_of(state(), collection_id)
    return (_dear_features if found.dear else _quick_features)(found)


@blueprint.get("/ogc/collections/<collection_id>/items/<feature_id>")
@may_wait
def feature(collection_id: str, feature_id: str) -> Response:
    """Give one feature."""
    found = collection_of(state(), collection_id)
    return (_dear_feature if found.dear else _quick_feature)(found, feature_id)


def _features(found: Collection) -> Response:
    asked, page = items(state(), found, request.args)

    def to(rel: str, kind: str, **changed: Any) -> dict[str, str]:
        return _same(rel, kind, "ogc.features", changed, collection_id=found.id)

    links = [to("self", GEOJSON, f="json"), to("alternate", HTML, f="html"), _collection(found)]
    if page.offset:
        links.append(to("prev", GEOJSON, offset=max(page.offset - page.limit, 0), f="json"))
    if page.offset + page.limit < page.matched:
        links.append(to("next", GEOJSON, offset=page.offset + page.limit, f="json"))
    told = documents.feature_collection(page, found, links)
    return _answer_features(told, asked, page, found)


def _feature(found: Collection, feature_id: str) -> Response:
    asked, page = item(state(), found, feature_id, request.args)
    names = {"collection_id": found.id, "feature_id": feature_id}
    links = [
        _same("self", GEOJSON, "ogc.feature", {"f": "json"}, **names),
        _same("alternate", HTML, "ogc.feature", {"f": "html"}, **names),
        _collection(found),
    ]
    return _answer_features({**page.features[0], "links": links}, asked, page, found)


_quick_features, _dear_features = security.counted(_features), security.expensive(_features)
_quick_feature, _dear_feature = security.counted(_feature), security.expensive(_feature)


def root() -> str:
    """Return the absolute address of the landing page, in the language of the request."""
    return request.host_url.rstrip("/") + url("ogc.page")


def _same(
    rel: str, kind: str, endpoint: str, changed: Mapping[str, Any], **values: str
) -> dict[str, str]:
    """Return a link that asks the same but for what changed."""
    query = request.args.to_dict(flat=False) | {name: [value] for name, value in changed.items()}
    return link(rel, request.host_url.rstrip("/") + url(endpoint, query, **values), kind)


def _collection(found: Collection) -> dict[str, str]:
    return link("collection", f"{root()}/collections/{found.id}", JSON)


def _wants_page(asked: str | None) -> bool:
    if asked is not None:
        return asked == "html"
    best = request.accept_mimetypes.best_match([JSON, GEOJSON, HTML], default=JSON)
    return bool(best == HTML)


def _answer(asked: FormatParams, told: Mapping[str, Any], page: str, **more: Any) -> Response:
    if _wants_page(asked.f):
        return Response(
            render_template("pages/ogc.html", shown=page, told=told, root=root(), **more)
        )
    made = respond(encoded(told), cache_s=CACHE_S)
    made.vary.add("Accept")
    return made


def _answer_features(
    told: Mapping[str, Any], asked: CrsParams | ItemsParams, page: Page, found: Collection
) -> Response:
    if _wants_page(asked.f):
        made = Response(
            render_template(
                "pages/ogc.html",
                shown="items",
                told=told,
                collection=found,
                page=page,
                columns=[
                    name for one in page.features[:1] for name in one["properties"] if name != "id"
                ],
                to={one["rel"]: one["href"].replace("f=json", "f=html") for one in told["links"]},
            )
        )
    else:
        made = respond(encoded(told), media_type=GEOJSON, cache_s=0 if found.changing else CACHE_S)
    made.headers["Content-Crs"] = f"<{page.crs}>"
    made.vary.add("Accept")
    return made
