"""Check a city folder: list its faults, and say how complete a sound one is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from locator.catalogue import PRECISIONS, Layer
from locator.city import City, load_city
from locator.errors import CityFolderError, Fault
from locator.reading import WHOLE
from locator.vehicles.compact import FILE_NAME as IMPORTED_FILE
from locator.vehicles.compact import TimetableFileError, read_timetable_file
from locator.vehicles.soundness import unfit, unsound
from locator.walking.graphfile import GRAPH_FILE, GraphFileError, read_graph

NOT_LOCATED = "not_located"


def check_folder(folder: Path) -> list[Fault]:
    """Return every fault of a city folder, in the order of files; empty when it is sound.

    Every file that the start reads is checked. Beside the text files of `load_city` these are
    the street graph (checksums, version, metric CRS) and the imported timetable (damage,
    version, whether it holds together, time zone, place), where they are there.
    """
    city = None
    faults: list[Fault] = []
    try:
        city = load_city(folder)
    except CityFolderError as error:
        faults.extend(error.faults)
    faults.extend(_of_graph(folder, city))
    faults.extend(_of_timetable(folder, city))
    return faults


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


def _of_timetable(folder: Path, city: City | None) -> Iterator[Fault]:
    if not (folder / IMPORTED_FILE).exists():
        return
    try:
        table = read_timetable_file(folder / IMPORTED_FILE)
    except TimetableFileError as error:
        allowed = "a file made by `locator timetable import` for this city"
        yield Fault(IMPORTED_FILE, WHOLE, WHOLE, error.message, allowed)
        return
    problems = list(unsound(table))
    if city is not None and not problems:
        problems.extend(unfit(table, city))
    yield from (Fault(IMPORTED_FILE, WHOLE, *problem) for problem in problems)


def completeness(city: City) -> pd.DataFrame:
    """Return how many facilities of each layer there are in truth, on the list and on the map.

    Facilities with several sites are counted once (column ``centre``), with the best precision
    of their sites. Up to ``open``, only those count that ``expected`` is about
    (`Layer.expected_where`), so that "listed of expected" compares like with like; the columns
    ``all_...`` and ``sites...`` are about everything in the layer.

    Returns
    -------
    DataFrame
        Index: layer id, in catalogue order. Columns ``expected`` (Int64, null where no source
        says), ``listed``, ``located_exact``, ``located_street``, ``located_area``,
        ``not_located``, ``located``, ``open``; ``all_listed``, ``all_located``,
        ``all_not_located``, ``all_open``; ``sites``, ``sites_located`` (rows of the file);
        ``newest``, ``oldest`` (day of the check, else of the source; ISO 8601 or null).
    """
    rows = {layer.id: _row(city.facilities, layer) for layer in city.catalogue.layers.values()}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "layer"
    frame["expected"] = frame["expected"].astype("Int64")
    return frame


def _row(facilities: pd.DataFrame, layer: Layer) -> dict[str, object]:
    mine = facilities[facilities["layer"] == layer.id]
    everything = _centres(mine)
    counted = _centres(mine[is_expected(mine, layer)])
    by_precision = counted["precision"].value_counts()
    dates = mine["verified_on"].fillna(mine["source_date"]).dropna().astype(str)
    return {
        "expected": layer.expected,
        "listed": len(counted),
        **{f"located_{name}": int(by_precision.get(name, 0)) for name in PRECISIONS},
        NOT_LOCATED: int(by_precision.get(NOT_LOCATED, 0)),
        "located": len(counted) - int(by_precision.get(NOT_LOCATED, 0)),
        "open": int(counted["open"].sum()),
        "all_listed": len(everything),
        "all_located": int(everything["precision"].ne(NOT_LOCATED).sum()),
        "all_not_located": int(everything["precision"].eq(NOT_LOCATED).sum()),
        "all_open": int(everything["open"].sum()),
        "sites": len(mine),
        "sites_located": int(mine["x"].notna().sum()),
        "newest": None if dates.empty else str(dates.max()),
        "oldest": None if dates.empty else str(dates.min()),
    }


def is_expected(facilities: pd.DataFrame, layer: Layer) -> pd.Series[bool]:
    """Tell for each facility of `layer` whether its ``expected`` count is about it."""
    kept = pd.Series(True, index=facilities.index)
    for column, accepted in layer.expected_where.items():
        # isin, not "in": a missing value is none of the accepted ones, and has no truth of its own.
        kept &= facilities[column].isin(list(accepted)).astype(bool)
    return kept


def _centres(facilities: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each facility: best precision of its sites, and whether one is open."""
    ranks = [*PRECISIONS, NOT_LOCATED]
    centre = facilities["centre"].fillna(pd.Series(facilities.index, index=facilities.index))
    rank = facilities["location_precision"].fillna(NOT_LOCATED).map(ranks.index)
    grouped = pd.DataFrame(
        {"rank": rank, "open": facilities["status"].eq("open"), "centre": centre}
    ).groupby("centre", sort=False)
    return pd.DataFrame(
        {
            "precision": grouped["rank"].min().map(lambda best: ranks[best]),
            "open": grouped["open"].any(),
        }
    )
