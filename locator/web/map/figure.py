"""Render a folium map as parts that a page of ours can take in: nothing inline, nothing foreign.

Folium writes a whole page: links to content delivery networks, inline styles and scripts, a
viewport that forbids zooming. A page of ours takes the map's ``<div>`` and, in a block of data,
all that our own script needs to draw it, so that the strictest content security policy holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Protocol, cast

from locator.web.map.background import script_json
from locator.web.map.lightly import branca, folium
from locator.web.map.parts import ASSET, PART, in_order

if TYPE_CHECKING:
    from branca.element import Figure

# Folium has the same few templates compiled anew for every map; they are made to be rendered often.
_branca: Any = branca.element
_branca.Template = lru_cache(maxsize=128)(_branca.Template)

AssetUrl = Callable[[str], str]
"""Turns the name of an asset, ``"leaflet/leaflet.js"``, into an address on our own host."""

Files = tuple[tuple[str, str], ...]
"""Names and addresses."""

_LOCAL: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"https://[^/]+/.*\bleaflet@1\.9\.\d+/dist/leaflet\.js", "leaflet/leaflet.js"),
        (r"https://[^/]+/.*\bleaflet@1\.9\.\d+/dist/leaflet\.css", "leaflet/leaflet.css"),
        (
            r"https://[^/]+/.*\bleaflet\.markercluster/1\.\d+\.\d+/leaflet\.markercluster\.js",
            "markercluster/leaflet.markercluster.js",
        ),
        (
            r"https://[^/]+/.*\bleaflet\.markercluster/1\.\d+\.\d+/MarkerCluster\.css",
            "markercluster/MarkerCluster.css",
        ),
        (
            r"https://[^/]+/.*\bleaflet\.markercluster/1\.\d+\.\d+/MarkerCluster\.Default\.css",
            "markercluster/MarkerCluster.Default.css",
        ),
    )
)
"""What folium links to, and which file of ours stands for it."""

_DROPPED = tuple(
    re.compile(pattern)
    for pattern in (
        r"https://code\.jquery\.com/jquery-[\d.]+(\.min)?\.js",
        r"https://[^/]+/.*\bbootstrap@[\d.]+/dist/.*\.(js|css)",
        r"https://[^/]+/bootstrap/[\d.]+/css/bootstrap-glyphicons\.css",
        r"https://[^/]+/.*\bfontawesome-free@[\d.]+/css/all\.min\.css",
        r"https://[^/]+/.*/leaflet\.awesome-markers\.(js|css)",
        r"https://[^/]+/.*/leaflet\.awesome\.rotate\.min\.css",
    )
)
"""What folium links to for elements of its own, which no map of ours has."""

_HARMLESS_ATTRIBUTES = frozenset({"id", "class", "lang", "role", "aria-label", "hidden"})


class UnknownLinkError(RuntimeError):
    """A map asks for something that we neither serve nor know to be needless."""


class Drawn(Protocol):
    """Something on a map that a part of our script draws."""

    @property
    def act(self) -> str:
        """Name of the part, and of its function in ``locatorMap``."""

    @property
    def said(self) -> str:
        """Both, the name and what the function takes, as JSON for a page."""

    default_js: list[tuple[str, str]]
    default_css: list[tuple[str, str]]


class Map(folium.Map):
    """A map that our own script draws: folium gives the element and what it has to load."""

    _template = folium.template.Template(
        "{% macro html(this, kwargs) %}"
        '<div class="folium-map" id="{{ this.get_name() }}"></div>'
        "{% endmacro %}"
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(tiles=None, **options)
        self.default_js = [*folium.Map.default_js, ("locator_start", f"{PART}start")]
        self.default_css = list(folium.Map.default_css)
        self.drawn: list[Drawn] = []

    def take(self, one: Drawn) -> None:
        """Add what is to be drawn, after all that was added before."""
        self.drawn.append(one)
        self.default_js += one.default_js
        self.default_css += one.default_css

    @property
    def loads(self) -> tuple[Files, Files]:
        """The scripts and the style sheets that it needs, by name and address."""
        return tuple(self.default_js), tuple(self.default_css)

    @property
    def data(self) -> str:
        """All that the script needs, as JSON for the page."""
        return data_of(self.location, self.options, self.drawn)


def data_of(location: Any, options: Mapping[str, Any], drawn: Iterable[Drawn]) -> str:
    """Return a map as JSON: where it looks and how it behaves, and what is drawn on it."""
    stated = {"center": location} | {camel_case(name): value for name, value in options.items()}
    return f'{{"options":{script_json(stated)},"drawn":[{",".join([one.said for one in drawn])}]}}'


def camel_case(name: str) -> str:
    """Return the name of an option as Leaflet has it."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


