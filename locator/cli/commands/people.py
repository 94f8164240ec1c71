"""Put people where they live, and compare that with a register."""

from __future__ import annotations

from pathlib import Path

import click

from locator.cli.commands._common import (
    console,
    folder_of,
    geodata_option,
    load,
    print_json,
    progress_bar,
    table,
)
from locator.cli.commands._forms import json_option

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def people() -> None:
    """Look at where a city folder puts its people."""


@people.command()
@click.option("--buildings", type=_FILE, required=True, help="GeoJSON(Seq)[.gz]: floors.")
@click.option("--house-numbers", type=_FILE, required=True, help="CSV[.gz]: housenumber, lon, lat.")
@click.option("--landuse", type=_FILE, required=True, help="GeoJSON[.gz]: class.")
@click.option("--places", type=_FILE, default=None, help="CSV[.gz]: class, lon, lat.")
@click.option("--source", required=True, help="Who made these files.")
@click.option("--source-date", required=True, help="What day they are of.")
@click.option("--licence", default="ODbL-1.0", show_default=True)
@json_option
@geodata_option
@click.pass_context
def spread(
    ctx: click.Context,
    buildings: Path,
    house_numbers: Path,
    landuse: Path,
    places: Path | None,
    source: str,
    source_date: str,
    licence: str,
    as_json: bool,
) -> None:
    """Weigh the dwellings that census cells are spread over: dwellings.npz of the city folder.

    Floors are 1 where unknown; land and places have the classes of OpenMapTiles. --places are
    named shops, offices, schools, ...: without them their houses count as dwellings. The file
    that was there is replaced only by a complete one.

    \b
    Example:
      locator people spread --buildings buildings.geojsonseq.gz \\
        --house-numbers housenumbers.csv.gz --landuse landuse.geojson.gz \\
        --places pois.csv.gz --source OpenStreetMap --source-date 2021-08
    """
    from locator.base.files import locked
    from locator.city.dwellings import FILE
    from locator.curation.spreading import write_dwellings

    folder = folder_of(ctx)
    with locked(folder), progress_bar(quiet=as_json) as progress:
        about = write_dwellings(
            folder,
            buildings=buildings,
            house_numbers=house_numbers,
            landuse=landuse,
            places=places,
            source=source,
            source_date=source_date,
            licence=licence,
            progress=progress,
        )
    if as_json:
        print_json(about)
        return
    made = table(str(folder / FILE), {"what": "left", "value": "right"})
    made.add_row("squares of 50 m with dwellings", f"{about['squares']:,}")
    made.add_row("census cells with dwellings", f"{about['cells']:,}")
    for words, name in (("by dwellings", "misplaced"), ("evenly", "misplaced_evenly")):
        share = about["held_out"][name]
        made.add_row(f"put into the wrong cell, of blocks of 2 x 2 cells: {words}", f"{share:.1%}")
    console().print(made)


@people.command()
@click.argument("csv", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@geodata_option
@click.pass_context
def compare(ctx: click.Context, csv: Path, as_json: bool) -> None:
    """Compare where people are put with the register CSV: lon, lat, people.

    Printed are the share of people in the wrong square (of the census grid, by side), beside what
    an even spread of every census cell would give, and the share of all residents within each
    layer's standard by both. People of the register outside the city are left out.

    \b
    Example:
      locator people compare residents.csv
    """
    from locator.analysis.access.people_comparison import compare_people

    app = load(ctx)
    with progress_bar(quiet=as_json) as progress:
        found = compare_people(app.walkable_city, csv, progress=progress)
    if as_json:
        tables = {
            "misplaced": found.misplaced.reset_index().to_dict("records"),
            "coverage": found.coverage.reset_index().to_dict("records"),
        }
        print_json(vars(found) | {"model": app.walkable_city.model.name} | tables)
        return
    made = table(
        f"People in the wrong square: {found.people:,.0f} here ({found.method}), "
        f"{found.register_people:,.0f} by the register ({found.outside_people:,.0f} outside)",
        {"side of the square": "left", "here": "right", "evenly": "right"},
    )
    for side_m, row in found.misplaced.iterrows():
        made.add_row(f"{side_m:.0f} m", f"{row['misplaced']:.1%}", f"{row['misplaced_evenly']:.1%}")
    console().print(made)
    made = table(
        f"All residents within the standard ({app.walkable_city.model.name})",
        dict.fromkeys(("layer",), "left")
        | dict.fromkeys(("minutes", "here", "by the register", "points apart"), "right"),
    )
    for layer, row in found.coverage.iterrows():
        apart = (row["share"] - row["register_share"]) * 100
        shares = (f"{row[name]:.1%}" for name in ("share", "register_share"))
        made.add_row(str(layer), f"{row['minutes']:g}", *shares, f"{apart:+.1f}")
    console().print(made)
