"""Make a working city folder of an OpenStreetMap file: `locator city new`."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import geopandas as gpd
import pandas as pd
import shapely
from babel.core import get_global
from pyproj import Transformer

from locator.catalogue import LANGUAGES
from locator.city import load_city
from locator.errors import N_, InvalidParameterError, LocatorError
from locator.geo import WGS84
from locator.population import CELL_M
from locator.sources.cityfolder import (
    catalogue_text,
    write_districts,
    write_features,
    write_tables,
)
from locator.sources.osmcity import (
    LICENCE,
    AdminArea,
    admin_areas,
    divided,
    extract_box,
    mapped_inside,
)
from locator.streetnames import fold
from locator.walking.building import build_for_city
from locator.walking.osm import ATTRIBUTION, ExtractError, Progress, silent, stated_date

GRID_COLUMNS = ("east_km", "north_km", "people", "age_0_14", "age_15_64", "age_65_plus")


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


def found_city(new: NewCity, *, progress: Progress = silent) -> Founded:
    """Make a city folder; it appears complete and loadable, or not at all.

    Raises
    ------
    InvalidParameterError
        The folder exists, or the country or time zone is needed and not given.
    ExtractError, CityFolderError
        The extract, the boundary or the grid cannot be used.
    """
    if new.folder.exists():
        raise InvalidParameterError(
            N_("{folder} exists already; choose another folder."),
            parameter="folder",
            folder=str(new.folder),
        )
    new.folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{new.folder.name}.", dir=new.folder.parent))
    try:
        founded = _write_city(new, work, progress)
        load_city(work)
        graph = build_for_city(new.extract, work, progress=progress)
        work.chmod(0o755)
        work.rename(new.folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return Founded(**vars(founded) | {"vertices": graph.about["report"]["vertices"]})


def _write_city(new: NewCity, work: Path, progress: Progress) -> Founded:
    areas, countries = admin_areas(new.extract, progress=progress)
    own = _own_area(new.name, areas)
    boundary, basis = _boundary(new, own)
    country = new.country or _country(boundary, areas, countries)
    layers = _read_layers(new.layers)
    tags = {layer: list(values["osm_tags"]) for layer, values in layers.items()}
    names = {layer: str(values["names"]["en"]) for layer, values in layers.items()}
    mapped = mapped_inside(new.extract, boundary, tags, names, progress=progress)
    counts = Counter(layer for layer, _ in mapped.facilities)
    kept = {layer: values for layer, values in layers.items() if counts[layer]}
    if not kept:
        raise ExtractError(
            N_(
                "{file} maps no facility of any layer inside the boundary: is it the right "
                "extract, and do the layers name the right tags?"
            ),
            file=new.extract.name,
        )
    districts = divided(boundary, areas)
    grid = _read_grid(new, boundary)
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
        return _read_boundary(new.boundary), "file"
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


def _read_boundary(path: Path) -> Any:
    try:
        frame = gpd.read_file(path)
    except Exception as error:  # GDAL's drivers raise errors of many kinds; all mean "not usable"
        raise ExtractError(
            N_("{file} cannot be read as a boundary: {detail}"), file=path.name, detail=str(error)
        ) from error
    shapes = (frame if frame.crs is None else frame.to_crs(WGS84)).geometry.dropna()
    shapes = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"])]
    if shapes.empty:
        raise ExtractError(N_("{file} holds no polygon."), file=path.name)
    return shapely.union_all(shapely.make_valid(shapes.to_numpy()))


def _country(boundary: Any, areas: Sequence[AdminArea], countries: Iterable[str]) -> str:
    inside = {
        area.country
        for area in areas
        if area.country and area.shape.contains(boundary.representative_point())
    }
    found = sorted(inside or set(countries))
    if len(found) != 1 or len(found[0]) != 2:
        raise InvalidParameterError(
            N_("The extract does not say which country this is ({found}): give --country."),
            parameter="country",
            found=", ".join(found) or "-",
        )
    return found[0]


def _timezone(new: NewCity, country: str) -> str:
    zones = [new.timezone] if new.timezone else list(get_global("territory_zones").get(country, []))
    if len(zones) != 1 or zones[0] not in available_timezones():
        raise InvalidParameterError(
            N_(
                "{country} has several time zones or none that is known ({zones}): give --timezone."
            ),
            parameter="timezone",
            country=country,
            zones=", ".join(str(zone) for zone in zones) or "-",
        )
    return str(zones[0])


def utm_zone(lon: float, lat: float) -> str:
    """Return the EPSG code of the UTM zone that a point lies in."""
    zone = int((lon + 180) // 6) % 60 + 1
    return f"EPSG:{32600 if lat >= 0 else 32700}".replace("00", f"{zone:02d}")


# -- the files ------------------------------------------------------------------------------


def _read_layers(path: Path | None) -> dict[str, dict[str, Any]]:
    source = path or files("locator.sources") / "newcity.toml"
    name = path.name if path else "newcity.toml"
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LayersError(
            N_("{file} cannot be read as layers: {detail}"), file=name, detail=str(error)
        ) from error
    layers = content.get("layers")
    if not isinstance(layers, dict) or not all(
        isinstance(values, dict)
        and isinstance(values.get("osm_tags"), list)
        and isinstance(values.get("names"), dict)
        and isinstance(values["names"].get("en"), str)
        for values in layers.values()
    ):
        raise LayersError(
            N_("{file}: every table [layers.<id>] needs osm_tags and names.en."), file=name
        )
    return layers


class LayersError(LocatorError):
    """A file of layers that cannot be used."""

    code = "layers"


def _read_grid(new: NewCity, boundary: Any) -> pd.DataFrame:
    """Return the census cells near the city; none without a grid."""
    if new.grid is None:
        return pd.DataFrame(columns=list(GRID_COLUMNS))
    try:
        grid = pd.read_csv(new.grid)
    except (OSError, ValueError) as error:
        raise ExtractError(
            N_("{file} cannot be read as a population grid: {detail}"),
            file=new.grid.name,
            detail=str(error),
        ) from error
    missing = [name for name in GRID_COLUMNS[:3] if name not in grid.columns]
    if missing:
        raise ExtractError(
            N_("{file} lacks the column(s) {missing} of a population grid."),
            file=new.grid.name,
            missing=", ".join(missing),
        )
    to_grid = Transformer.from_crs(WGS84, new.grid_crs, always_xy=True)
    low_x, low_y, high_x, high_y = to_grid.transform_bounds(*boundary.bounds)
    km = CELL_M / 1000.0
    near = grid["east_km"].between(low_x / CELL_M - km, high_x / CELL_M + km)
    near &= grid["north_km"].between(low_y / CELL_M - km, high_y / CELL_M + km)
    if not near.any():
        raise ExtractError(
            N_("{file} has no cell in the city: are its coordinates really in {crs}?"),
            file=new.grid.name,
            crs=new.grid_crs,
        )
    return grid[near].reindex(columns=list(GRID_COLUMNS)).reset_index(drop=True)


def _head(
    new: NewCity, own: AdminArea | None, country: str, boundary: Any, *, newest: str
) -> dict[str, Any]:
    """Return what the catalogue says of the city itself."""
    crs = utm_zone(boundary.centroid.x, boundary.centroid.y)
    given = own.names if own else {}
    attribution = f"{ATTRIBUTION}{f'; {new.grid_source}' if new.grid_source else ''}"
    return {
        "id": "-".join(fold(new.name).replace("-", " ").split()) or "city",
        "country": country,
        "timezone": _timezone(new, country),
        "crs_metric": crs,
        "crs_export": crs,
        "crs_grid": new.grid_crs if new.grid else crs,
        "data_date": _data_date(new.extract, newest),
        "names": {language: given.get(language, new.name) for language in LANGUAGES},
        "attribution": dict.fromkeys(LANGUAGES, attribution),
    }


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
