"""Make the cities and the table of a country: what is there already is not made again."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from locator.base.errors import N_, InvalidParameterError
from locator.base.geo import Box
from locator.country.cutting import BEYOND_M, cut_or_fault, wanted_keys
from locator.country.passes import Pass, passes
from locator.country.table import (
    FILE,
    MISSING,
    CountryError,
    CountryTable,
    Service,
    gathered,
    write_table,
)
from locator.country.unit import Outcome, UnitTask, make_unit, write_inputs
from locator.country.units import Unit, near_cells, read_country_grid, read_units
from locator.curation.given import country_of, read_layers
from locator.curation.osmcity import extract_box
from locator.walking.graph.osm import ExtractError, Progress, objects, silent

MARGIN_M = 2_000.0
"""Farther than anybody walks within the standards of the program's own layers (20 minutes at 1.2
m/s are 1,440 m): what is counted in a unit is what would be counted in the whole country."""

SHORTEST_DEGREE_M = 110_500.0
"""Of a meridian; every other degree of latitude is longer."""

UNITS, CUTS = "units", "cuts"
EXTRACT = "*.osm.pbf"


@dataclass(frozen=True)
class CountryPlan:
    """What a country is made of.

    Attributes
    ----------
    boundaries, grid, extracts, out : Path
        Polygons of the units, the census grid, a folder of extracts (or one of them), and where
        all goes.
    code_column : str
    name_column : str or None
        Of the boundaries.
    name : str
        What the country is called on the page.
    services : tuple of str
        Ids of layers; all of them if none is named.
    layers : Path or None
        TOML of layers; None for the program's own.
    margin_m : float
        How far beyond a unit streets and facilities count.
    grid_crs : str
    grid_source : str or None
    country, timezone : str or None
        ISO 3166-1 code and IANA zone; None where the extracts say.
    """

    boundaries: Path
    grid: Path
    extracts: Path
    out: Path
    code_column: str = "TERYT"
    name_column: str | None = None
    name: str = ""
    services: tuple[str, ...] = ()
    layers: Path | None = None
    margin_m: float = MARGIN_M
    grid_crs: str = "EPSG:3035"
    grid_source: str | None = None
    country: str | None = None
    timezone: str | None = None


@dataclass(frozen=True)
class Built:
    """What became of it.

    Attributes
    ----------
    table : CountryTable
    file : Path
    made, kept : int
        Units that were made now, and that were there already.
    faults : mapping of str to str
        Why there is no result, by code.
    worker_mb : float
        The most that any worker held in memory.
    """

    table: CountryTable
    file: Path
    made: int
    kept: int
    faults: Mapping[str, str]
    worker_mb: float


@dataclass(frozen=True)
class _Work:
    """What has to be done: passes that cut, outermost first, and units with their pieces."""

    units: Sequence[Unit]
    services: Sequence[Service]
    keys: tuple[str, ...]
    passes: Sequence[Pass]
    tasks: Mapping[str, UnitTask]
    about: Mapping[str, Any]


def build_country(
    plan: CountryPlan,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> Built:
    """Make what is missing of a country, and its table.

    Parameters
    ----------
    plan : CountryPlan
    scheduler : str, optional
        Address of a Dask scheduler whose workers see the same folders; by default workers are
        started here.
    workers : int, optional
        How many are started here; one for each processor by default. With 0 all is done in this
        process, one after the other, without Dask.
    progress : callable
        Told of each step; see `locator.walking.graph.osm.Progress`.

    Returns
    -------
    Built

    Raises
    ------
    LocatorError
        What is given cannot be used, or the scheduler is lost. A unit that cannot be made is no
        error.
    """
    work = _planned(plan, progress)
    done: list[Outcome] = []
    with _running(scheduler, workers) as run:
        for outcome in run(work):
            done.append(outcome)
            progress("units", len(done), len(work.units))
    faults = {one.code: one.fault for one in done if one.fault is not None}
    folders = {code: task.folder for code, task in work.tasks.items()}
    table = gathered(work.units, folders, faults, work.services, work.about)
    file = plan.out / FILE
    write_table(table, file)
    if not faults:
        for group in (plan.out / CUTS).glob("*/group.*"):  # all that was cut of them is there
            group.unlink()
    return Built(
        table=table,
        file=file,
        made=sum(one.fault is None and not one.kept for one in done),
        kept=sum(one.kept for one in done),
        faults=faults,
        worker_mb=max((one.worker_mb for one in done), default=0.0),
    )


# -- what has to be done --------------------------------------------------------------------


def _planned(plan: CountryPlan, progress: Progress) -> _Work:
    if not plan.margin_m >= 0:
        raise InvalidParameterError(
            N_("The margin has to be 0 m or more: “{given}”."),
            parameter="margin_m",
            given=plan.margin_m,
        )
    units = read_units(plan.boundaries, code_column=plan.code_column, name_column=plan.name_column)
    grid = read_country_grid(plan.grid, crs=plan.grid_crs)
    layers = read_layers(plan.layers)
    services = _services(plan, layers)
    extracts = _extracts(plan.extracts)
    country = _country(plan, extracts, units)
    keys = wanted_keys(tag for one in services for tag in layers[one.id]["osm_tags"])
    boxes = {unit.code: _box(unit, plan.margin_m + BEYOND_M) for unit in units}
    pieces: dict[str, list[Path]] = {unit.code: [] for unit in units}
    to_cut: list[Pass] = []
    for number, extract in enumerate(extracts, 1):
        progress("digests", number, len(extracts))
        covered = extract_box(extract)
        inside = [
            (code, box)
            for code, box in boxes.items()
            if covered is None or covered.intersects(shapely.box(*box))
        ]
        if not inside:
            continue
        digest = f"{_digest(extract)} {keys}"
        folder = plan.out / CUTS / extract.name.removesuffix(".osm.pbf")
        planned, targets = passes(extract, digest, inside, folder=folder)
        to_cut += _needed(planned)
        for code, target in targets.items():
            pieces[code].append(target)
    tasks: dict[str, UnitTask] = {}
    cells = near_cells(grid, units, plan.grid_crs)
    for number, (unit, near) in enumerate(zip(units, cells, strict=True), 1):
        progress("inputs", number, len(units))
        folder = plan.out / UNITS / unit.code
        write_inputs(unit, near, folder)
        tasks[unit.code] = UnitTask(
            code=unit.code,
            name=unit.name,
            folder=folder,
            pieces=tuple(pieces[unit.code]),
            country=country,
            timezone=plan.timezone,
            services=tuple(service.id for service in services),
            layers=plan.layers,
            margin_m=plan.margin_m,
            grid_crs=plan.grid_crs,
            grid_source=plan.grid_source,
        )
    about = {
        "name": plan.name or country,
        "country": country,
        "margin_m": plan.margin_m,
        "extracts": [extract.name for extract in extracts],
        "grid": plan.grid.name,
        "grid_source": plan.grid_source,
    }
    return _Work(units, services, keys, to_cut, tasks, about)


def _services(plan: CountryPlan, layers: Mapping[str, Mapping[str, Any]]) -> list[Service]:
    unknown = [one for one in plan.services if one not in layers]
    if unknown:
        raise InvalidParameterError(
            N_("There is no layer “{layer}”; there are: {known}."),
            parameter="services",
            layer=unknown[0],
            known=", ".join(layers),
        )
    return [
        Service(
            id=name,
            names=values["names"],
            descriptions=values.get("descriptions", {}),
            pace_basis=values.get("pace_basis", {}),
            minutes=float(values["standard_min"]),
            pace_m_s=float(values["pace_m_s"]),
            group=str(values["group"]),
        )
        for name, values in layers.items()
        if not plan.services or name in plan.services
    ]


def _extracts(given: Path) -> list[Path]:
    found = sorted(given.glob(EXTRACT)) if given.is_dir() else [given]
    if not found:
        raise ExtractError(
            N_("{folder} holds no extract ({pattern})."), folder=str(given), pattern=EXTRACT
        )
    return found


def _country(plan: CountryPlan, extracts: Sequence[Path], units: Sequence[Unit]) -> str:
    """Return the code of the country: the given one, or the only one that the extracts name."""
    import osmium

    middle = units[0].shape
    if plan.country is not None:
        return country_of(plan.country, middle, (), ())
    chosen = osmium.filter.KeyFilter("ISO3166-1", "ISO3166-1:alpha2")
    named = {
        item.tags.get("ISO3166-1") or item.tags.get("ISO3166-1:alpha2")
        for extract in extracts
        for item in objects(extract, osmium.osm.RELATION, chosen)
        if item.tags.get("admin_level") == "2"
    }
    return country_of(None, middle, (), named - {None})


def _box(unit: Unit, margin_m: float) -> Box:
    """Return the box of all that lies at most so far from a unit, in degrees and a little more."""
    west, south, east, north = unit.shape.bounds
    up = margin_m / SHORTEST_DEGREE_M
    farthest = min(max(abs(south), abs(north)) + up, 89.0)
    aside = up / math.cos(math.radians(farthest))
    return (
        round(west - aside, 7),
        round(south - up, 7),
        round(east + aside, 7),
        round(north + up, 7),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _needed(planned: Sequence[Pass]) -> list[Pass]:
    """Return the passes whose parts some missing file is cut from, outermost first."""
    needed: list[Pass] = []
    wanted: set[Path] = set()
    for one in reversed(planned):
        missing = tuple(
            part
            for part in one.parts
            if (part.target in wanted if not one.finishing else not part.target.is_file())
        )
        if missing:
            needed.append(Pass(one.source, missing, one.finishing, one.first))
            wanted.add(one.source)
    return needed[::-1]


# -- doing it -------------------------------------------------------------------------------

_Run = Callable[[_Work], Iterator[Outcome]]


@contextmanager
def _running(scheduler: str | None, workers: int | None) -> Iterator[_Run]:
    """Give what does the work: in this process, on workers started here, or on a scheduler's."""
    if workers == 0 and scheduler is None:
        yield _one_after_the_other
        return
    try:
        from locator.country.spread import spread
    except ImportError as error:
        raise CountryError(MISSING, package=error.name or "dask") from error
    with spread(scheduler, workers) as client:
        yield lambda work: client.run(work.passes, work.keys, work.tasks)


def _one_after_the_other(work: _Work) -> Iterator[Outcome]:
    faults: dict[Path, str | None] = {}
    for one in work.passes:
        fault = cut_or_fault(one, work.keys, faults.get(one.source))
        faults |= dict.fromkeys((part.target for part in one.parts), fault)
    for task in work.tasks.values():
        yield make_unit(task, *map(faults.get, task.pieces))
