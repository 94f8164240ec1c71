"""Render a folium map as parts that a page of ours can take in: nothing inline, nothing foreign.

Folium writes a whole page: links to content delivery networks, inline styles and scripts, a
viewport that forbids zooming. A page of ours takes the map's ``<div>`` and serves the script as
a resource of its own, so that the strictest content security policy holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import cast

import folium
from branca.element import Element, Figure

from locator.web.map.parts import in_order

Map = folium.Map
"""What the pages hand over; they need not know folium."""

AssetUrl = Callable[[str], str]
"""Turns the name of an asset, ``"leaflet/leaflet.js"``, into an address on our own host."""

ASSET = "asset:"
"""Prefix of the files that our own elements declare: ``"asset:leaflet/leaflet.css"``."""

PART = "part:"
"""Prefix of the parts of our own script that they declare: ``"part:features"``."""

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

_DROPPED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), needed_by)
    for pattern, needed_by in (
        (r"https://code\.jquery\.com/jquery-[\d.]+(\.min)?\.js", r"\$\(|jQuery"),
        (r"https://[^/]+/.*\bbootstrap@[\d.]+/dist/.*\.(js|css)", r"bootstrap\."),
        (r"https://[^/]+/bootstrap/[\d.]+/css/bootstrap-glyphicons\.css", r"glyphicon"),
        (r"https://[^/]+/.*\bfontawesome-free@[\d.]+/css/all\.min\.css", r"\bfa-"),
        (r"https://[^/]+/.*/leaflet\.awesome-markers\.(js|css)", r"AwesomeMarkers"),
        (r"https://[^/]+/.*/leaflet\.awesome\.rotate\.min\.css", r"AwesomeMarkers"),
    )
)
"""What folium links to and we leave out, and what in a script would show that it is needed."""

_HARMLESS_ATTRIBUTES = frozenset({"id", "class", "lang", "role", "aria-label", "hidden"})


class UnknownLinkError(RuntimeError):
    """A map asks for something that we neither serve nor know to be needless."""


@dataclass(frozen=True)
class RenderedMap:
    """A map in the parts that a page needs.

    Attributes
    ----------
    html : str
        The element that the map fills, without any inline style or script.
    script : str
        The figure's own script, to be served as a resource.
    scripts, styles : tuple of str
        Local addresses of libraries and style sheets, in the order in which they must be loaded.
    parts : tuple of str
        Parts of our own script (`locator.web.map.parts`) that come after the libraries, in order.
    """

    html: str
    script: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    parts: tuple[str, ...]


def render(map_: folium.Map, *, asset_url: AssetUrl, name: str = "") -> RenderedMap:
    """Return the parts of `map_`.

    Parameters
    ----------
    map_ : folium.Map
        Its elements are renamed in place: the same map gives the same text, whenever made.
    asset_url : callable
        From the name of an asset to its address.
    name : str, optional
        Letters that keep the elements of two maps on one page apart.

    Returns
    -------
    RenderedMap

    Raises
    ------
    UnknownLinkError
        For a link that is in neither table above, for a dropped one whose library the script
        uses, and for html with inline styles, scripts or foreign attributes.
    """
    _name_elements(map_, name)
    figure = cast(Figure, map_.get_root())
    for child in figure._children.values():
        child.render()
    links = _Links()
    links.feed(figure.header.render())
    html = figure.html.render().strip()
    _check_html(html)
    script = _wrapped(figure.script.render())
    libraries = [link for link in links.scripts if not link.startswith(PART)]
    parts = (link.removeprefix(PART) for link in links.scripts if link.startswith(PART))
    return RenderedMap(
        html=html,
        script=script,
        scripts=_local(libraries, script, asset_url),
        styles=_local(links.styles, script, asset_url),
        parts=in_order(parts),
    )


def _name_elements(map_: folium.Map, prefix: str) -> None:
    """Replace folium's random ids by positions in the tree."""
    waiting: list[Element] = [map_]
    position = 0
    while waiting:
        element = waiting.pop()
        position += 1
        element._id = f"{prefix}{position}"
        waiting.extend(reversed(element._children.values()))


def _wrapped(script: str) -> str:
    """Return `script` in a scope of its own, without the indentation of folium's templates."""
    lines = (line.strip() for line in script.splitlines())
    body = "\n".join(line for line in lines if line)
    return f'(() => {{\n"use strict";\n{body}\n}})();\n'


def _local(links: list[str], script: str, asset_url: AssetUrl) -> tuple[str, ...]:
    """Return local addresses for `links`, without the ones that are not needed."""
    assets = dict.fromkeys(_asset(link, script) for link in links)
    return tuple(asset_url(asset) for asset in assets if asset is not None)


def _asset(link: str, script: str) -> str | None:
    """Return the name of the asset that stands for `link`; None where none is needed."""
    if link.startswith(ASSET):
        return link.removeprefix(ASSET)
    for pattern, name in _LOCAL:
        if pattern.fullmatch(link):
            return name
    for pattern, needed_by in _DROPPED:
        if pattern.fullmatch(link):
            if re.search(needed_by, script):
                raise UnknownLinkError(f"the map's script needs {link}, which is not served")
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
