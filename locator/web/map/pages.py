"""Build the maps of the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, redirect
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as WerkzeugResponse

from locator.api.queries import ReachParams, filter_of
from locator.base.echo import shortened
from locator.base.errors import N_, LocatorError, NotFoundError
from locator.city.lookup import known_layer
from locator.web import tiles
from locator.web.i18n import current_language, gettext, percent, text, url
from locator.web.map import code as mapcode
from locator.web.map import feeds as mapfeeds
from locator.web.map import views
from locator.web.map.data import facility_features
from locator.web.map.labels import LABELS
from locator.web.map.parts import NEEDS
from locator.web.map.symbols import Symbol, symbol
from locator.web.state import question, state
from locator.web.static_files import static_url

if TYPE_CHECKING:
    from locator.web.map.figure import Map

blueprint = Blueprint("mapviews", __name__)

KINDS = ("city", "layer", "nearest", "facility", "coverage", "aed", "aed_shares", "whatif")
"""Maps that had a script of their own, by its name."""

SHARE_BREAKS = (0.2, 0.4, 0.6, 0.8)

Args = Mapping[str, Any]


@dataclass(frozen=True)
class PageMap:
    """A map for a page's template.

    Attributes
    ----------
    html : str
        The element that the map fills, and the block of data that says what is drawn in it.
    styles, scripts : tuple of str
        Style sheets, and libraries and our own code, in order.
    """

    html: Markup
    styles: tuple[str, ...]
    scripts: tuple[str, ...]


def page_map(name: str, map_: Map) -> PageMap:
    """Return a map for a page, rendered once."""
    from locator.web.map.figure import render

    rendered = render(map_, asset_url=mapcode.asset_url, name=name)
    begin = f'<script type="application/json" data-map="{escape(map_.get_name())}">'
    return PageMap(
        html=Markup(f"{rendered.html}{begin}{rendered.data}</script>"),
        styles=(*rendered.styles, mapcode.style_url(rendered.parts)),
        scripts=(*rendered.scripts, *mapcode.code_urls(rendered.parts)),
    )


def map_for(kind: str, args: Args) -> PageMap:
    """Return a map that shows what its parameters name.

    Parameters
    ----------
    kind : str
        ``city`` (``layer``: which are shown at first), ``layer`` (``layer``), ``facility`` (``id``)
        or ``coverage`` (the parameters of the page and ``layer``), or what `add_map` has added.
    args : mapping
        Query parameters; a list where one is repeated.

    Raises
    ------
    LocatorError
        If a parameter is wrong or names something that does not exist.
    """
    return page_map(kind, _BUILDERS[kind](_plain(args)))


def map_or_none(kind: str, args: Args) -> PageMap | None:
    """Return the map of a page, or None where it cannot be drawn: the list stands alone."""
    try:
        return map_for(kind, args)
    except LocatorError:
        return None


def _plain(args: Args) -> MultiDict[str, str]:
    """Return `args` as query parameters, without those that are empty."""
    plain: MultiDict[str, str] = MultiDict()
    given = args.to_dict(flat=False) if isinstance(args, MultiDict) else args
    for name, value in given.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is not None and str(item).strip():
                plain.add(name, str(item))
    return plain


# The maps -----------------------------------------------------------------------------------


def _city(args: MultiDict[str, str]) -> Map:
    layers = state().catalogue.layers
    chosen = [layer for layer in args.getlist("layer") if layer in layers]
    return views.city_map(
        ground(gettext("Map of all services")),
        symbols=[symbol_of(layer) for layer in layers],
        features_url=mapfeeds.features_url(),
        nearest_url=url("nearest.page"),
        hidden=[layer for layer in layers if chosen and layer not in chosen],
    )


def _layer(args: MultiDict[str, str]) -> Map:
    layer = known_layer(state().catalogue, args.get("layer", ""))
    return views.layer_map(
        ground(gettext("Map: {layer}", layer=text(layer.names))),
        symbol=symbol_of(layer.id),
        features_url=mapfeeds.features_url(layer.id),
        nearest_url=url("nearest.page", layer=layer.id),
    )


def _facility(args: MultiDict[str, str]) -> Map:
    city = state().city
    identifier = mapfeeds.known_facility(args.get("id", ""))
    facts = city.facts(city.facilities.index.get_loc(identifier))
    name, place = facts["name"], facts["geometry"]
    if place is None:
        raise NotFoundError(N_("It is not known where {name} is."), parameter="id", name=name)
    return views.facility_map(
        ground(gettext("Map: {name}", name=name)),
        symbol=symbol_of(facts["layer"]),
        lon=place.x,
        lat=place.y,
        features=facility_features(city, [identifier]),
    )


def _coverage(args: MultiDict[str, str]) -> Map:
    params = question(ReachParams, args)
    layer = state().catalogue.layers[params.layer]
    rest = {name: args.getlist(name) for name in args if name != "layer"}
    edges = (0.0, *SHARE_BREAKS, 1.0)
    return views.coverage_map(
        ground(gettext("Map of the reach: {layer}", layer=text(layer.names))),
        areas_url=url("mapfeeds.coverage_data", rest, layer_id=layer.id),
        shading=views.Shading(
            title=gettext("Share of people served, and number of districts"),
            value="share",
            breaks=SHARE_BREAKS,
            class_labels=tuple(
                gettext("{low} to {high}", low=percent(low), high=percent(high))
                for low, high in zip(edges, edges[1:], strict=False)
            ),
            gap_label=gettext("largest gaps: people beyond the standard"),
        ),
        symbol=symbol_of(layer.id),
        features_url=url("mapfeeds.coverage_places", rest, layer_id=layer.id)
        if filter_of(params)
        else mapfeeds.features_url(layer.id),
    )


_BUILDERS: dict[str, Callable[[MultiDict[str, str]], Map]] = {
    "city": _city,
    "layer": _layer,
    "facility": _facility,
    "coverage": _coverage,
}


def add_map(kind: str, build: Callable[[MultiDict[str, str]], Map]) -> None:
    """Let another module of the web draw maps of its own `kind`."""
    _BUILDERS[kind] = build


def ground(label: str, *, start: tuple[float, float] | None = None) -> views.Ground:
    """Return what every map of this city shares, in the reader's language.

    Parameters
    ----------
    label : str
        Accessible name of the map.
    start : (lon, lat), optional
        Where ways to places of the map begin.
    """
    city = state().city
    west, south, east, north = city.boundary.bounds
    return views.Ground(
        bounds=(west, south, east, north),
        label=label,
        labels={key: gettext(word) for key, word in LABELS.items()},
        attribution=text(city.catalogue.attribution),
        base_map_url=tiles.tiles_url(),
        base_map_bounds=tiles.base_map().box,
        font_url=static_url("fonts/locator-sans.woff2"),
        facility_url=url("facility.page", facility_id="__id__"),
        about_url=url("data.page"),
        tiles=current_app.config["TILES"] or None,
        tiles_attribution=current_app.config["TILES_ATTRIBUTION"] or None,
        start=start,
    )


def symbol_of(layer_id: str) -> Symbol:
    """Return the symbol of a layer in the reader's language."""
    return symbol(state().catalogue.layers[layer_id], language=current_language())


# Their script -------------------------------------------------------------------------------


@blueprint.get("/maps/<kind>.js")
def script(kind: str) -> WerkzeugResponse:
    """Lead those who come for a map's own script, as there was, to the one that draws all maps."""
    if kind not in KINDS:
        raise NotFoundError(N_("There is no map {kind}."), parameter="kind", kind=shortened(kind))
    return redirect(mapcode.code_url(tuple(NEEDS)), code=308)