@dataclass(frozen=True)
class RenderedMap:
    """A map in the parts that a page needs.

    Attributes
    ----------
    html : str
        The element that the map fills, without any inline style or script.
    data : str
        What our script draws, as JSON for a block of data in the page.
    scripts, styles : tuple of str
        Local addresses of libraries and style sheets, in the order in which they must be loaded.
    parts : tuple of str
        Parts of our own script (`locator.web.map.parts`) that come after the libraries, in order.
    """

    html: str
    data: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    parts: tuple[str, ...]


def render(map_: Map, *, asset_url: AssetUrl, name: str = "") -> RenderedMap:
    """Return the parts of `map_`.

    Parameters
    ----------
    map_ : Map
        Renamed in place: the same map gives the same text, whenever made.
    asset_url : callable
        From the name of an asset to its address.
    name : str, optional
        Letters that keep two maps on one page apart.

    Returns
    -------
    RenderedMap

    Raises
    ------
    UnknownLinkError
        For a link that is in neither table above, for an element of folium that brings a script
        of its own, and for html with inline styles, scripts or foreign attributes.
    """
    map_._id = f"{name}1"
    frame = _frame(name, *map_.loads) if _is_ours_alone(map_) else _read(map_)
    return RenderedMap(
        html=frame.html,
        data=map_.data,
        scripts=tuple(map(asset_url, frame.scripts)),
        styles=tuple(map(asset_url, frame.styles)),
        parts=frame.parts,
    )


@dataclass(frozen=True)
class _Frame:
    """What folium makes of a map: the same for all that load the same under one name.

    `scripts` and `styles` name files of ours, not their addresses, which differ by request.
    """

    html: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    parts: tuple[str, ...]


def _is_ours_alone(map_: Map) -> bool:
    """Tell whether nothing of folium's own was added, neither to the map nor to its page."""
    figure = cast("Figure", map_.get_root())
    added = (map_, figure.html, figure.script)
    return not any(one._children for one in added) and set(figure.header._children) <= {"meta_http"}


@lru_cache(maxsize=64)
def _frame(name: str, scripts: Files, styles: Files) -> _Frame:
    """Return the frame of a map without elements of folium's own, rendered once in a process."""
    bare = Map()
    bare._id = f"{name}1"
    bare.default_js, bare.default_css = list(scripts), list(styles)
    return _read(bare)


def _read(map_: Map) -> _Frame:
    """Return what folium renders, or say what a page of ours cannot take in."""
    figure = cast("Figure", map_.get_root())
    for child in figure._children.values():
        child.render()
    links = _Links()
    links.feed(figure.header.render())
    html = figure.html.render().strip()
    _check_html(html)
    parts = (link.removeprefix(PART) for link in links.scripts if link.startswith(PART))
    frame = _Frame(
        html=html,
        scripts=_assets(link for link in links.scripts if not link.startswith(PART)),
        styles=_assets(links.styles),
        parts=in_order(parts),
    )
    if script := figure.script.render().strip():
        raise UnknownLinkError(f"the map brings a script of its own: {script[:60]}")
    return frame


def _assets(links: Iterable[str]) -> tuple[str, ...]:
    """Return the files that stand for `links`, without those that are not needed."""
    found = dict.fromkeys(_asset(link) for link in links)
    return tuple(asset for asset in found if asset is not None)


def _asset(link: str) -> str | None:
    """Return the name of the asset that stands for `link`; None where none is needed."""
    if link.startswith(ASSET):
        return link.removeprefix(ASSET)
    for pattern, name in _LOCAL:
        if pattern.fullmatch(link):
            return name
    if any(pattern.fullmatch(link) for pattern in _DROPPED):
        return None
    raise UnknownLinkError(f"the map links to {link}, which is not served")


class _Links(HTMLParser):
    """Collect what a header would load."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the address of each script and style sheet; refuse any other link."""
        attributes = dict(attrs)
        if tag == "script" and attributes.get("src"):
            self.scripts.append(str(attributes["src"]))
        elif tag == "link":
            if attributes.get("rel") != "stylesheet":
                raise UnknownLinkError(f"the map's header has an unknown link: {attributes}")
            self.styles.append(str(attributes.get("href")))


class _Html(HTMLParser):
    """Refuse whatever a strict content security policy would block."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check one tag."""
        foreign = {name for name, _ in attrs} - _HARMLESS_ATTRIBUTES
        if tag in {"script", "style", "link", "iframe", "img"} or foreign:
            raise UnknownLinkError(f"the map's html has <{tag}> with {sorted(foreign)}")


def _check_html(html: str) -> None:
    parser = _Html()
    parser.feed(html)
    parser.close()
