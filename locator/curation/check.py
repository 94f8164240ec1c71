"""Check a city folder: list every fault of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from locator.base.errors import CityFolderError, Fault
from locator.base.packed import PackedFileError
from locator.base.reading import WHOLE, FaultLog
from locator.city.added_streets import STREETS_FILE
from locator.city.basemap.files import map_file_faults
from locator.city.model import City, load_city
from locator.curation.refresh.source_ids import FILE as SOURCE_IDS
from locator.curation.refresh.source_ids import read_source_ids
from locator.curation.refresh.sources import FILE as SOURCES
from locator.curation.refresh.sources import read_sources
from locator.vehicles.gtfs import GtfsError, feed_name, import_feeds
from locator.vehicles.own import OWN_FILE
from locator.vehicles.timetable import Timetable
from locator.vehicles.timetable_file import FILE_NAME as IMPORTED_FILE
from locator.vehicles.timetable_file import TimetableFileError, read_timetable_file
from locator.vehicles.validation import inconsistencies, misassigned, unfit
from locator.walking.graph.file import GRAPH_FILE, GraphFileError, read_graph
from locator.walking.graph.streets_file import read_streets_file


def check_folder(folder: Path) -> list[Fault]:
    """Return every fault of a city folder, in the order of files; empty when it is sound.

    Every file that the start reads is checked, and the list of sources. Beside the text files of
    `load_city` these are the streets, the street graph (checksums, version, metric CRS), the
    imported timetable (damage, version, whether it holds together, time zone, place) and the files
    of the base map, where they are there.

    Parameters
    ----------
    folder : Path
        City folder.

    Returns
    -------
    list of Fault
    """
    city = None
    faults: list[Fault] = []
    try:
        city = load_city(folder)
    except CityFolderError as error:
        faults.extend(error.faults)
    faults.extend(_of_sources(folder, city))
    faults.extend(_of_streets(folder))
    faults.extend(_of_graph(folder, city))
    faults.extend(_of_timetables(folder, city))
    faults.extend(map_file_faults(folder))
    return faults


def _of_sources(folder: Path, city: City | None) -> list[Fault]:
    """Return the faults of the list of sources, and of the ids that they know facilities by."""
    faults: list[Fault] = []
    layers = None if city is None else city.catalogue.layers
    read_sources(folder, FaultLog(SOURCES, faults), layers=layers)
    known = None if city is None else set(city.facilities.index)
    read_source_ids(folder, FaultLog(SOURCE_IDS, faults), facilities=known)
    return faults


def _of_streets(folder: Path) -> Iterator[Fault]:
    if (folder / STREETS_FILE).exists():
        try:
            read_streets_file(folder / STREETS_FILE)
        except PackedFileError as error:
            allowed = "a file made by `locator network pack`; until then walks are estimated"
            yield Fault(STREETS_FILE, WHOLE, WHOLE, error.message, allowed)


def _of_graph(folder: Path, city: City | None) -> Iterator[Fault]:
    if not (folder / GRAPH_FILE).exists():
        return
    allowed = "a file made by `locator network build` for this city"
    try:
        crs = read_graph(folder / GRAPH_FILE).about["crs"]
    except GraphFileError as error:
        yield Fault(GRAPH_FILE, WHOLE, WHOLE, error.message, allowed)
        return
    if city is not None and crs != city.catalogue.crs_metric:
        yield Fault(GRAPH_FILE, WHOLE, "crs", f"is {crs}", city.catalogue.crs_metric)


def _of_timetables(folder: Path, city: City | None) -> Iterator[Fault]:
    """Yield the faults of the imported timetable, and of the folder's own with its vehicles."""
    imported, own = folder / IMPORTED_FILE, folder / OWN_FILE
    if imported.exists():
        allowed = "a file made by `locator timetable import` for this city"
        yield from _of_timetable(imported, read_timetable_file, city, allowed)
    if own.exists():
        yield from _of_timetable(own, _read_own, city, "a GTFS feed of this city")


def _read_own(path: Path) -> Timetable:
    return import_feeds({feed_name(path): path})[0]


def _of_timetable(
    path: Path, read: Callable[[Path], Timetable], city: City | None, allowed: str
) -> Iterator[Fault]:
    try:
        table = read(path)
    except (GtfsError, TimetableFileError) as error:
        yield Fault(path.name, WHOLE, WHOLE, error.message, allowed)
        return
    problems = list(inconsistencies(table))
    if city is not None and not problems:
        problems.extend(unfit(table, city))
    yield from (Fault(path.name, WHOLE, *problem) for problem in problems)
    if city is None or path.name != OWN_FILE:
        return
    for name, row in city.facilities[city.facilities["vehicle"].notna()].iterrows():
        for field, problem, accepted in misassigned(row["vehicle"], table):
            yield Fault(f"{row['layer']}.geojson", str(name), f"vehicle.{field}", problem, accepted)
