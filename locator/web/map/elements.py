"""Define what a map is made of: each hands one frozen configuration to a part of our script.

The parts are in ``static/map``; a page loads those that its map's elements name. What a page has
found travels with it, as data; for what is large or moves an element names an address of ours, and
the script fetches it. What people wrote (names, notes) is only ever set as text in the browser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from locator.base.geojson import Collection
from locator.city.basemap.worldgrid import LOWEST
from locator.web.map.background import script_json
from locator.web.map.parts import ASSET, PART
from locator.web.map.style import COLOURS, STYLE
from locator.web.map.symbols import Symbol

if TYPE_CHECKING:
    from locator.web.map.figure import Drawn

_CLUSTER_JS = ("markerclusterjs", f"{ASSET}markercluster/leaflet.markercluster.js")
FONT = "Locator Sans"
"""Family and weights as in ``static/css/tokens.css``."""
_CLUSTER_CSS = ("markerclustercss", f"{ASSET}markercluster/MarkerCluster.css")


class Taker(Protocol):
    """A map that draws what it is given."""

    def take(self, one: Drawn) -> None:
        """Add what is to be drawn, after all that was added before."""


class MapElement:
    """Something on a map that a part of our script draws.

    Parameters
    ----------
    *more
        Further parts that this configuration needs.
    **config
        Whatever the script's function takes; values that are None are left out.
    """

    act = ""
    """Name of the part, and of its function in ``locatorMap``."""

    alike = ""
    """What the function takes of every map alike, beside `config`, as JSON."""

    def __init__(self, *more: str, **config: Any) -> None:
        self.default_js = [(f"locator_{part}", f"{PART}{part}") for part in (self.act, *more)]
        self.default_css: list[tuple[str, str]] = []
        self.config = {key: value for key, value in config.items() if value is not None}

    @property
    def said(self) -> str:
        """The name of the part and the configuration, as JSON for a page."""
        config = script_json(self.config)
        if self.alike:
            config = f"{config[:-1]},{self.alike[1:]}"
        return f'["{self.act}",{config}]'

    def add_to(self, map_: Taker) -> None:
        """Have this drawn on `map_`, over all that was added before."""
        map_.take(self)


class Stage(MapElement):
    """What every map of ours has: words, borders, controls, gestures, attribution, status.

    Parameters
    ----------
    label : str
        Accessible name of the map.
    labels : mapping of str to str
        The words of the controls in the reader's language (see `locator.web.map.labels`).
    bounds : sequence of float
        West, south, east, north of the city in WGS84.
    attribution : str
        Whose data are drawn; plain text.
    about_url : str, optional
        Page with sources and licences.
    nearest_url : str, optional
        Where "find the nearest from here" leads; without it a click does nothing. May carry a
        query (pace, group) that is kept.
    at_once : bool
        Whether a click leads there at once, instead of offering it.
    keep_state : bool
        Keep position and chosen layers in the address after ``#``.
    fit_city : bool
        Show the whole city at first.
    start : (lon, lat), optional
        Where ways to places of the map begin.
    """

    act = "stage"

    def __init__(
        self,
        *,
        label: str,
        labels: Mapping[str, str],
        bounds: Sequence[float],
        attribution: str,
        about_url: str | None = None,
        nearest_url: str | None = None,
        at_once: bool = False,
        keep_state: bool = False,
        fit_city: bool = True,
        start: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(
            *(("address",) if keep_state else ()),
            label=label,
            labels=dict(labels),
            bounds=list(bounds),
            attribution=attribution,
            aboutUrl=about_url,
            nearestUrl=nearest_url,
            atOnce=at_once,
            keepState=keep_state,
            fitCity=fit_city,
            start=[round(part, 5) for part in start] if start else None,
        )


class TilesOfOthers(MapElement):
    """Tiles of another host under everything, where the settings name some.

    Parameters
    ----------
    tiles : str
        Address of a tile with ``{z}``, ``{x}``, ``{y}``.
    attribution : str
        Whose tiles; plain text.
    max_zoom : int
    """

    act = "tiles"

    def __init__(self, tiles: str, *, attribution: str, max_zoom: int) -> None:
        super().__init__(url=tiles, attribution=attribution, maxZoom=max_zoom)


class BaseMap(MapElement):
    """The ground under everything: our own vector tiles, painted by our own script.

    Parameters
    ----------
    tiles : str or None
        Address of a tile with ``{z}``, ``{x}``, ``{y}`` (see `locator.city.basemap.tiles`); None
        where they are carried.
    bounds : sequence of float
        West, south, east, north of the tiles in WGS84.
    max_zoom : int
        Of the map.
    max_native_zoom : int, optional
        Nearer than at this zoom of the map tiles are drawn larger.
    carried : mapping of str to str, optional
        Tiles by ``z/x/y``, packed with gzip and written in base 64.
    overlay : bool
        Tiles of others lie below: draw the borders and names of districts only.
    font_url : str, optional
        Address of the page's typeface, for names that are written beside the page.
    """

    act = "basemap"
    alike = script_json({"style": STYLE, "colours": list(COLOURS)})

    def __init__(
        self,
        tiles: str | None,
        *,
        bounds: Sequence[float],
        max_zoom: int,
        max_native_zoom: int | None = None,
        carried: Mapping[str, str] | None = None,
        overlay: bool = False,
        font_url: str | None = None,
    ) -> None:
        super().__init__(
            *(("carrying",) if carried is not None else ()),
            url=tiles,
            carried=carried,
            maxNativeZoom=max_native_zoom,
            bounds=list(bounds),
            minZoom=LOWEST + 1,
            maxZoom=max_zoom,
            overlay=overlay,
            font={"family": FONT, "weight": "400 700", "url": font_url} if font_url else None,
        )


def _source(source: str | Collection) -> dict[str, Any]:
    """Return what a configuration says of its data: where they are, or themselves."""
    return {"url": source} if isinstance(source, str) else {"data": source}


class FeatureLayer(MapElement):
    """Draw facilities as markers, with popups, clusters and a legend that filters.

    A feature has ``id``, a point, and the properties ``name``, ``layer``, ``lines`` (list of
    texts for the popup) and, where they apply, ``url``, ``mark`` (text in place of the glyph),
    ``hollow`` (not open yet), ``dashed`` (place approximate) and ``maybe`` (not confirmed).

    Parameters
    ----------
    source : str or Collection
        Where the GeoJSON is, or the GeoJSON.
    symbols : sequence of Symbol
        One for each layer, in the order of the legend.
    facility_url : str, optional
        Address of a facility's page, with ``__id__`` in place of its id.
    legend : bool
        Show the legend with its filter.
    hidden : sequence of str
        Ids of layers that are switched off at first.
    cluster_above : int or None
        Draw single markers up to this many features, clusters above. None: never clusters, and
        their library is not loaded.
    fit : bool
        Zoom to the features when they have arrived.
    small : bool
        Draw small signs without letters, where the markers are not what the map is about.
    crowded : bool
        Signs may stand close, and the page or its links list them all: only those with room for a
        finger are buttons, more of them nearer by.
    listed : bool
        The page lists the features, too: an element with ``data-map-feature="<id>"`` lights up
        its sign.
    refresh_s : float, optional
        Fetch the address again this often, and move what has moved.
    """

    act = "features"

    def __init__(
        self,
        source: str | Collection,
        *,
        symbols: Sequence[Symbol],
        facility_url: str | None = None,
        legend: bool = True,
        hidden: Sequence[str] = (),
        cluster_above: int | None = 40,
        fit: bool = False,
        small: bool = False,
        crowded: bool = False,
        listed: bool = False,
        refresh_s: float | None = None,
    ) -> None:
        needed = {
            "legend": legend,
            "clusters": cluster_above is not None,
            "lighting": listed,
            "crowding": crowded,
            "moving": refresh_s is not None,
            # What moves is where it is; of what stands none may hide another one.
            "spreading": listed and refresh_s is None and cluster_above is None,
        }
        super().__init__(
            *(part for part, is_needed in needed.items() if is_needed),
            **_source(source),
            symbols=[symbol.as_dict() for symbol in symbols],
            facilityUrl=facility_url,
            legend=legend,
            hidden=list(hidden) or None,
            clusterAbove=cluster_above,
            fit=fit,
            small=small or None,
            crowded=crowded or None,
            listed=listed or None,
            refreshS=refresh_s,
            spread=True if needed["spreading"] else None,
        )
        if cluster_above is not None:
            self.default_js = [_CLUSTER_JS, *self.default_js]
            self.default_css = [_CLUSTER_CSS]


class AreaLayer(MapElement):
    """Shade areas by a value in classes, with a legend of numbers; outline gaps with a pattern.

    A feature has a polygon, ``kind`` (``area`` or ``gap``), ``name``, ``lines`` for the popup;
    areas have the value, gaps may have a ``mark`` (their number in the table beside the map). A
    click on any element of the page with ``data-map-area="<id>"`` shows the feature of that id.

    Parameters
    ----------
    url : str
        Where the GeoJSON is.
    title : str
        Heading of the legend.
    value : str
        Property that holds the value; null is drawn as "no data".
    breaks : sequence of float
        Upper borders of all classes but the last, ascending: up to six.
    class_labels : sequence of str
        One for each class, one more than `breaks`.
    scale : str
        ``"sequential"`` (more is darker) or ``"diverging"`` (below and above nought).
    gap_label : str, optional
        What the pattern means.
    """

    act = "areas"

    def __init__(
        self,
        url: str,
        *,
        title: str,
        value: str,
        breaks: Sequence[float],
        class_labels: Sequence[str],
        scale: str = "sequential",
        gap_label: str | None = None,
    ) -> None:
        if len(class_labels) != len(breaks) + 1 or len(breaks) > 6:
            raise ValueError("an AreaLayer needs one label for each class, and at most 7 classes")
        super().__init__(
            url=url,
            title=title,
            value=value,
            breaks=list(breaks),
            classLabels=list(class_labels),
            scale=scale,
            gapLabel=gap_label,
        )


class LineLayer(MapElement):
    """Draw walks.

    Parameters
    ----------
    walks : mapping
        ``kind``: ``walk`` (solid, along streets) or ``walk-estimate`` (dashed: not a way along
        streets); ``steps`` of each (`locator.web.map.data.walk_steps`).
    decimals : int
        Of a degree, that a step of one stands for.
    fit : bool
        Zoom to the lines when they have arrived.
    legend : mapping of str to str, optional
        Text for each kind that may be drawn.
    """

    act = "lines"

    def __init__(
        self,
        walks: Mapping[str, Any],
        *,
        decimals: int,
        fit: bool = False,
        legend: Mapping[str, str] | None = None,
    ) -> None:
        words = dict(legend) if legend else None
        super().__init__(**walks, scale=10**decimals, fit=fit, legend=words)


class OriginMarker(MapElement):
    """Mark where a walk starts.

    Parameters
    ----------
    lon, lat : float
        WGS84.
    label : str
        Accessible name and popup.
    """

    act = "origin"

    def __init__(self, *, lon: float, lat: float, label: str) -> None:
        super().__init__(lon=round(lon, 6), lat=round(lat, 6), label=label)
