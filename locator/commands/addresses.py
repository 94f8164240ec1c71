"""Assign house numbers to streets, and measure how well that goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from locator.commands._common import (
    console,
    folder_of,
    geodata_option,
    json_option,
    print_json,
    progress_bar,
    table,
)

if TYPE_CHECKING:
    import pandas as pd

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def command() -> None:
    """Make the addresses of a city folder from house numbers that name no street.

    \b
    Examples:
      locator addresses build geodata --streets krakow.osm.pbf --numbers numbers.csv \\
          --known more.csv --official streets.csv --places places.csv
    """


@command.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--streets", type=FILE, required=True, help="OpenStreetMap PBF with named ways.")
@click.option("--numbers", type=FILE, required=True, help="CSV: housenumber, lon, lat.")
@click.option(
    "--known", type=FILE, multiple=True, help="CSV: street, number, lat, lon, source_path, date."
)
@click.option("--official", type=FILE, required=True, help="CSV: kind, name of official streets.")
@click.option("--places", type=FILE, required=True, help="CSV: name, lon, lat of estates.")
@click.option("--source", default="", help="Where streets and numbers are from, for the file.")
@click.option("--date", "source_date", default="", help="Their date.")
@click.option("--dry-run", is_flag=True, help="Measure only; write nothing.")
@json_option
@geodata_option
@click.pass_context
def build(
    ctx: click.Context,
    folder: Path | None,
    streets: Path,
    numbers: Path,
    known: tuple[Path, ...],
    official: Path,
    places: Path,
    source: str,
    source_date: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write addresses.npz and street_names.csv of FOLDER; print how good the rule is.

    The rule is measured first, on known addresses that it does not see (addresses.csv of the
    folder and those of --known); then all of them are used.
    """
    from locator.catalogue import parse_catalogue
    from locator.districts import city_boundary, read_districts
    from locator.errors import CityFolderError, Fault
    from locator.geo import Projection
    from locator.reading import FaultLog
    from locator.sources.numbering.choosing import believe
    from locator.sources.numbering.files import write_addresses, write_streets
    from locator.sources.numbering.material import Files, read_material
    from locator.sources.numbering.measuring import measure
    from locator.sources.numbering.outcome import POSSIBLE, SURE, outcome
    from locator.sources.numbering.pairs import Setting

    where = folder_of(ctx, folder)
    faults: list[Fault] = []
    catalogue = parse_catalogue(where, FaultLog("catalogue.toml", faults))
    if catalogue is None:
        raise CityFolderError(faults)
    projection = Projection(catalogue.crs_metric)
    districts = read_districts(where, projection, FaultLog("districts.geojson", faults))
    if districts is None:
        raise CityFolderError(faults)
    files = Files(streets, numbers, (where / "addresses.csv", *known), official, places)
    with progress_bar(quiet=as_json) as progress:
        progress("read", 0, 1)
        material = read_material(files, boundary=city_boundary(districts), projection=projection)
        progress("read", 1, 1)
        measured = measure(material, projection=projection, progress=progress)
        _show(measured.table, as_json=as_json)
        if dry_run:
            return
        setting = Setting(material, material.known >= 0)
        belief = believe(setting, worth=measured.worth, progress=progress)
    rows = outcome(setting, belief, projection=projection)
    about = {
        "source": source,
        "source_date": source_date,
        "licence": "ODbL-1.0",
        "rule": f"house number from {SURE}, possible from {POSSIBLE}",
        "measured": json.loads(measured.table.to_json(orient="index")),
    }
    kept = write_addresses(where, rows, about=about)
    named = write_streets(where, material, rows, projection=projection)
    click.echo(f"Written: {kept} addresses, {named} streets.", err=True)


def _show(frame: pd.DataFrame, *, as_json: bool) -> None:
    if as_json:
        print_json(json.loads(frame.to_json(orient="index")))
        return
    columns = {str(name): "right" for name in frame.columns}
    made = table("Addresses kept from the rule", {"which": "left"} | columns)
    for which, row in frame.iterrows():
        made.add_row(str(which), *(f"{value:,}" for value in row))
    console().print(made)
