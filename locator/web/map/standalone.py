"""Draw a map into one file that needs no server: code, data and base map travel inside it.

A map of folium's own, so that folium's markers, popups, shapes and layers can be added to it; what
it loads is written into the page, and our own parts draw on it as they do on the pages of the site.
What folium fetches from other hosts (plugins, icons by name) is not here.
"""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Sequence
from typing import Any, cast

import brotli
import folium
import numpy as np
import shapely
from branca.element import Element, Figure
from folium.template import Template

from locator.base.errors import N_, InvalidParameterError
from locator.base.i18n import current_language, gettext, text
from locator.city.basemap.serving import BaseMap as Tiles
from locator.city.basemap.worldgrid import LOWEST, tile_range, tile_units, world_units
from locator.city.model import City
from locator.web.map.code import code_text, vendor_bytes
from locator.web.map.data import facility_features
from locator.web.map.elements import BaseMap, FeatureLayer, Stage
from locator.web.map.figure import Drawn, data_of
from locator.web.map.labels import LABELS
from locator.web.map.parts import ASSET, PART, in_order
from locator.web.map.symbols import symbol
from locator.web.map.views import MAX_ZOOM

FARTHEST = 10
"""Zoom of a map that the lowest tiles are drawn at: they are half as wide as a map's usual ones."""

LARGER = 2
"""So many zooms nearer than its nearest tiles a map still goes: they are drawn larger then."""

OUTSKIRTS = 11
"""Up to this zoom of tiles the land around the city travels, too: it is in view, and small."""

SHEET = """
html, body { height: 100%; margin: 0; }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--map-ink);
  background: var(--map-panel); color-scheme: light dark; }
.map-frame { height: 72%; min-height: 15rem; }
.map-frame .folium-map { height: 100%; background: var(--map-land); }
.map-panel { padding: 0 1rem; }
.map-credit { margin: 0; padding: 0.25rem 1rem; font-size: 0.875rem; }
.map-skip:not(:focus) { position: absolute; clip-path: inset(50%); }
"""

_TEMPLATE = """
{% macro header(this, kwargs) %}
<meta name="viewport" content="width=device-width, initial-scale=1">
{% endmacro %}
{% macro html(this, kwargs) %}
<div class="map-frame"><div class="folium-map" id="{{ this.get_name() }}"></div></div>
{% endmacro %}
{% macro script(this, kwargs) %}
const {{ this.get_name() }} = (() => {
  const given = JSON.parse(document.getElementById("data-{{ this.get_name() }}").textContent);
  const map = L.map("{{ this.get_name() }}", given.options);
  for (const [act, config] of given.drawn) locatorMap[act](map, config);
  return map;
})();
{% if this.objects_to_stay_in_front %}
{ const bring = () => [
    {% for one in this.objects_to_stay_in_front %}{{ one.get_name() }},{% endfor %}
  ].forEach((one) => one.bringToFront());
  {{ this.get_name() }}.on("overlayadd", bring);
  addEventListener("load", bring); }
{% endif %}
{% endmacro %}
"""

NO_ZOOM = N_("closest_zoom has to be a whole number from {least} to {most}; given: {given}.")


class StandaloneMap(folium.Map):
    """A map that brings along all that it is made of.

    Parameters
    ----------
    language : str
        Of the page.
    title : str
    **options : object
        As `folium.Map` takes them.
    """

    _template = Template(_TEMPLATE)
    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    def __init__(self, *, language: str, title: str, **options: Any) -> None:
        super().__init__(tiles=None, **options)
        self._name = "map"
        self.language, self.title = language, title
        self.drawn: list[Drawn] = []

    def take(self, one: Drawn) -> None:
        """Add what is to be drawn, after all that was added before."""
        self.drawn.append(one)

    def render(self, **kwargs: Any) -> Any:
        """Write the page's head and data, then the map itself."""
        figure = cast(Figure, self.get_root())
        figure.title = self.title
        figure.header.add_child(_Verbatim(self._head()), name="locator_head")
        figure.html.add_child(_Verbatim(self._data()), name="locator_data")
        return super().render(**kwargs)  # type: ignore[no-untyped-call]

    def _head(self) -> str:
        links = [link for one in self.drawn for _, link in (*one.default_js, *one.default_css)]
        assets = ["leaflet/leaflet.css", "leaflet/leaflet.js"]
        assets += [link.removeprefix(ASSET) for link in links if link.startswith(ASSET)]
        parts = in_order(link.removeprefix(PART) for link in links if link.startswith(PART))
        styles = [_style_of(one) for one in dict.fromkeys(assets) if one.endswith(".css")]
        scripts = [vendor_bytes(one).decode() for one in dict.fromkeys(assets) if one[-3:] == ".js"]
        return "".join(
            [
                *(_tag("style", one) for one in (*styles, code_text(parts, "css"), SHEET)),
                _tag("script", f'document.documentElement.lang = "{self.language}";'),
                *(_tag("script", one) for one in (*scripts, _MARKERS.format(**_marker_images()))),
                _tag("script", code_text(parts, "js")),
            ]
        )

    def _data(self) -> str:
        data = data_of(self.location, self.options, self.drawn)
        return f'<script type="application/json" id="data-{self.get_name()}">{data}</script>'


