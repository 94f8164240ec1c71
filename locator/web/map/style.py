"""Declare how the base map looks: widths, dashes, letters. Colours stand in its style sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from locator.base.geo import Box
from locator.city.basemap.files import LAND_KINDS

FIRST = 10
"""Lists of widths (pixels) begin at this zoom of the map; the last holds for all further ones."""

STREETS: dict[str, dict[str, Any]] = {
    #                     10   11   12   13   14   15   16   17   18
    "motorway": {"widths": [1.5, 1.9, 2.4, 3.0, 4.2, 6.0, 9, 13, 20], "colour": "motorway"},
    "primary": {"widths": [1.1, 1.5, 2.0, 2.8, 4.0, 6.2, 9.5, 14, 22], "colour": "primary"},
    "secondary": {"widths": [0, 0.9, 1.4, 2.2, 3.4, 5.4, 8.5, 12, 19], "colour": "secondary"},
    "tertiary": {"widths": [0, 0, 0.9, 1.5, 2.7, 4.8, 7.5, 11, 17], "colour": "street"},
    "minor": {"widths": [0, 0, 0, 0.8, 1.7, 3.6, 6.2, 10, 15], "colour": "street"},
    "pedestrian": {"widths": [0, 0, 0, 0, 1.5, 3.2, 5.6, 9, 14], "colour": "pedestrian"},
    "service": {"widths": [0, 0, 0, 0, 0, 1.5, 2.8, 5, 8], "colour": "street"},
    "drive": {"widths": [0, 0, 0, 0, 0, 0, 1.4, 3, 5], "colour": "street"},
    "path": {
        "widths": [0, 0, 0, 0, 0, 0.9, 1.2, 1.7, 2.4],
        "colour": "path",
        "dash": [4, 2.5],
        "plain": True,
    },
}

WATERS = {
    "river": [1.2, 1.5, 2, 2.5, 3, 4, 5, 7, 9],
    "stream": [0, 0, 0, 0.8, 1, 1.4, 1.8, 2.4, 3.4],
}
RAILS = {
    "rail": [0, 0.8, 0.9, 1.1, 1.4, 2.0, 2.6, 3.2, 4],
    "siding": [0, 0, 0, 0, 0.6, 0.9, 1.4, 2, 2.8],
    "tram": [0, 0, 0, 0.7, 0.8, 1, 1.2, 1.6, 2],
}

NAMES: dict[str, dict[str, Any]] = {
    # rank: who is written first; from, to: zooms of the map; aside: pixels that a name may step
    # aside to find room; apart: pixels between two that say the same
    "district": {
        "rank": 0,
        "from": 9,
        "to": 13.6,
        "size": 13,
        "weight": 600,
        "colour": "name",
        "aside": 26,
    },
    "town": {"rank": 1, "from": 10, "to": 15, "size": 14, "weight": 600, "colour": "name"},
    "quarter": {
        "rank": 1,
        "from": 12,
        "to": 18,
        "size": 13,
        "weight": 600,
        "colour": "name",
        "aside": 20,
    },
    "major": {
        "rank": 2,
        "from": 13,
        "to": 18,
        "size": 12,
        "weight": 500,
        "colour": "street-name",
        "apart": 200,
    },
    "neighbourhood": {
        "rank": 3,
        "from": 13,
        "to": 18,
        "size": 12.5,
        "weight": 500,
        "colour": "quarter-name",
        "aside": 20,
    },
    "village": {
        "rank": 3,
        "from": 12,
        "to": 18,
        "size": 12.5,
        "weight": 500,
        "colour": "name",
        "aside": 20,
    },
    "square": {"rank": 3, "from": 15, "to": 18, "size": 12, "colour": "street-name", "aside": 14},
    "known": {"rank": 3, "from": 16, "to": 18, "size": 11.5, "colour": "quarter-name", "aside": 30},
    "water": {
        "rank": 4,
        "from": 12,
        "to": 18,
        "size": 12,
        "style": "italic",
        "colour": "water-name",
    },
    "street": {
        "rank": 5,
        "from": 15,
        "to": 18,
        "size": 11.5,
        "colour": "street-name",
        "apart": 160,
    },
    "stop": {
        "rank": 6,
        "from": 15,
        "nameFrom": 15.5,
        "to": 18,
        "size": 11,
        "colour": "stop-name",
        "dot": 2.2,
        "dotFrom": 15,
        "apart": 120,
    },
    "hamlet": {"rank": 6, "from": 14, "to": 17, "size": 11.5, "colour": "quarter-name"},
    "path": {"rank": 7, "from": 16, "to": 18, "size": 11, "colour": "street-name"},
    "landmark": {"rank": 8, "from": 17, "to": 18, "size": 11, "colour": "quarter-name"},
    "number": {"rank": 9, "from": 17, "to": 18, "size": 10, "colour": "number", "apart": 0},
}

COLOURS = (
    *("land", *LAND_KINDS, "building", "building-edge", "boundary"),
    *("motorway", "primary", "secondary", "street", "pedestrian", "path"),
    *("motorway-thin", "primary-thin", "secondary-thin", "street-thin", "pedestrian-thin"),
    *("street-edge", "bridge-edge", "rail", "rail-gap", "tram"),
    *("halo", "name", "quarter-name", "street-name", "stop-name", "water-name", "number"),
)
"""Names of the colours: each is ``--map-<name>`` in ``basemap.css``, light and dark."""

STYLE: dict[str, Any] = {
    "first": FIRST,
    "edgeFrom": 1.9,
    "streets": STREETS,
    "waters": WATERS,
    "rails": RAILS,
    "names": NAMES,
}


def gl_style(
    tiles: str,
    *,
    colours: Mapping[str, str],
    box: Box,
    zooms: tuple[int, int],
    attribution: str,
) -> dict[str, Any]:
    """Return the same look as a style of vector tiles (version 8), for QGIS and others.

    Parameters
    ----------
    tiles : str
        Address of a tile with ``{z}``, ``{x}``, ``{y}``.
    colours : mapping of str to str
        The colours of `COLOURS`.
    box : tuple of float
        West, south, east, north of the tiles.
    zooms : (int, int)
        Lowest and highest zoom of tiles.
    attribution : str
    """
    source = {
        "type": "vector",
        "tiles": [tiles],
        "bounds": list(box),
        "minzoom": zooms[0],
        "maxzoom": zooms[1],
        "attribution": attribution,
    }
    background = {"background-color": colours["land"]}
    layers: list[dict[str, Any]] = [
        {"id": "background", "type": "background", "paint": background},
        *(_fill("land", kind, colours[kind]) for kind in LAND_KINDS),
        *(
            _line("lines", "kind", kind, widths, colours["water"])
            for kind, widths in WATERS.items()
        ),
        {**_fill("buildings", None, colours["building"]), "minzoom": 15},
    ]
    for edges in (True, False):
        for kind, look in reversed(STREETS.items()):
            if edges and look.get("plain"):
                continue
            colour = colours["street-edge" if edges else look["colour"]]
            widths = [width + 1.6 if edges and width else width for width in look["widths"]]
            layers.append(_line("streets", "class", kind, widths, colour, edge=edges))
    for kind, widths in RAILS.items():
        colour = colours["tram" if kind == "tram" else "rail"]
        layers.append(_line("lines", "kind", kind, widths, colour))
    for kind, widths in (("district", [1.0]), ("city", [1.8])):
        layers.append(_line("borders", "kind", kind, widths, colours["boundary"]))
    ranked = sorted(NAMES.items(), key=lambda item: -item[1]["rank"])
    layers += [_name(kind, look, colours) for kind, look in ranked]
    return {"version": 8, "name": "base map", "sources": {"map": source}, "layers": layers}


def _fill(layer: str, kind: str | None, colour: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": f"{layer}-{kind}", "type": "fill", "source": "map"}
    if kind is not None:
        made["filter"] = ["==", "kind", kind]
    return {**made, "source-layer": layer, "paint": {"fill-color": colour}}


def _line(
    layer: str, column: str, kind: str, widths: list[float], colour: str, *, edge: bool = False
) -> dict[str, Any]:
    # The zooms of such a style count tiles of 512 px: one less than our maps say.
    stops = [[FIRST - 1 + place, width] for place, width in enumerate(widths) if width]
    return {
        "id": f"{layer}-{kind}{'-edge' if edge else ''}",
        "type": "line",
        "source": "map",
        "source-layer": layer,
        "minzoom": stops[0][0],
        "filter": ["==", column, kind],
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {"line-color": colour, "line-width": {"stops": stops}},
    }


def _name(kind: str, look: Mapping[str, Any], colours: Mapping[str, str]) -> dict[str, Any]:
    along = kind in ("major", "street", "path", "water")
    return {
        "id": f"names-{kind}",
        "type": "symbol",
        "source": "map",
        "source-layer": "names",
        "minzoom": look["from"] - 1,
        "maxzoom": look["to"],
        "filter": ["==", "kind", kind],
        "layout": {
            "text-field": "{name}",
            "text-size": look["size"],
            "symbol-placement": "line-center" if along else "point",
        },
        "paint": {
            "text-color": colours[look["colour"]],
            "text-halo-color": colours["halo"],
            "text-halo-width": 1.5,
        },
    }
