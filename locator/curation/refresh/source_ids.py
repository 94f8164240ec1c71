"""Remember which facility a source means: ``source_ids.csv`` of the city folder.

A row is a source (or whose ids it carries), the id there, and the facility. People may add rows:
that decides a doubtful match for good.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from locator.base.reading import FaultLog, read_table

FILE = "source_ids.csv"
HEADER = ("source", "source_id", "facility")

OSM = "osm"
_OSM_OBJECT = re.compile(r"OpenStreetMap (node|way|relation)/(\d+)")

Ids = Mapping[tuple[str, str], str]
"""Facility of each source and id there."""


def read_source_ids(
    folder: Path, log: FaultLog, *, facilities: Collection[str] | None = None
) -> dict[tuple[str, str], str]:
    """Return which facility each id of a source means; faults go to `log`.

    Parameters
    ----------
    folder : Path
    log : FaultLog
        Of `FILE`.
    facilities : collection of str, optional
        The ids of the folder; not asked for where they are not known.

    Returns
    -------
    dict
        Empty without the file.
    """
    if not (folder / FILE).exists():
        return {}
    frame = read_table(folder, log, text=HEADER)
    found: dict[tuple[str, str], str] = {}
    for source, name, facility in [] if frame is None else frame[list(HEADER)].to_numpy().tolist():
        if facilities is not None and facility not in facilities:
            log.add(name, "facility", f"is {facility!r}", "the id of a facility of this folder")
        if (source, name) in found:
            log.add(name, "source_id", "is there twice", "each id of a source once")
        found[source, name] = facility
    return found


def osm_ids(locations: Mapping[str, str | None]) -> dict[tuple[str, str], str]:
    """Return the objects of OpenStreetMap that facilities say they are placed by.

    Parameters
    ----------
    locations : mapping of str to str
        ``location_source`` of each facility.
    """
    found = {}
    for facility, text in locations.items():
        match = _OSM_OBJECT.search(text or "")
        if match:
            found[OSM, f"{match[1]}/{match[2]}"] = facility
    return found


def source_ids_text(ids: Ids) -> str:
    """Return the text of the file."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((*key, facility) for key, facility in sorted(ids.items()))
    return stream.getvalue()
