"""Build the street graph of a city folder, or its streets file, from an OpenStreetMap file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from locator.base.errors import CityFolderError, Fault
from locator.base.geo import Projection
from locator.base.reading import FaultLog
from locator.city.catalogue import read_catalogue
from locator.city.districts import FILE as DISTRICTS_FILE
from locator.city.districts import city_boundary, read_districts
from locator.walking.graph.build import MARGIN_M, build_graph
from locator.walking.graph.file import GRAPH_FILE, StreetGraph, write_graph
from locator.walking.graph.osm import Progress, read_streets, silent
from locator.walking.graph.packing import packed_streets


def build_for_city(
    extract: Path, folder: Path, *, margin_m: float = MARGIN_M, progress: Progress = silent
) -> StreetGraph:
    """Read `extract`, clip it to the city of `folder` and write its street graph there.

    The graph that was there is replaced only when the new one is complete.

    Parameters
    ----------
    extract : Path
        An ``.osm.pbf`` file that covers the city.
    folder : Path
        A city folder; only its catalogue and districts are needed.
    margin_m : float
        How far outside the city streets are kept.
    progress : callable
        See `locator.walking.graph.osm.Progress`.

    Returns
    -------
    StreetGraph
        ``about["report"]`` says what was read and dropped.

    Raises
    ------
    CityFolderError, ExtractError, GraphFileError
    """
    projection, boundary = area_of(folder)
    graph = build_graph(
        read_streets(extract, progress=progress),
        projection=projection,
        source=extract.name,
        boundary=boundary,
        margin_m=margin_m,
        progress=progress,
    )
    write_graph(graph, folder / GRAPH_FILE)
    return graph


def pack_for_city(
    extract: Path,
    folder: Path,
    *,
    source: str = "",
    margin_m: float = MARGIN_M,
    progress: Progress = silent,
) -> bytes:
    """Return the streets file of the city of `folder`; see `locator.walking.graph.packing`.

    Parameters
    ----------
    extract : Path
        OpenStreetMap, ``.osm.pbf``, that covers the city.
    folder : Path
        City folder; its catalogue and districts are read.
    source : str
        Where the extract is from.
    margin_m : float
        How far beyond the boundary streets are kept, metres.
    progress : callable
        Told of each step; see `locator.walking.graph.osm.Progress`.

    Returns
    -------
    bytes
        To be written as ``streets.npz``.

    Raises
    ------
    CityFolderError, ExtractError
    """
    projection, boundary = area_of(folder)
    return packed_streets(
        extract,
        boundary=boundary,
        projection=projection,
        source=source,
        margin_m=margin_m,
        progress=progress,
    )


def area_of(folder: Path) -> tuple[Projection, Any]:
    """Return the metric CRS of a city folder and its boundary in WGS84.

    Raises
    ------
    CityFolderError
        Its catalogue or its districts cannot be read.
    """
    projection = Projection(read_catalogue(folder).crs_metric)
    faults: list[Fault] = []
    districts = read_districts(folder, projection, FaultLog(DISTRICTS_FILE, faults))
    if districts is None:
        raise CityFolderError(faults)
    return projection, city_boundary(districts)
