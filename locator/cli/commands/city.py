"""Make a city folder of an OpenStreetMap extract."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from locator.cli.commands._common import console, print_json, table
from locator.cli.commands._forms import json_option

BASIS = {
    "file": "boundary from the given file",
    "mapped": "boundary as mapped",
    "box": "no boundary of this name is mapped: the box of the extract",
}


@click.group()
def city() -> None:
    """Found other cities."""


@city.command()
@click.argument("name")
@click.option(
    "--from",
    "extract",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="OpenStreetMap extract, FILE.osm.pbf.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Where the city goes (default: a new folder here, called after the city).",
)
@click.option(
    "--boundary",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Polygons of the city; without it, the boundary of that name in the extract.",
)
@click.option(
    "--grid",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="CSV of 1 km cells: east_km, north_km, people[, age_0_14, age_15_64, age_65_plus].",
)
@click.option("--grid-crs", default="EPSG:3035", show_default=True, help="CRS of the cells.")
@click.option("--grid-source", default=None, help="Who counted the people; named on every map.")
@click.option(
    "--layers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="TOML of layers with their OpenStreetMap tags (default: the program's own).",
)
@click.option("--country", default=None, help="Two letters (ISO 3166-1), if the extract is silent.")
@click.option("--timezone", default=None, help="IANA zone, if the country has several.")
@json_option
def new(
    name: str,
    extract: Path,
    folder: Path | None,
    boundary: Path | None,
    grid: Path | None,
    grid_crs: str,
    grid_source: str | None,
    layers: Path | None,
    country: str | None,
    timezone: str | None,
    as_json: bool,
) -> None:
    """Make a working city folder for NAME.

    Facilities come from OpenStreetMap by the tags that the catalogue declares; addresses, stops,
    boundary and districts as they are mapped; the street graph is built as well. Population comes
    from --grid; without it nobody is counted, and every page says so.

    \b
    Example:
      locator city new Helsinki --from Helsinki.osm.pbf
      locator serve --geodata helsinki
    """
    from locator.cli.commands._common import progress_bar
    from locator.curation.newcity import NewCity, found_city
    from locator.geocoding.names import fold

    wanted = NewCity(
        name=name,
        extract=extract,
        folder=folder or Path("-".join(fold(name).replace("-", " ").split()) or "city"),
        boundary=boundary,
        grid=grid,
        grid_crs=grid_crs,
        grid_source=grid_source,
        layers=layers,
        country=country,
        timezone=timezone,
    )
    with progress_bar(quiet=as_json) as progress:
        founded = found_city(wanted, progress=progress)
    if as_json:
        told = {key: value for key, value in vars(founded).items() if key != "city"}
        print_json({key: str(v) if isinstance(v, Path) else v for key, v in told.items()})
        return
    made = table(str(founded.folder), {"what": "left", "how many": "right"})
    made.add_row(BASIS[founded.boundary_basis], "")
    mapped = "districts" if founded.districts_mapped else "district (none are mapped)"
    made.add_row(mapped, f"{founded.districts:,}")
    for layer, count in founded.facilities.items():
        made.add_row(f"facilities: {layer}", f"{count:,}")
    made.add_row("facilities without a name", f"{founded.unnamed:,}")
    made.add_row("layers left out, nothing mapped", ", ".join(founded.left_out) or "–")
    made.add_row("addresses", f"{founded.addresses:,}")
    made.add_row("stops", f"{founded.stops:,}")
    made.add_row("census cells" if grid else "census cells (no grid given)", f"{founded.cells:,}")
    made.add_row("vertices of the street graph", f"{founded.vertices:,}")
    console().print(made)
    where = shlex.quote(str(founded.folder))
    click.echo(f"Serve it with: locator serve --geodata {where}", err=True)
