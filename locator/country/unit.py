"""Make the city of one unit and count who is served in it."""

from __future__ import annotations

import csv
import gc
import hashlib
import json
import resource
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from locator import __version__
from locator.base.errors import LocatorError, NotComputableError
from locator.base.files import write_text_atomically
from locator.base.freeing import give_back_free
from locator.base.geojson import geometry_json
from locator.country.cutting import joined
from locator.country.result import MEASURES, RESULT, read_result
from locator.country.units import Unit

if TYPE_CHECKING:
    from locator.city.model import City
    from locator.walking.walkable_city import WalkableCity

COUNTED_AS = 1
"""Number of the way in which units are counted: one more, and kept results are made again."""

BOUNDARY, GRID = "boundary.geojson", "grid.csv"
CITY = "city"


@dataclass(frozen=True)
class UnitTask:
    """One unit as a worker gets it.

    Attributes
    ----------
    code, name : str
    folder : Path
        Has its boundary and its census cells; its city and its result go there.
    pieces : tuple of Path
        What the extracts hold of it.
    country : str
        ISO 3166-1 code.
    timezone : str or None
    services : tuple of str
        Ids of layers.
    layers : Path or None
        TOML of layers; None for the program's own.
    margin_m : float
        How far beyond the unit streets and facilities count.
    grid_crs : str
    grid_source : str or None
    """

    code: str
    name: str
    folder: Path
    pieces: tuple[Path, ...]
    country: str
    timezone: str | None
    services: tuple[str, ...]
    layers: Path | None
    margin_m: float
    grid_crs: str
    grid_source: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of one unit.

    Attributes
    ----------
    code : str
    fault : str or None
        Why there is no result.
    kept : bool
        The result was there already, and of the same inputs.
    worker_mb : float
        The most that its worker has held in memory until now.
    """

    code: str
    fault: str | None = None
    kept: bool = False
    worker_mb: float = 0.0


def write_inputs(unit: Unit, cells: pd.DataFrame, folder: Path) -> None:
    """Write a unit's boundary and census cells where they are not the same already.

    Parameters
    ----------
    unit : Unit
    cells : DataFrame
        Columns of `locator.curation.given.GRID_COLUMNS`.
    folder : Path
        Of the unit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    feature = {"type": "Feature", "properties": {}, "geometry": geometry_json(unit.shape)}
    for name, text in (
        (BOUNDARY, json.dumps({"type": "FeatureCollection", "features": [feature]})),
        (GRID, cells.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)),
    ):
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_text_atomically(path, text)


def make_unit(task: UnitTask, *before: str | None) -> Outcome:
    """Make a unit's city and its result, unless they are there and of the same inputs.

    Parameters
    ----------
    task : UnitTask
    *before : str or None
        What was wrong with the passes that its pieces come from.

    Returns
    -------
    Outcome
        A fault is said, never raised: the other units go on.
    """
    wrong = [fault for fault in before if fault]
    if wrong or not task.pieces:
        return Outcome(task.code, fault=wrong[0] if wrong else "no extract reaches into it")
    kept = False
    try:
        kept = _made(task)
    except LocatorError as error:
        return Outcome(task.code, fault=error.message, worker_mb=peak_mb())
    except Exception as error:  # whatever it is, it is this unit's alone
        fault = f"{type(error).__name__}: {error}"
        return Outcome(task.code, fault=fault, worker_mb=peak_mb())
    finally:  # a worker makes hundreds of cities, and holds no more than one
        if not kept:
            gc.collect()
            _keep_modules()
            give_back_free()
    return Outcome(task.code, kept=kept, worker_mb=peak_mb())


@cache
def _keep_modules() -> None:
    """Have what the first city brought (modules, above all) never looked through again."""
    gc.freeze()


def peak_mb() -> float:
    """Return the most that this process has held in memory, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1024.0)


def _made(task: UnitTask) -> bool:
    key = _key(task)
    result, city = task.folder / RESULT, task.folder / CITY
    if city.is_dir() and read_result(task.folder).get("key") == key:
        return True
    result.unlink(missing_ok=True)
    for left in (*task.folder.glob(f".{CITY}.*"), city):  # of a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".joined.") as work:
        extract = Path(work) / f"{task.code}.osm.pbf"  # the city says what it was made of
        if len(task.pieces) == 1:
            shutil.copyfile(task.pieces[0], extract)
        else:
            joined(task.pieces, extract)
        founded = _found(task, extract, city)
    counted = {
        "key": key,
        "code": task.code,
        "name": task.name,
        "vertices": founded.vertices,
        **_counted(founded.city, task.services),
    }
    text = json.dumps(counted, ensure_ascii=False, indent=1, allow_nan=False)
    write_text_atomically(result, text + "\n")
    return False


def _key(task: UnitTask) -> str:
    """Return the digest of all that the result depends on, contents in place of names."""
    digest = hashlib.sha256()
    about = (COUNTED_AS, __version__, task.code, task.name, task.country, task.timezone)
    asked = (task.services, task.margin_m, task.grid_crs, task.grid_source)
    digest.update(repr((about, asked)).encode())
    given = [task.folder / BOUNDARY, task.folder / GRID, *task.pieces]
    for path in given if task.layers is None else [*given, task.layers]:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _found(task: UnitTask, extract: Path, city: Path) -> Any:
    from locator.curation.newcity import NewCity, found_city

    return found_city(
        NewCity(
            name=task.name,
            extract=extract,
            folder=city,
            boundary=task.folder / BOUNDARY,
            grid=task.folder / GRID,
            grid_crs=task.grid_crs,
            grid_source=task.grid_source,
            layers=task.layers,
            country=task.country,
            timezone=task.timezone,
            only=task.services,
            margin_m=task.margin_m,
        )
    )


def _inside(ground: WalkableCity, service: str) -> int:
    """Return how many of the sites that count lie in the unit itself."""
    rows = ground.usable_rows[service]
    points = shapely.get_coordinates(ground.city.facilities.geometry.to_numpy()[rows])
    return int(shapely.contains_xy(ground.city.boundary, points).sum()) if len(rows) else 0


def _counted(city: City, services: Sequence[str]) -> dict[str, Any]:
    """Return what the city's own coverage says of each service."""
    from locator.analysis.access.coverage import CoverageQuery, coverage
    from locator.analysis.access.ranges import ranges
    from locator.walking.choose import choose_model
    from locator.walking.walkable_city import walkable

    ground = walkable(city, choose_model(city))
    counts: dict[str, Any] = {}
    for service in services:
        try:
            found = coverage(ground, CoverageQuery(service))
        except NotComputableError as error:
            counts[service] = dict.fromkeys(MEASURES) | {"fault": error.message}
            continue
        within = ranges(ground, found)
        complete = found.completeness
        counts[service] = {
            "people": found.people,
            "served": found.served,
            "unserved": found.unserved,
            "share": found.share,
            "low": within.low,
            "high": within.high,
            "lowest": within.lowest,
            "highest": within.highest,
            "mean_s": found.mean_s,
            "p90_s": found.p90_s,
            "facilities": found.counted,
            "inside": _inside(ground, service),
            "listed": int(complete["listed"]),
            "located": int(complete["located"]),
            "expected": None if pd.isna(complete["expected"]) else int(complete["expected"]),
            "not_measured": list(within.not_measured),
        }
    return {
        "data_date": city.catalogue.data_date,
        "model": ground.model.name,
        "attribution": city.catalogue.attribution["en"],
        "services": counts,
    }