class _Verbatim(Element):
    """Text that goes into the page as it is: braces mean nothing in it."""

    def __init__(self, verbatim: str) -> None:
        super().__init__()
        self.verbatim = verbatim

    def render(self, **_: Any) -> str:
        """Return the text."""
        return self.verbatim


_MARKERS = """
L.Icon.Default.imagePath = "";
L.Icon.Default.mergeOptions({{
  iconUrl: "{icon}", iconRetinaUrl: "{retina}", shadowUrl: "{shadow}" }});
globalThis.$ ??= (given) => {{
  if (typeof given !== "string") return {{ ready: (act) => addEventListener("load", act) }};
  const made = Object.assign(document.createElement("template"), {{ innerHTML: given }});
  return [...made.content.children];
}};
"""
"""For folium's own elements: the pictures of markers, which Leaflet would look for beside its style
sheet, and the two things that popups and layers ask jQuery for, which is not here.
"""


def _marker_images() -> dict[str, str]:
    names = {"icon": "marker-icon", "retina": "marker-icon-2x", "shadow": "marker-shadow"}
    return {key: _data_url(f"leaflet/images/{name}.png") for key, name in names.items()}


def _style_of(asset: str) -> str:
    """Return a style sheet with its pictures inside."""
    package = asset.partition("/")[0]
    return re.sub(
        r"url\((images/[\w-]+\.png)\)",
        lambda found: f"url({_data_url(f'{package}/{found[1]}')})",
        vendor_bytes(asset).decode(),
    )


def _data_url(asset: str) -> str:
    return f"data:image/png;base64,{base64.b64encode(vendor_bytes(asset)).decode()}"


def _tag(name: str, content: str) -> str:
    if f"</{name}" in content.lower():
        raise ValueError(f"what is to stand in a <{name}> would end it")
    return f"<{name}>{content}</{name}>\n"


def standalone_map(city: City, layers: Sequence[str], *, closest_zoom: int) -> StandaloneMap:
    """Return a map of some layers that needs no server, in the language that is spoken.

    Parameters
    ----------
    city : City
    layers : sequence of str
        Ids.
    closest_zoom : int
        The nearest zoom for which tiles travel along.

    Returns
    -------
    StandaloneMap

    Raises
    ------
    InvalidParameterError
        For a zoom that the base map does not have.
    """
    if not isinstance(closest_zoom, int) or not FARTHEST <= closest_zoom <= MAX_ZOOM:
        raise InvalidParameterError(
            NO_ZOOM,
            parameter="closest_zoom",
            least=FARTHEST,
            most=MAX_ZOOM,
            given=closest_zoom,
        )
    known = [city.catalogue.layers[layer] for layer in dict.fromkeys(layers)]
    label = ", ".join(text(layer.names) for layer in known) if len(known) < 4 else ""
    title = gettext("Map: {layer}", layer=label) if label else gettext("Map of all services")
    west, south, east, north = (round(side, 5) for side in city.boundary.bounds)
    most = min(MAX_ZOOM, closest_zoom + LARGER)
    map_ = StandaloneMap(
        language=current_language(),
        title=f"{title} – {text(city.catalogue.names)}",
        location=(round((south + north) / 2, 6), round((west + east) / 2, 6)),
        zoom_start=11,
        zoom_control=False,
        maxZoom=most,
        zoomSnap=0.5,
        attributionControl=False,
    )
    Stage(
        label=title,
        labels={key: gettext(word) for key, word in LABELS.items()},
        bounds=[west, south, east, north],
        attribution=text(city.catalogue.attribution),
    ).add_to(map_)
    tiles = Tiles(city)
    BaseMap(
        None,
        carried=_carried(city, tiles, closest_zoom - 1),
        bounds=[round(side, 5) for side in tiles.box],
        max_zoom=most,
        max_native_zoom=closest_zoom,
    ).add_to(map_)
    facilities = city.facilities
    FeatureLayer(
        facility_features(city, facilities.index[facilities["layer"].isin(list(layers))]),
        symbols=[symbol(layer, language=current_language()) for layer in known],
    ).add_to(map_)
    return map_


def _carried(city: City, tiles: Tiles, highest: int) -> dict[str, str]:
    """Return the tiles that travel along, by zoom, column and row: gzip, as letters."""
    carried = {}
    outline = shapely.transform(city.boundary, lambda lonlat: world_units(lonlat).astype(float))
    shapely.prepare(outline)
    for zoom in range(LOWEST, highest + 1):
        left, top, right, bottom = tile_range(tiles.box, zoom)
        columns, rows = np.meshgrid(np.arange(left, right + 1), np.arange(top, bottom + 1))
        size = tile_units(zoom)
        squares = shapely.box(
            columns * size, rows * size, (columns + 1) * size, (rows + 1) * size
        ).ravel()
        wanted = np.ones(len(squares), dtype=bool)
        if zoom > OUTSKIRTS:
            wanted = shapely.intersects(outline, squares)
        for x, y in np.column_stack([columns.ravel(), rows.ravel()])[wanted].tolist():
            plain = brotli.decompress(tiles.tile(zoom, x, y))
            packed = gzip.compress(plain, mtime=0)
            carried[f"{zoom}/{x}/{y}"] = base64.b64encode(packed).decode()
    return carried
