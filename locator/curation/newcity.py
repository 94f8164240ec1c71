"""Make a working city folder of an OpenStreetMap file: `locator city new`.

Over 350 lines by what the folder's own README says, which is written where it is known.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from locator.base.errors import N_, CityFolderError, InvalidParameterError, LocatorError
from locator.base.geo import box_in_words, widened
from locator.city.field_types import LANGUAGES
from locator.city.model import City, load_city
from locator.curation.cityfolder import (
    catalogue_text,
    write_districts,
    write_features,
    write_tables,
)
from locator.curation.given import country_of, read_boundary, read_grid, read_layers, timezone_of
from locator.curation.osmcity import (
    LICENCE,
    AdminArea,
    Mapped,
    admin_areas,
    divided,
    extract_box,
    mapped_inside,
)
from locator.geocoding.names import fold
from locator.walking.graph.build import MARGIN_M
from locator.walking.graph.for_city import build_for_city
from locator.walking.graph.osm import ATTRIBUTION, ExtractError, Progress, silent, stated_date


class UnsoundCityError(LocatorError):
    """What was given makes a city folder with faults, so none is made."""

    code = "city_folder"


@dataclass(frozen=True)
class NewCity:
    """What a new city folder is asked to be.

    Attributes
    ----------
    name : str
        The city's name, as its administrative boundary is called in the extract.
    extract : Path
        OpenStreetMap file.
    folder : Path
        Where the city goes; must not exist.
    boundary : Path or None
        File of polygons (any format that GDAL reads); without it the boundary of that name in
        the extract is taken, or else the box that the extract says it covers.
    grid : Path or None
        CSV with ``east_km``, ``north_km`` and ``people``, perhaps the three ages: cells of 1 km,
        lower left corner. Without it nobody is counted, and the folder says so.
    grid_crs : str
        CRS of the cells.
    grid_source : str or None
        Who counted the people; stands in the attribution.
    layers : Path or None
        TOML file of layers with ``osm_tags``; without it the program's own.
    country, timezone : str or None
        ISO 3166-1 code and IANA zone; without them they are looked for.
    only : tuple of str
        Ids of the layers that are wanted, which are kept even where nothing is mapped. Without
        any, all of which there is at least one facility.
    margin_m : float
        Facilities and streets this far outside the boundary are the city's, too: whoever lives at
        its edge walks there.
    """

    name: str
    extract: Path
    folder: Path
    boundary: Path | None = None
    grid: Path | None = None
    grid_crs: str = "EPSG:3035"
    grid_source: str | None = None
    layers: Path | None = None
    country: str | None = None
    timezone: str | None = None
    only: tuple[str, ...] = ()
    margin_m: float = 0.0


@dataclass(frozen=True)
class Founded:
    """What became of a new city.

    Attributes
    ----------
    folder : Path
    boundary_basis : str
        ``"file"``, ``"mapped"`` or ``"box"``.
    districts : int
    districts_mapped : bool
        False where the whole city is one district because none are mapped.
    facilities : mapping of str to int
        By layer; layers without any were left out.
    left_out : tuple of str
        Those layers.
    unnamed, addresses, stops, cells : int
    vertices : int
        Of the street graph.
    city : City or None
        As it was read to check it.
    """

    folder: Path
    boundary_basis: str
    districts: int
    districts_mapped: bool
    facilities: Mapping[str, int]
    left_out: tuple[str, ...]
    unnamed: int
    addresses: int
    stops: int
    cells: int
    vertices: int
    city: City | None = field(default=None, repr=False)


def found_city(new: NewCity, *, progress: Progress = silent) -> Founded:
    """Make a city folder; it appears complete and loadable, or not at all.

    Parameters
    ----------
    new : NewCity
    progress : callable
        Told of each step; see `locator.walking.graph.osm.Progress`.

    Returns
    -------
    Founded

    Raises
    ------
    InvalidParameterError
        The folder exists, the name is empty, or the country or time zone is needed and not given.
    ExtractError, LayersError, UnsoundCityError
        The extract, the boundary, the grid or the layers cannot be used.
    """
    if not new.name.strip():
        raise InvalidParameterError(N_("The new city needs a name."), parameter="name")
    if new.folder.exists():
        raise _taken(new.folder)
    new.folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{new.folder.name}.", dir=new.folder.parent))
    try:
        founded = _write_city(new, work, progress)
        city = _check_sound(new, work)
        margin_m = max(new.margin_m, MARGIN_M)
        graph = build_for_city(new.extract, work, margin_m=margin_m, progress=progress)
        work.chmod(0o755)
        if new.folder.exists():  # somebody else was quicker
            raise _taken(new.folder)
        work.rename(new.folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    vertices = graph.about["report"]["vertices"]
    return replace(founded, vertices=vertices, city=replace(city, folder=new.folder))


def _taken(folder: Path) -> InvalidParameterError:
    return InvalidParameterError(
        N_("{folder} exists already; choose another folder."),
        parameter="folder",
        folder=str(folder),
    )


def _write_city(new: NewCity, work: Path, progress: Progress) -> Founded:
    areas, countries = admin_areas(new.extract, progress=progress)
    own = _own_area(new.name, areas)
    boundary, basis = _boundary(new, own)
    country = country_of(new.country, boundary, areas, countries)
    layers = _wanted(new)
    tags = {layer: list(values["osm_tags"]) for layer, values in layers.items()}
    names = {layer: str(values["names"]["en"]) for layer, values in layers.items()}
    crs = utm_zone(boundary.centroid.x, boundary.centroid.y)
    mapped = mapped_inside(
        new.extract,
        boundary,
        tags,
        names,
        around=widened(boundary, new.margin_m, crs),
        progress=progress,
    )
    counts = Counter(layer for layer, _ in mapped.facilities)
    kept = {layer: values for layer, values in layers.items() if new.only or counts[layer]}
    if mapped.is_empty and not new.only:
        raise _no_overlap(new, mapped, boundary)
    if not kept:
        raise ExtractError(
            N_(
                "{file} maps no facility of any layer inside the boundary: is it the right "
                "extract, and do the layers name the right tags?"
            ),
            file=new.extract.name,
        )
    districts = divided(boundary, areas)
    grid = read_grid(new.grid, new.grid_crs, boundary)
    has_ages = bool(grid["age_0_14"].notna().any())
    head = _head(new, own, country, boundary, newest=mapped.newest)
    catalogue = catalogue_text(head, kept, has_ages=has_ages)
    (work / "catalogue.toml").write_text(catalogue, encoding="utf-8")
    write_districts(work, districts or [(new.name, boundary)])
    for layer in kept:
        write_features(
            work / f"{layer}.geojson", [item for name, item in mapped.facilities if name == layer]
        )
    write_tables(work, mapped, grid)
    founded = Founded(
        folder=new.folder,
        boundary_basis=basis,
        districts=max(1, len(districts)),
        districts_mapped=bool(districts),
        facilities={layer: counts[layer] for layer in kept},
        left_out=tuple(layer for layer in layers if layer not in kept),
        unnamed=mapped.unnamed,
        addresses=len(mapped.addresses),
        stops=len(mapped.stops),
        cells=len(grid),
        vertices=0,
    )
    (work / "README.md").write_text(_readme(new, founded), encoding="utf-8")
    return founded


def _wanted(new: NewCity) -> dict[str, dict[str, Any]]:
    """Return the layers that are wanted, in the order of their file."""
    layers = read_layers(new.layers)
    unknown = [layer for layer in new.only if layer not in layers]
    if unknown:
        raise InvalidParameterError(
            N_("There is no layer “{layer}”; there are: {known}."),
            parameter="only",
            layer=unknown[0],
            known=", ".join(layers),
        )
    return {name: values for name, values in layers.items() if not new.only or name in new.only}


def _check_sound(new: NewCity, work: Path) -> City:
    """Return the city of the folder that was made; its faults are those of what was given."""
    try:
        return load_city(work)
    except CityFolderError as error:
        given = {"catalogue.toml": new.layers, "population_grid.csv": new.grid}
        faults = [
            replace(fault, file=path.name) if (path := given.get(fault.file)) else fault
            for fault in error.faults
        ]
        raise UnsoundCityError(
            N_("No city folder was made, since it would have {count} fault(s):\n{lines}"),
            count=len(faults),
            lines="\n".join(f"  {fault}" for fault in faults),
        ) from error


# -- what the city is -----------------------------------------------------------------------


def _own_area(name: str, areas: Sequence[AdminArea]) -> AdminArea | None:
    """Return the largest complete area of that name (in any language)."""
    wanted = fold(name)
    named = [
        area
        for area in areas
        if wanted in {fold(other) for other in (area.name, *area.names.values())}
    ]
    return max(named, key=lambda area: float(area.shape.area), default=None)


def _boundary(new: NewCity, own: AdminArea | None) -> tuple[Any, str]:
    """Return the boundary in WGS84 and where it comes from."""
    if new.boundary is not None:
        return read_boundary(new.boundary), "file"
    if own is not None:
        return own.shape, "mapped"
    box = extract_box(new.extract)
    if box is None:
        raise ExtractError(
            N_(
                "{file} holds no complete boundary called {name} and does not say what it covers: "
                "give the boundary with --boundary."
            ),
            file=new.extract.name,
            name=new.name,
        )
    return box, "box"


def _no_overlap(new: NewCity, mapped: Mapped, boundary: Any) -> ExtractError:
    """Say where the extract is and where the boundary."""
    if mapped.extent is None:
        return ExtractError(
            N_("{file} holds no address, no stop and no facility."), file=new.extract.name
        )
    return ExtractError(
        N_(
            "{file} holds nothing inside the boundary: most of it lies at {covered}, the boundary "
            "at {city}. Is it the extract of another region, or the boundary of another city?"
        ),
        file=new.extract.name,
        covered=box_in_words(mapped.extent),
        city=box_in_words(boundary.bounds),
    )


def utm_zone(lon: float, lat: float) -> str:
    """Return the EPSG code of the UTM zone that a point lies in."""
    zone = int((lon + 180) // 6) % 60 + 1
    return f"EPSG:{32600 if lat >= 0 else 32700}".replace("00", f"{zone:02d}")


# -- the files ------------------------------------------------------------------------------


def _head(
    new: NewCity, own: AdminArea | None, country: str, boundary: Any, *, newest: str
) -> dict[str, Any]:
    """Return what the catalogue says of the city itself."""
    crs = utm_zone(boundary.centroid.x, boundary.centroid.y)
    given = own.names if own else {}
    attribution = f"{ATTRIBUTION}{f'; {new.grid_source}' if new.grid_source else ''}"
    return {
        "id": _city_id(new.name),
        "country": country,
        "timezone": timezone_of(new.timezone, country),
        "crs_metric": crs,
        "crs_export": crs,
        "crs_grid": new.grid_crs if new.grid else crs,
        "data_date": _data_date(new.extract, newest),
        # One metre more: what lay just inside is rounded when it is written.
        **({"facilities_margin_m": new.margin_m + 1.0} if new.margin_m else {}),
        "names": {language: given.get(language, new.name) for language in LANGUAGES},
        "attribution": dict.fromkeys(LANGUAGES, attribution),
    }


def _city_id(name: str) -> str:
    """Return a name as an id: small letters, digits and hyphens, a letter first."""
    plain = re.sub("[^a-z0-9]+", "-", fold(name)).strip("-")
    return plain if plain[:1].isalpha() else f"city-{plain}".strip("-")


def _data_date(extract: Path, newest: str) -> str:
    """Return the day of the data: the file's header, its newest object, or the file's own."""
    modified = datetime.fromtimestamp(extract.stat().st_mtime, UTC).isoformat()
    return (stated_date(extract) or newest or modified)[:10]


_BASIS = {
    "file": "the given boundary file",
    "mapped": "the administrative boundary mapped in OpenStreetMap",
    "box": "no boundary is mapped: the box that the extract covers",
}


def _readme(new: NewCity, founded: Founded) -> str:
    """Return the folder's own README: source, licence and what is assumed."""
    people = (
        f"{founded.cells} cells of {new.grid.name} ({new.grid_source or 'source not given'})"
        if new.grid
        else "none was given: nobody is counted, and coverage cannot be computed"
    )
    divided_by = (
        f"{founded.districts} administrative areas mapped in OpenStreetMap"
        if founded.districts_mapped
        else "none are mapped: the whole city is one district"
    )
    left_out = ", ".join(founded.left_out) or "none"
    boundary = f"boundary: {_BASIS[founded.boundary_basis]}; districts: {divided_by}"
    rows = "\n".join(
        f"| `{layer}.geojson` | {count} facilities by their tags | OpenStreetMap | {LICENCE} |"
        for layer, count in founded.facilities.items()
    )
    return f"""# {new.name}

Made by `locator city new` from `{new.extract.name}`. {ATTRIBUTION}.

| File | What | Source | Licence |
|---|---|---|---|
| `districts.geojson` | {boundary} | OpenStreetMap | {LICENCE} |
{rows}
| `addresses.csv` | {founded.addresses} addresses | OpenStreetMap | {LICENCE} |
| `stops.csv` | {founded.stops} named stops | OpenStreetMap | {LICENCE} |
| `population_grid.csv` | {people} | as given | as given |
| `streets.graph` | street graph, see docs/network.md | OpenStreetMap | {LICENCE} |

Layers for which nothing is mapped, left out: {left_out}. {founded.unnamed} facilities have no
name and are called after their kind. OpenStreetMap may be incomplete, and no expected counts are
known: how much is missing cannot be said. The walking estimate is not calibrated for this city;
the street graph is what answers.
"""
