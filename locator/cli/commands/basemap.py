"""Make the files of the base map of a city folder, or show what is there."""

from __future__ import annotations

from pathlib import Path

import click

from locator.cli.commands._common import console, geodata_option, load, shown, table, working


@click.group()
def command() -> None:
    """Make the files of the base map of a city folder, or show what is there."""


@command.command("pack")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="Folder with the GeoJSON files.",
)
@click.option("--source", "named", required=True, help="Whose data they are, for the files.")
@click.option("--source-date", required=True, help="Their date, e.g. 2021-08-05.")
@click.option("--licence", default="ODbL-1.0", show_default=True)
@geodata_option
@click.pass_context
def pack(ctx: click.Context, source: Path, named: str, source_date: str, licence: str) -> None:
    """Pack land, waters, rails, buildings and place names for the base map.

    Reads landcover, landuse, water, waterways and railways (.geojson.gz, classes of
    OpenMapTiles), buildings.geojsonseq.gz and places.csv; writes four files into the city folder,
    all or none. The streets of the map come from the city's street files.

    \b
    Example:
      locator basemap pack --from extracted --source "OpenStreetMap, malopolskie" \\
        --source-date 2021-08-05
    """
    from locator.base.files import locked
    from locator.curation.basemap import pack_base_map

    city = load(ctx).city
    with locked(city.folder), working("Packing …"):
        sizes = pack_base_map(
            source,
            city.folder,
            boundary=city.boundary,
            crs_metric=city.catalogue.crs_metric,
            about={"source": named, "source_date": source_date, "licence": licence},
        )
    for name, size in sizes.items():
        console().print(f"Written: {city.folder / name} ({size / 1000:,.0f} kB)")


@command.command("show")
@geodata_option
@click.pass_context
def show(ctx: click.Context) -> None:
    """Show the files of the base map: rows, source, date."""
    from locator.base.packed import read_packed
    from locator.city.basemap.files import FILES

    folder = load(ctx).city.folder
    rows = table("Base map", {"file": "left", "rows": "right", "source": "left", "date": "right"})
    for file in FILES:
        if not (folder / file.name).exists():
            rows.add_row(file.name, "missing", "", "")
            continue
        frame, about = read_packed(folder / file.name)
        rows.add_row(
            file.name,
            f"{len(frame):,}",
            str(about.get("source", "")),
            shown(about.get("source_date")),
        )
    console().print(rows)
